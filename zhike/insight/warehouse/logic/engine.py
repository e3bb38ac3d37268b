"""DuckDB, opened here and nowhere else: in memory over the files of the warehouse, or over one finished file, read only.

What does not fit into memory is spilled below the home of the warehouse.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from django.conf import settings
from duckdb.func import PythonUDFType

from zhike.kernel import time_limits
from zhike.kernel.encryption import keyring

_MEMORY = "6GB"
#: Enough for any question to a file of 2,000,000 rows with 300 columns: what is read stays on disk.
_MEMORY_OF_A_FILE = "300MB"
_lock = threading.Lock()
_kept_database: duckdb.DuckDBPyConnection | None = None


def home() -> Path:
    """Return the folder of the warehouse, made on first use."""
    folder = Path(settings.HOME) / "warehouse"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def connect(*, memory: str = "", threads: int = 0) -> duckdb.DuckDBPyConnection:
    """Return a new in-memory connection with the installation's limits; the caller closes it."""
    connection = duckdb.connect(":memory:")
    limit = memory or getattr(settings, "WAREHOUSE_MEMORY", _MEMORY)
    connection.execute(f"set memory_limit = '{limit}'")
    connection.execute(f"set temp_directory = '{_spill()}'")
    _set_up(connection, threads)
    return connection


@contextmanager
def reading(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a finished file for reading, for the length of the block: nothing else can be reached or set from there."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": _MEMORY_OF_A_FILE,
        "temp_directory": str(_spill()),
    }
    connection = duckdb.connect(str(file), read_only=True, config=config)
    try:
        # A process has one database of a file, however often it opens it: whoever came first has set it up.
        if not connection.execute("select current_setting('lock_configuration')").fetchall()[0][0]:
            _set_up(connection, 0)
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _spill() -> Path:
    folder = home() / "spill"
    folder.mkdir(exist_ok=True)
    return folder


def _set_up(connection: duckdb.DuckDBPyConnection, threads: int) -> None:
    connection.execute("set timezone = 'UTC'")
    # It writes to standard output, where commands print their one JSON value.
    connection.execute("set enable_progress_bar = false")
    count = threads or getattr(settings, "WAREHOUSE_THREADS", 0)
    if count:
        connection.execute(f"set threads = {int(count)}")


@contextmanager
def looking_up() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor of the one database that this process keeps for questions about a few rows, for the length of the block.

    Opening a database takes 17 ms of CPU and what it has learned of the files goes with it: the customer's page asked
    the four questions of its blocks in 90 ms in sessions of their own, in 40 ms in this one.
    """
    cursor = _kept().cursor()
    try:
        with time_limits.stopping(cursor.interrupt):
            yield cursor
    finally:
        cursor.close()


def _kept() -> duckdb.DuckDBPyConnection:
    global _kept_database
    with _lock:
        if _kept_database is None:
            # It keeps what it has read of the files up to its limit; one thread answers, as many as ask.
            _kept_database = connect(memory=_MEMORY_OF_A_FILE, threads=1)
        return _kept_database


@contextmanager
def session(*, memory: str = "", threads: int = 0) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection for the length of the block."""
    connection = connect(memory=memory, threads=threads)
    try:
        with time_limits.stopping(connection.interrupt):
            yield connection
    finally:
        connection.close()


def with_digests(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection the function `zhike_digest(text)`: the keyed hash of a normalized personal number."""
    ring = keyring()

    def digests(texts: pa.ChunkedArray) -> pa.Array:
        found = [None if text is None else ring.digest(_normalized(text)) for text in texts.to_pylist()]
        return pa.array(found, pa.string())

    # Measured: called row by row, DuckDB looks each time for pandas, which is not installed (65 to 190 µs a row);
    # called with a vector of rows it takes 1 µs a row. The hash itself takes 2 µs.
    connection.create_function(
        "zhike_digest", digests, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW, side_effects=False
    )


def _normalized(text: str) -> str:
    """Return a number as the records' hashes see it, so that both stores hold the same hash for one certificate."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
