"""The one table of functions: types, Python, and SQL per engine. At most 25; grow by need.

A SQL template names its arguments _a, _b, _c and is read and printed in the same dialect. A dialect or
Python left out means that the function is refused where that back end is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from zhike.expressions import numbers
from zhike.expressions.types import Type

MAX_FUNCTIONS = 25

NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL, Type.DURATION})
ORDERED = NUMBERS | {Type.TEXT, Type.DATE, Type.DATETIME}
_TEXT = frozenset({Type.TEXT})
_DATE = frozenset({Type.DATE})
_WHOLE = frozenset({Type.INTEGER, Type.DURATION})
_ANY = frozenset(Type) - {Type.LIST}


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `accepts` lists the types of each argument; the last repeats when `variadic`.

    `returns` None means the common type of the arguments from `common_from` on. A `strict` function is
    null when an argument is. `fits` brings numbers to 18 + 10 digits first. `literals` are arguments that
    must be whole numbers written out, with their range. `work` is how long it takes a record, as `work` measures.
    """

    name: str
    accepts: tuple[frozenset[Type], ...]
    returns: Type | None
    python: Callable[..., object] | None
    sql: Mapping[str, str]
    variadic: bool = False
    minimum: int | None = None
    common_from: int = 0
    strict: bool = True
    fits: bool = False
    literals: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    work: int = 5

    @property
    def fewest(self) -> int:
        """Return how many arguments are needed at least."""
        return len(self.accepts) if self.minimum is None else self.minimum

    def accepted(self, index: int) -> frozenset[Type]:
        """Return the types that argument `index` may have."""
        return self.accepts[min(index, len(self.accepts) - 1)]


_LOWER = "abcdefghijklmnopqrstuvwxyz"
_UPPER = _LOWER.upper()
_TO_LOWER = str.maketrans(_UPPER, _LOWER)
_TO_UPPER = str.maketrans(_LOWER, _UPPER)
_BLANKS = " \t\r\n\u3000"
_INTEGER = "^[+-]?[0-9]{1,18}$"
_DECIMAL = "^[+-]?[0-9]{1,18}([.][0-9]{1,10})?$"


def _matching(pattern: str, convert: Callable[[str], object]) -> Callable[[str], object]:
    matches = re.compile(pattern.removesuffix("$").removeprefix("^")).fullmatch
    return lambda text: convert(text) if matches(text) else None


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...

    def __gt__(self, other: Any, /) -> bool: ...


def _least(*values: _Ordered | None) -> _Ordered | None:
    return min((value for value in values if value is not None), default=None)


def _greatest(*values: _Ordered | None) -> _Ordered | None:
    return max((value for value in values if value is not None), default=None)


def _to_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = format(value, "f")
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if plain == "-0" else plain
    return value.isoformat() if isinstance(value, date) else str(value)


def _alike(template: str, **otherwise: str) -> Mapping[str, str]:
    """The same template for every engine but those that are named."""
    return dict.fromkeys(("postgres", "duckdb", "spark"), template) | otherwise


def _part(name: str) -> Function:
    return Function(
        name=name,
        accepts=(_DATE,),
        returns=Type.INTEGER,
        python=lambda day: getattr(day, name),
        sql=_alike(f"CAST(EXTRACT({name} FROM _a) AS BIGINT)"),
    )


# A value used more than once is named once, or nested calls would double the SQL at every level.
_MAKE_DATE = (
    "CASE WHEN v.y BETWEEN 1 AND 9999 AND v.m BETWEEN 1 AND 12 AND v.d BETWEEN 1 AND 31 THEN "
    "CASE WHEN v.d <= {last} THEN MAKE_DATE(CAST(v.y AS INT), CAST(v.m AS INT), CAST(v.d AS INT)) END END"
)
_MONTH_END = "EXTRACT(DAY FROM MAKE_DATE(CAST(v.y AS INT), CAST(v.m AS INT), 1) + CAST('1 month -1 day' AS INTERVAL))"
_OF_PARTS = "(SELECT _date FROM (SELECT _a AS y, _b AS m, _c AS d OFFSET 0) AS v)"
# Counting from the first day and clamping one past each end keeps the engines' own date limits out of it.
_ADD_DAYS = (
    "CAST('0001-01-01' AS DATE) + CAST(NULLIF(NULLIF(LEAST(GREATEST(CAST(_a - CAST('0001-01-01' AS DATE) AS BIGINT)"
    " + _b, -1), 3652059), 3652059), -1) AS INT)"
)
# DuckDB writes what stands in NULLIF out twice, so that nested calls would be planned for ever: what is below nothing or
# above the last day fits no unsigned number instead (4294967295 - 3652058 = 4291315237).
_ADD_DAYS_DUCKDB = (
    "CAST('0001-01-01' AS DATE) + CAST(CAST(TRY_CAST(CAST(TRY_CAST(CAST(_a - CAST('0001-01-01' AS DATE) AS BIGINT)"
    " + _b AS UINTEGER) AS BIGINT) + 4291315237 AS UINTEGER) AS BIGINT) - 4291315237 AS INT)"
)
_ADD_DAYS_SPARK = (
    "DATE_ADD(CAST('0001-01-01' AS DATE), CAST(NULLIF(NULLIF(LEAST(GREATEST(DATEDIFF(_a, CAST('0001-01-01' AS DATE))"
    " + _b, -1), 3652059), 3652059), -1) AS INT))"
)

_ALL = (
    Function(
        name="if",
        accepts=(frozenset({Type.BOOLEAN}), _ANY, _ANY),
        returns=None,
        common_from=1,
        python=lambda condition, yes, no: yes if condition else no,
        sql=_alike("CASE WHEN _a THEN _b ELSE _c END"),
        strict=False,
    ),
    Function("coalesce", (_ANY,), None, _first, _alike("COALESCE(_all)"), variadic=True, strict=False),
    Function("abs", (NUMBERS,), None, numbers.magnitude, _alike("ABS(_a)"), fits=True, work=30),
    Function(
        name="round",
        accepts=(NUMBERS, _WHOLE),
        returns=Type.DECIMAL,
        python=numbers.round_to,
        sql=_alike("ROUND(_a, CAST(_b AS INT))"),
        minimum=1,
        fits=True,
        literals={1: (0, 10)},
        work=30,
    ),
    Function("floor", (NUMBERS,), Type.INTEGER, numbers.floor, _alike("FLOOR(_a)"), fits=True, work=30),
    Function("ceil", (NUMBERS,), Type.INTEGER, numbers.ceil, _alike("CEIL(_a)"), fits=True, work=30),
    Function("least", (ORDERED,), None, _least, _alike("LEAST(_all)"), variadic=True, strict=False),
    Function("greatest", (ORDERED,), None, _greatest, _alike("GREATEST(_all)"), variadic=True, strict=False),
    Function(
        name="length",
        accepts=(_TEXT,),
        returns=Type.INTEGER,
        python=len,
        sql=_alike("CAST(LENGTH(_a) AS BIGINT)"),
    ),
    Function(
        name="lower",
        accepts=(_TEXT,),
        returns=Type.TEXT,
        python=lambda text: text.translate(_TO_LOWER),
        sql=_alike(f"TRANSLATE(_a, '{_UPPER}', '{_LOWER}')"),
        work=16,
    ),
    Function(
        name="upper",
        accepts=(_TEXT,),
        returns=Type.TEXT,
        python=lambda text: text.translate(_TO_UPPER),
        sql=_alike(f"TRANSLATE(_a, '{_LOWER}', '{_UPPER}')"),
        work=16,
    ),
    Function(
        name="trim",
        accepts=(_TEXT,),
        returns=Type.TEXT,
        python=lambda text: text.strip(_BLANKS),
        sql={
            "postgres": f"BTRIM(_a, '{_BLANKS}')",
            "duckdb": f"TRIM(_a, '{_BLANKS}')",
            "spark": f"TRIM(BOTH '{_BLANKS}' FROM _a)",
        },
        work=10,
    ),
    Function(
        name="substring",
        accepts=(_TEXT, _WHOLE, _WHOLE),
        returns=Type.TEXT,
        python=lambda text, start, length: text[start - 1 : start - 1 + length],
        sql=_alike("SUBSTRING(_a, CAST(_b AS INT), CAST(_c AS INT))"),
        literals={1: (1, 1_000_000), 2: (0, 1_000_000)},
    ),
    Function(
        name="concat",
        accepts=(_TEXT,),
        returns=Type.TEXT,
        python=lambda *texts: "".join(texts),
        # DuckDB takes texts of which one is known to be null for something without a type.
        sql=_alike("_joined", duckdb="CAST(_joined AS TEXT)"),
        variadic=True,
    ),
    Function(
        name="contains",
        accepts=(_TEXT | {Type.LIST}, _TEXT),
        returns=Type.BOOLEAN,
        python=lambda whole, part: part in whole,
        sql=_alike("CONTAINS(_a, _b)", postgres="STRPOS(_a, _b) > 0"),
        work=2,
    ),
    Function(
        name="starts_with",
        accepts=(_TEXT, _TEXT),
        returns=Type.BOOLEAN,
        python=lambda text, start: text.startswith(start),
        sql=_alike("STARTS_WITH(_a, _b)", spark="STARTSWITH(_a, _b)"),
        work=4,
    ),
    Function(
        name="to_integer",
        accepts=(_TEXT,),
        returns=Type.INTEGER,
        python=_matching(_INTEGER, int),
        sql={
            "postgres": f"CAST(SUBSTRING(_a, '{_INTEGER}') AS BIGINT)",
            "duckdb": f"TRY_CAST(REGEXP_EXTRACT(_a, '{_INTEGER}') AS BIGINT)",
            "spark": f"TRY_CAST(NULLIF(REGEXP_EXTRACT(_a, '{_INTEGER}', 0), '') AS BIGINT)",
        },
        work=25,
    ),
    Function(
        name="to_decimal",
        accepts=(_TEXT,),
        returns=Type.DECIMAL,
        python=_matching(_DECIMAL, Decimal),
        sql={
            # "~" of the whole text would need it twice; CASE-free: the pattern's group must not capture.
            "postgres": f"CAST(SUBSTRING(_a, '{_DECIMAL.replace('(', '(?:')}') AS DECIMAL)",
            "duckdb": f"TRY_CAST(REGEXP_EXTRACT(_a, '{_DECIMAL}') AS DECIMAL(38, 10))",
            "spark": f"TRY_CAST(NULLIF(REGEXP_EXTRACT(_a, '{_DECIMAL}', 0), '') AS DECIMAL(38, 10))",
        },
        work=25,
    ),
    Function(
        name="to_text",
        accepts=(NUMBERS | {Type.TEXT, Type.BOOLEAN, Type.DATE},),
        returns=Type.TEXT,
        python=_to_text,
        sql=_alike("CAST(_a AS TEXT)", spark="CAST(_a AS STRING)"),
        fits=True,
        work=10,
    ),
    Function(
        name="make_date",
        accepts=(_WHOLE, _WHOLE, _WHOLE),
        returns=Type.DATE,
        python=numbers.make_date,
        sql={
            "postgres": _OF_PARTS.replace("_date", _MAKE_DATE.format(last=_MONTH_END)),
            "duckdb": "LIST_TRANSFORM([{'y': _a, 'm': _b, 'd': _c}], LAMBDA v : "
            f"{_MAKE_DATE.format(last='DAY(LAST_DAY(MAKE_DATE(v.y, v.m, 1)))')})[1]",
            "spark": "ELEMENT_AT(TRANSFORM(ARRAY(NAMED_STRUCT('y', _a, 'm', _b, 'd', _c)), v -> "
            + _MAKE_DATE.format(last="DAY(LAST_DAY(MAKE_DATE(CAST(v.y AS INT), CAST(v.m AS INT), 1)))")
            + "), 1)",
        },
        work=10,
    ),
    _part("year"),
    _part("month"),
    _part("day"),
    Function(
        name="days_between",
        accepts=(_DATE, _DATE),
        returns=Type.INTEGER,
        python=lambda start, end: (end - start).days,
        sql=_alike("CAST(_b - _a AS BIGINT)", spark="CAST(DATEDIFF(_b, _a) AS BIGINT)"),
    ),
    Function(
        name="add_days",
        accepts=(_DATE, _WHOLE),
        returns=Type.DATE,
        python=numbers.add_days,
        sql=_alike(_ADD_DAYS, duckdb=_ADD_DAYS_DUCKDB, spark=_ADD_DAYS_SPARK),
        fits=True,
        work=13,
    ),
)

FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _ALL}
ADD_DAYS = FUNCTIONS["add_days"]
DAYS_BETWEEN = FUNCTIONS["days_between"]
