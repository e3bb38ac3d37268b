"""What the sample broker remembers below `.state`: its tables between one writing and the next, and how far one got."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

_TABLES = (
    "size",
    "unit",
    "employee",
    "customer",
    "consent",
    "account",
    "account_role",
    "app_user",
    "caller",
    "truth_link",
    "instrument",
)
_POSITION = "position"
_COSTS = ("ca", "cb")
#: What was asked for, while it is not written to its end.
_ASKED = "asked.json"


def begin(connection: duckdb.DuckDBPyConnection, into: Path, asked: Mapping[str, object]) -> None:
    """Remember a broker as it is before its first day."""
    shutil.rmtree(into / ".state", ignore_errors=True)
    (into / ".state").mkdir()
    save(connection, into)
    (into / ".state" / _ASKED).write_text(json.dumps(asked), encoding="utf-8")


def keep(connection: duckdb.DuckDBPyConnection, into: Path, done: int) -> None:
    """Remember the positions after the `done` first days, and how many these are, in one file: both or neither."""
    partial = into / ".state" / f"{_POSITION}.partial"
    connection.execute(f"copy (select *, {done} as done from {_POSITION}) to '{partial}' (format parquet)")
    partial.replace(into / ".state" / f"{_POSITION}.parquet")


def reached(connection: duckdb.DuckDBPyConnection, into: Path, asked: Mapping[str, object]) -> int | None:
    """Restore a broker of which the same was asked and say how many of its days are written; None: there is none."""
    said = into / ".state" / _ASKED
    if not said.exists() or json.loads(said.read_text(encoding="utf-8")) != dict(asked):
        return None
    restore(connection, into)
    found = connection.execute(f"select any_value(done) from read_parquet('{_file(into, _POSITION)}')").fetchone()
    return int(found[0]) if found else None


def end(connection: duckdb.DuckDBPyConnection, into: Path) -> None:
    """Remember a broker that is written to its end."""
    save(connection, into)
    (into / ".state" / _ASKED).unlink()


def save(connection: duckdb.DuckDBPyConnection, into: Path) -> None:
    """Write every table beside what was, which they replace together when all are written."""
    partial = {name: _file(into, name).with_suffix(".partial") for name in _TABLES}
    for name, file in partial.items():
        connection.execute(f"copy {name} to '{file}' (format parquet)")
    for name, file in partial.items():
        file.replace(_file(into, name))
    keep(connection, into, 0)


def restore(connection: duckdb.DuckDBPyConnection, into: Path) -> None:
    """Read every table."""
    for name in _TABLES:
        connection.execute(f"create table {name} as select * from read_parquet('{_file(into, name)}')")
    # A state that an earlier version wrote has no count.
    connection.execute(
        f"create table {_POSITION} as select columns(c -> c <> 'done') from read_parquet('{_file(into, _POSITION)}')"
    )
    # Nor does it know what positions cost: that stays unknown.
    for cost in _COSTS:
        connection.execute(f"alter table {_POSITION} add column if not exists {cost} decimal(18, 2)")


def _file(into: Path, name: str) -> Path:
    return into / ".state" / f"{name}.parquet"
