"""Loaded before everything else: the run's own data directory and embedded database."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from zhike.server.embedded.postgres import TEST_SETTINGS, EmbeddedPostgres

HOME = Path(tempfile.mkdtemp(prefix="zhike-test-"))
os.environ["ZHIKE_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "zhike.server.settings"
os.environ.setdefault("ZHIKE_LOG_LEVEL", "ERROR")

SERVER = EmbeddedPostgres(HOME, TEST_SETTINGS)
os.environ["DATABASE_URL"] = SERVER.start()


def pytest_unconfigure() -> None:
    """Stop the database and leave nothing behind."""
    SERVER.stop()
    shutil.rmtree(HOME, ignore_errors=True)
