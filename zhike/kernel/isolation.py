"""One bad item hurts only itself: what it wrote is taken back, and why it failed is known."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from datetime import timedelta

import psycopg
from django.db import DatabaseError, connection, transaction

from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError

#: What an error quotes, as Python and pydantic do it.
_QUOTED = re.compile(r"""'[^']*(?:'|$)|"[^"]*(?:"|$)|\binput_value=.*""")
#: Where a text may begin to quote a value: a quotation mark, or a number as long as those of people and accounts.
_VALUE = re.compile(r'(?:"|\d{6,}).*', re.DOTALL)
_LONG_NUMBER = re.compile(r"\d{6}")
#: What a database's own procedures say, in any words.
_RAISED = "P0001"
#: SQLSTATEs whose message quotes a value: data exceptions, and the syntax of what is parsed (a search's, an interval's).
_QUOTING = ("22", "42601")


def fault_of(act: Callable[[], object]) -> Exception | None:
    """Do something that takes back what it wrote when it fails; return why it failed.

    A database that is away is nobody's fault and is raised.
    """
    try:
        with transaction.atomic():
            act()
    except Exception as error:
        if is_nobodys(error):
            raise
        return error
    return None


def is_nobodys(error: Exception) -> bool:
    """Return whether an error is nobody's fault: the database is away. One that data made is their own."""
    return isinstance(error, DatabaseError) and not connection.is_usable()


def told(error: Exception) -> str:
    """Return what a list of faults says of an error: never a row or value that a database or a parser quotes.

    Of a database there are the class, its message without the detail, and the constraint or column. Of what a procedure
    of its own says, and of a text with a long number in it, there is nothing that may be a value.
    """
    said = _said(error)
    if _LONG_NUMBER.search(said):
        said = _VALUE.sub("…", said)
    return ": ".join([type(error).__name__, *([said] if said else [])])[:500]


def reason(error: Exception) -> Labels:
    """Return why something failed, for whoever answers for it: the sentence of an expected error, else what is `told`.

    Of neither there are more than 300 characters.
    """
    if isinstance(error, ZhikeError):
        return Labels(error.message("zh")[:300], error.message("en")[:300])
    return Labels(told(error)[:300], told(error)[:300])


def trace(error: BaseException | None) -> list[str]:
    """Return where an error and its causes came from. Their texts stay out: a database quotes the row it refuses."""
    lines: list[str] = []
    while error is not None:
        lines.append(type(error).__qualname__)
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _said(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if isinstance(cause, psycopg.Error):
        return _said_by_database(cause)
    if any(base.__name__ == "DatabaseError" for base in type(error).__mro__):  # DuckDB's, too: each driver calls it so
        return ""
    return _QUOTED.sub("…", str(error)) if isinstance(error, ValueError | KeyError) else str(error)


def _said_by_database(error: psycopg.Error) -> str:
    state, said = error.diag.sqlstate or "", error.diag.message_primary or ""
    if not state:
        return str(error) if isinstance(error, psycopg.OperationalError) else ""  # no connection, no row
    if state.startswith(_QUOTING):
        said = _VALUE.sub("…", said)
    if state == _RAISED:
        said = "…"
    named = (error.diag.constraint_name, error.diag.column_name)
    return " ".join([said, *(f"[{name}]" for name in named if name and f'"{name}"' not in said)])


def rest(first: timedelta, longest: timedelta, faults: int) -> timedelta:
    """Return how long to wait before the next try: `first` after one fault, twice as long after each further one."""
    doublings = min(max(faults - 1, 0), 32)  # an outage may last for ever, a timedelta may not
    return min(first * (1 << doublings), longest)
