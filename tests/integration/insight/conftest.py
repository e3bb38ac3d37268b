"""A database and a warehouse of the module's own, and the golden day in them."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pytest

from tests.environment import SERVER, copy_database
from tests.factories import golden


@pytest.fixture(scope="module")
def installation(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Path]:  # type: ignore[no-untyped-def]
    """An empty installation: packs applied, nothing loaded. Returns its home."""
    with django_db_blocker.unblock(), own_installation(tmp_path_factory.mktemp("home"), "zhike") as home:
        yield home


@contextmanager
def own_installation(home: Path, template: str) -> Iterator[Path]:
    """Run the block on a new database made from `template`, with `home` as its data directory."""
    from django.conf import settings
    from django.db import connection

    from zhike.insight.serving.logic import published
    from zhike.kernel import definitions

    name, before = f"insight_{uuid.uuid4().hex[:12]}", (connection.settings_dict["NAME"], settings.HOME)
    with psycopg.connect(SERVER.database_url("postgres"), autocommit=True) as admin:
        connection.close()
        copy_database(admin, name, template)
        connection.settings_dict["NAME"], settings.HOME = name, home
        os.environ["DATABASE_URL"] = SERVER.database_url(name)
        definitions.forget()
        published._current = None  # publications are numbered per installation, and this process sees several
        yield home
        connection.close()
        connection.settings_dict["NAME"], settings.HOME = before
        os.environ["DATABASE_URL"] = SERVER.url
        shutil.rmtree(home, ignore_errors=True)
        definitions.forget()
        published._current = None
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def golden_files(tmp_path_factory, installation) -> Path:  # type: ignore[no-untyped-def]
    """The golden day's files."""
    from zhike.kernel.trading_days import trading_calendar

    folder = tmp_path_factory.mktemp("golden")
    golden.write(folder, trading_calendar())
    return folder


@pytest.fixture(scope="module")
def golden_day(installation, golden_files) -> date:  # type: ignore[no-untyped-def]
    """The golden day, loaded, computed and published. Returns its business date."""
    from zhike.insight.warehouse import received

    results = received.load_folder(golden_files)
    assert [(found.file, found.error, found.findings) for found in results if found.state != "done"] == []
    return run_stage(golden.inputs()["business_date"])


def never_ask(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Let every file be loaded, whatever it does to what is there."""
    from zhike.insight.warehouse import types
    from zhike.insight.warehouse.logic import effects

    monkeypatch.setattr(types, "FEW_EFFECTS", 10**9)
    monkeypatch.setattr(effects, "FEW_SHARE", 1)


def run_stage(day: date) -> date:
    """Run the stage for a day as the command does."""
    from zhike.kernel import jobs

    jobs.run_now("stage", "stage", {"business_date": day.isoformat()})
    return day
