"""DuckDB, opened here and nowhere else: in memory over the files of the warehouse, or over one finished file, read only.

What does not fit into memory is spilled below the home of the warehouse. From a session nothing else of the machine can be
reached: neither a file outside the folders below nor an address, and no setting can be changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import duckdb
from django.conf import settings

_MEMORY = "6GB"
#: Enough for any question to a file of 2,000,000 rows with 300 columns: what is read stays on disk.
_MEMORY_OF_A_FILE = "300MB"
_lock = threading.Lock()
_kept_databases: dict[Path, duckdb.DuckDBPyConnection] = {}
#: Below the home of the installation: tables and their scratch, received files, rows for lists and audiences.
_REACHED = ("warehouse", "files", "served")


def home() -> Path:
    """Return the folder of the warehouse, made on first use."""
    folder = Path(settings.HOME) / "warehouse"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def scratch() -> Path:
    """Return the folder for files that live as long as a run, made on first use."""
    folder = home() / "scratch"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def over_tables(*, memory: str = "", threads: int = 0) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory connection with the installation's limits, for the length of the block."""
    connection = _connected(memory=memory, threads=threads)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def looking_up() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor of the one database that this process keeps for questions about a few rows, for the length of the block.

    Opening a database takes 17 ms of CPU and what it has learned of the files goes with it: the customer's page asked
    the four questions of its blocks in 90 ms in sessions of their own, in 40 ms in this one.
    """
    cursor = _kept().cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@lru_cache(maxsize=500)
def fault_of_pattern(pattern: str) -> str:
    """Return what the engine has against a regular expression, in English; empty where it understands it."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    try:
        connection.execute("select regexp_matches('', ?)", [pattern])
    except duckdb.Error as error:
        return str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
    finally:
        connection.close()
    return ""


def _kept() -> duckdb.DuckDBPyConnection:
    # A database reaches the folders of the installation that it was opened for.
    folder = home()
    with _lock:
        if folder not in _kept_databases:
            # It keeps what it has read of the files up to its limit; one thread answers, as many as ask.
            _kept_databases[folder] = _connected(memory=_MEMORY_OF_A_FILE, threads=1)
        return _kept_databases[folder]


def _connected(*, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    limit = memory or getattr(settings, "WAREHOUSE_MEMORY", _MEMORY)
    connection = duckdb.connect(":memory:", config={"memory_limit": limit, "temp_directory": str(_spill())})
    try:
        reached = ", ".join(_quoted(Path(settings.HOME) / folder) for folder in _REACHED)
        connection.execute(f"set allowed_directories = [{reached}]")
        # Of files that are made here: twelve conditions over 2,000,000 parties take 152 ms, as they do in memory, and
        # 424 ms where each has to unpack what it reads. It costs 0.4 GB of disk a million parties and 50 columns.
        connection.execute("set force_compression = 'uncompressed'")
        _confine(connection, threads)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def over_file(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a finished file for reading, for the length of the block."""
    config = {"memory_limit": _MEMORY_OF_A_FILE, "temp_directory": str(_spill())}
    connection = duckdb.connect(str(file), read_only=True, config=config)  # type: ignore[arg-type]
    try:
        # A process has one database of a file, however often it opens it: whoever came first has set it up.
        if not connection.execute("select current_setting('lock_configuration')").fetchall()[0][0]:
            _confine(connection, 0)
        yield connection
    finally:
        connection.close()


def _quoted(folder: Path) -> str:
    return "'" + str(folder).replace("'", "''") + "/'"


def _spill() -> Path:
    folder = home() / "spill"
    folder.mkdir(exist_ok=True)
    return folder


def _confine(connection: duckdb.DuckDBPyConnection, threads: int) -> None:
    connection.execute("set timezone = 'UTC'")
    # It writes to standard output, where commands print their one JSON value.
    connection.execute("set enable_progress_bar = false")
    count = threads or getattr(settings, "WAREHOUSE_THREADS", 0)
    if count:
        connection.execute(f"set threads = {int(count)}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
