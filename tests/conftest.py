"""One embedded database for the whole run; every test that writes gets a copy of a prepared template."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.environment import SERVER, copy_database


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
        packs.apply([Path("packs")])
        yield
        connection.close()


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """A database of the test's own, copied from the prepared one: for tests with several processes."""
    from django.db import connection

    from zhike.kernel import definitions

    name, before = f"test_{uuid.uuid4().hex[:12]}", connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), psycopg.connect(SERVER.database_url("postgres"), autocommit=True) as admin:
        connection.close()
        copy_database(admin, name, "zhike")
        connection.settings_dict["NAME"] = name
        os.environ["DATABASE_URL"] = SERVER.database_url(name)
        definitions.forget()
        yield os.environ["DATABASE_URL"]
        connection.close()
        connection.settings_dict["NAME"] = before
        os.environ["DATABASE_URL"] = SERVER.url
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture(autouse=True)
def _fresh_definitions() -> Iterator[None]:
    """A rolled-back test may leave a cached catalogue whose version number comes again."""
    from zhike.kernel import definitions

    yield
    definitions.forget()


@pytest.fixture(autouse=True)
def _fresh_clock() -> Iterator[None]:
    """A rolled-back test may leave an offset of the clock that holds for a second more: long ago for the next one."""
    from zhike.kernel import clock

    yield
    clock.forget_offset()


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:  # type: ignore[no-untyped-def]
    """Tests make many users; their passwords need no slow hash."""
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
