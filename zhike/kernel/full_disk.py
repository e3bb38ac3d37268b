"""A full disk, whoever meets it: the operating system, PostgreSQL, DuckDB or what writes the tables of the warehouse."""

from __future__ import annotations

import errno

import psycopg.errors

from zhike.kernel.errors import DiskFull

_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
#: How engines say it that pass the words of the operating system on.
_WORDS = ("No space left on device", "os error 28", "Disk quota exceeded")


def full_disk(error: BaseException) -> DiskFull | None:
    """Return what to say instead of an error where it, or what it came from, is a full disk; None for any other."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, DiskFull):
            return found
        if isinstance(found, psycopg.errors.DiskFull) or (isinstance(found, OSError) and found.errno in _NUMBERS):
            return DiskFull()
        if _is_of_engine(found) and any(words in str(found) for words in _WORDS):
            return DiskFull()
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return None


def _is_of_engine(error: BaseException) -> bool:
    """Whether the words of an error are an engine's: what a person wrote about full disks is no full disk."""
    return isinstance(error, OSError) or type(error).__module__.split(".")[0] in (
        "_duckdb",
        "duckdb",
        "_internal",
        "deltalake",
    )
