"""One bad item hurts only itself: what it wrote is taken back, and why it failed is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection, transaction


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
    """Return what a list of faults says of an error."""
    return f"{type(error).__name__}: {error}"[:500]


def rest(first: timedelta, longest: timedelta, faults: int) -> timedelta:
    """Return how long to wait before the next try: `first` after one fault, twice as long after each further one."""
    doublings = min(max(faults - 1, 0), 32)  # an outage may last for ever, a timedelta may not
    return min(first * (1 << doublings), longest)
