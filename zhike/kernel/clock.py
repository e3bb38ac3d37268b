"""The one clock. Nothing else in the product asks what time it is.

Production reads the machine's clock. A trial installation moves through its sample days, so the clock has
an offset, kept in the database (`ClockSetting`) and read again at most once a second; tests travel.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_OFFSET_LIFETIME = 1.0

_travelled: datetime | None = None
_read_offset: Callable[[], timedelta] | None = None
_offset = timedelta()
_offset_read_at = float("-inf")


def now() -> datetime:
    """Return the current instant in UTC."""
    if _travelled is not None:
        return _travelled
    return datetime.now(UTC) + _current_offset()


def today() -> date:
    """Return the current date in Shanghai."""
    return now().astimezone(SHANGHAI).date()


def local(instant: datetime) -> datetime:
    """Return `instant` as Shanghai time."""
    return instant.astimezone(SHANGHAI)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return the UTC instant of a Shanghai wall-clock time on `day`."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def read_offset_with(reader: Callable[[], timedelta] | None) -> None:
    """Set where the installation's clock offset comes from (None: no offset) and forget the last one."""
    global _read_offset
    _read_offset = reader
    forget_offset()


def forget_offset() -> None:
    """Read the offset again when the time is next asked for."""
    global _offset_read_at
    _offset_read_at = float("-inf")


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Stand still at `to` for the length of the block. For tests and replays of past days."""
    global _travelled
    before, _travelled = _travelled, to.astimezone(UTC)
    try:
        yield
    finally:
        _travelled = before


def _current_offset() -> timedelta:
    global _offset, _offset_read_at
    if _read_offset is None:
        return timedelta()
    if time.monotonic() - _offset_read_at > _OFFSET_LIFETIME:
        _offset = _read_offset()
        _offset_read_at = time.monotonic()
    return _offset
