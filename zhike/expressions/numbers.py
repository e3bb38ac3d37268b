"""Exact numbers and days as the semantics table says; the SQL back ends must agree to the last digit.

A number taken into arithmetic, and every result, has at most 18 digits before and 10 after the point:
wider is null. Why 18: DuckDB multiplies decimals exactly up to 38 digits only, so 28 × 28 digits with
20 places just fit where the result does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from functools import reduce

PLACES = 10
LIMIT = 10**18
_QUANTUM = Decimal(1).scaleb(-PLACES)
# A quotient of two 28-digit numbers lies at least 5e-39 away from any rounding boundary it does not hit,
# so 100 digits leave no room for rounding twice.
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)

Number = int | Decimal


def fit_integer(value: int) -> int | None:
    """Return the number, or None when it has more than 18 digits."""
    return value if -LIMIT < value < LIMIT else None


def fit_decimal(value: Number) -> Decimal | None:
    """Return the number rounded half up to 10 places, or None when wider than 18 digits before the point."""
    rounded = _EXACT.quantize(Decimal(value), _QUANTUM)
    return rounded if -LIMIT < rounded < LIMIT else None


def calculate(operator: str, left: Number, right: Number, whole: bool) -> Number | None:
    """Return left `operator` right; `whole` says that the result is an integer."""
    if operator in "/%" and not right:
        return None
    if whole:
        return fit_integer(_whole(operator, int(left), int(right)))
    a, b = Decimal(left), Decimal(right)
    match operator:
        case "+":
            return fit_decimal(_EXACT.add(a, b))
        case "-":
            return fit_decimal(_EXACT.subtract(a, b))
        case "*":
            return fit_decimal(_EXACT.multiply(a, b))
        case "/":
            return fit_decimal(_EXACT.divide(a, b))
    return fit_decimal(_EXACT.remainder(a, b))


def _whole(operator: str, left: int, right: int) -> int:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


def total(values: Iterable[Number], whole: bool) -> Number | None:
    """Return the sum; None for no values, for a value wider than 18 digits and for too wide a sum."""
    if whole:
        integers = [fit_integer(int(value)) for value in values]
        known = [value for value in integers if value is not None]
        return fit_integer(sum(known)) if known and len(known) == len(integers) else None
    decimals = [fit_decimal(value) for value in values]
    exact = [value for value in decimals if value is not None]
    return fit_decimal(reduce(_EXACT.add, exact)) if exact and len(exact) == len(decimals) else None


def round_to(value: Number, places: int = 0) -> Decimal | None:
    """Return the number rounded half up, away from zero, to 0–10 places."""
    return fit_decimal(_EXACT.quantize(Decimal(value), Decimal(1).scaleb(-places)))


def floor(value: Number) -> int | None:
    """Return the largest whole number not above `value`."""
    return fit_integer(int(Decimal(value).to_integral_value(ROUND_FLOOR)))


def ceil(value: Number) -> int | None:
    """Return the smallest whole number not below `value`."""
    return fit_integer(int(Decimal(value).to_integral_value(ROUND_CEILING)))


def magnitude(value: Number) -> Number:
    """Return the number without its sign."""
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


def add_days(day: date, count: int) -> date | None:
    """Return the date `count` days later; None outside the years 1 to 9999."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return None


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date; None when there is no such day in the years 1 to 9999."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
