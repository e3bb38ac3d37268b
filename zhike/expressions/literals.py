"""Values written out, in text and in JSON: what is well formed and within the published widths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from zhike.expressions.ast import Literal, Value
from zhike.expressions.errors import ExpressionInvalid, Finding
from zhike.expressions.numbers import LIMIT, PLACES
from zhike.expressions.types import Type

Place = int | str | None
#: What people write behind a number instead of its zeros.
ZEROS = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12}


def literal(written: str, type: Type, at: Place) -> Literal:
    """Return the literal that `written` stands for, or raise ExpressionInvalid."""
    readers: Mapping[Type, Callable[[str, Place], Value]] = {
        Type.TEXT: _text,
        Type.INTEGER: _integer,
        Type.DECIMAL: _decimal,
        Type.DATE: _date,
        Type.DATETIME: _datetime,
    }
    return Literal(readers[type](written, at), type, at=at)


def plain_number(number: str, unit: str) -> str:
    """Return a number with its zeros, exact to the last digit: 1.5 and 万 are 15000."""
    whole, _point, part = number.partition(".")
    zeros = ZEROS[unit]
    part = part.ljust(zeros, "0")
    return f"{whole}{part[:zeros]}" + (f".{part[zeros:]}" if part[zeros:] else "")


def written(value: object) -> str:
    """Return how a literal's value is written, without quotes; `literal` reads it back."""
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return plain if "." in plain else f"{plain}.0"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _refuse(code: str, at: Place, found: str) -> ExpressionInvalid:
    return ExpressionInvalid([Finding(code, at, {"found": found[:40]})])


def _text(value: str, at: Place) -> str:
    # PostgreSQL stores neither U+0000 nor half of a surrogate pair.
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise _refuse("bad_text", at, "")
    return value


def _integer(value: str, at: Place) -> int:
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise _refuse("bad_integer", at, value)
    if len(digits) > 18:
        raise _refuse("number_too_wide", at, value)
    return int(value)


def _decimal(value: str, at: Place) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _refuse("bad_number", at, value) from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise _refuse("bad_number", at, value)
    if exponent < -PLACES or number.copy_abs() >= LIMIT or exponent > 18:
        raise _refuse("number_too_wide", at, value)
    return number


def _date(value: str, at: Place) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _refuse("bad_date", at, value) from None


def _datetime(value: str, at: Place) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment needs its offset from UTC")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refuse("bad_date", at, value) from None
