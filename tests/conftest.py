"""One embedded database for the whole run; every test that writes gets a copy of a prepared template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment import SERVER


@pytest.fixture(scope="session")
def database_url() -> str:
    """The address of the run's database."""
    return SERVER.url


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """Tables and packs, once for the run."""
    from django.core.management import call_command
    from django.db import connection

    from zhike.platform.packs import api as packs

    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False)
        packs.apply([Path(__import__("os").environ.get("TP", "packs"))])
        yield
        connection.close()


@pytest.fixture(autouse=True)
def _fresh_definitions() -> Iterator[None]:
    """A rolled-back test may leave a cached catalogue whose version number comes again."""
    from zhike.kernel import definitions

    yield
    definitions.forget()
