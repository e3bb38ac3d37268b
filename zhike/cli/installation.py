"""Making an installation usable for a command: its database running, its tables there, the actor known."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.kernel import context
from zhike.server.embedded.postgres import running

if TYPE_CHECKING:
    from zhike.platform.permissions.types import Principal


def home() -> Path:
    """Return the data directory of this installation."""
    return Path(os.environ.get("ZHIKE_HOME", "var")).resolve()


def private() -> None:
    """Keep what this process and its children write from everybody else on the machine; a home from before is closed."""
    os.umask(0o077)
    found = home()
    if found.is_dir() and found.stat().st_uid == os.geteuid():
        found.chmod(0o700)


def prepared() -> None:
    """Make the rooms and the kinds they own known, without a database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.server.settings")
    django.setup()


@contextmanager
def opened() -> Iterator[None]:
    """Run the block on this installation, as the system principal for the operating-system user."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.server.settings")
    os.environ.setdefault("ZHIKE_LOG_LEVEL", "WARNING")
    with running(home()):
        import django
        from django.db import connections

        django.setup()
        try:
            migrate()
            with context.acting(actor=f"system:{os_user()}"):
                yield
        finally:
            connections.close_all()


def migrate() -> None:
    """Bring the tables up to date; quick when they are."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def os_user() -> str:
    """Return the operating-system user who runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def principal() -> Principal:
    """Return the system principal, named after the operating-system user."""
    from zhike.platform.permissions import api as permissions

    return permissions.system_principal(os_user())
