"""Loaded before everything else: the run's own data directory and embedded database."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psycopg

from zhike.server.embedded.postgres import TEST_SETTINGS, EmbeddedPostgres

HOME = Path(tempfile.mkdtemp(prefix="zhike-test-"))
os.environ["ZHIKE_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "zhike.server.settings"
os.environ.setdefault("ZHIKE_LOG_LEVEL", "ERROR")

SERVER = EmbeddedPostgres(HOME, TEST_SETTINGS)
os.environ["DATABASE_URL"] = SERVER.start()


def copy_database(admin: psycopg.Connection, name: str, template: str) -> None:
    """Make a database from another; what a thread of an earlier test has left open there is closed, or there is no copy."""
    admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [template])
    admin.execute(f"create database {name} template {template}")


def pytest_unconfigure() -> None:
    """Stop the database and leave nothing behind."""
    SERVER.stop()
    shutil.rmtree(HOME, ignore_errors=True)
