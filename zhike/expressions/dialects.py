"""What differs between SQL engines, as templates; each is read and printed in its own dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from zhike.expressions.types import Type


@dataclass(frozen=True, slots=True)
class Dialect:
    """One engine. Templates name their arguments _a, _b.

    Numbers take part in arithmetic as `decimal` or `whole`, which are null beyond 18 + 10 digits, or as
    `known_decimal` or `known_whole` where the width is known already.
    """

    name: str
    types: Mapping[Type, str]
    decimal: str
    known_decimal: str
    whole: str
    known_whole: str
    divide: str
    multiply: str
    remainder: str
    member: str
    length: str
    ordered_text: str
    text_of: Mapping[Type, str]


_POSTGRES_FIT = (
    "NULLIF(NULLIF(LEAST(GREATEST({number}, -1000000000000000000), 1000000000000000000), 1000000000000000000), "
    "-1000000000000000000)"
)

# LEAST and GREATEST skip nulls, so a null becomes a limit and NULLIF makes it null again.
POSTGRES = Dialect(
    name="postgres",
    types={
        Type.TEXT: "TEXT",
        Type.INTEGER: "BIGINT",
        Type.DECIMAL: "DECIMAL",
        Type.BOOLEAN: "BOOLEAN",
        Type.DATE: "DATE",
        Type.DATETIME: "TIMESTAMPTZ",
        Type.DURATION: "BIGINT",
        Type.LIST: "TEXT[]",
    },
    decimal=_POSTGRES_FIT.format(number="ROUND(CAST(_a AS DECIMAL), 10)"),
    known_decimal="CAST(_a AS DECIMAL)",
    whole=_POSTGRES_FIT.format(number="CAST(_a AS DECIMAL)"),
    known_whole="CAST(_a AS DECIMAL)",
    # PostgreSQL keeps at least as many places as the dividend has; 40 leave no room for rounding twice.
    divide="ROUND(_a, 40) / NULLIF(_b, 0)",
    multiply="_a * _b",
    remainder="MOD(_a, NULLIF(_b, 0))",
    member="_a = ANY(_b)",
    length="CARDINALITY(_a)",
    ordered_text='_a COLLATE "C"',
    text_of={Type.DECIMAL: "CAST(TRIM_SCALE(_a) AS TEXT)", Type.DATE: "TO_CHAR(_a, 'YYYY-MM-DD')"},
)

_UNITS = "CAST(_{side} * CAST(10000000000 AS DECIMAL(11, 0)) AS HUGEINT)"
# List_transform over one struct names a value once; a subquery would not be allowed inside TRY.
DUCKDB = Dialect(
    name="duckdb",
    types={
        Type.TEXT: "TEXT",
        Type.INTEGER: "BIGINT",
        Type.DECIMAL: "DECIMAL(38, 10)",
        Type.BOOLEAN: "BOOLEAN",
        Type.DATE: "DATE",
        Type.DATETIME: "TIMESTAMPTZ",
        Type.DURATION: "BIGINT",
        Type.LIST: "TEXT[]",
    },
    decimal="TRY_CAST(_a AS DECIMAL(28, 10))",
    known_decimal="TRY_CAST(_a AS DECIMAL(28, 10))",
    # Not as decimals: DECIMAL(18) + DECIMAL(18) overflows instead of widening.
    whole="CAST(TRY_CAST(_a AS DECIMAL(18, 0)) AS HUGEINT)",
    known_whole="CAST(_a AS HUGEINT)",
    # Decimal ÷ decimal is a double here, so whole units of 10⁻¹⁰ are divided: |n| × 10¹⁰ < 10³⁸ fits.
    divide=(
        f"LIST_TRANSFORM([{{'n': {_UNITS.format(side='a')}, 'd': {_UNITS.format(side='b')}}}], LAMBDA v : "
        "CASE WHEN v.d <> 0 THEN CAST(TRY_CAST(CASE WHEN (v.n < 0) <> (v.d < 0) THEN -1 ELSE 1 END * "
        "((ABS(v.n) * CAST(10000000000 AS HUGEINT)) // ABS(v.d) + CASE WHEN 2 * ((ABS(v.n) * "
        "CAST(10000000000 AS HUGEINT)) % ABS(v.d)) >= ABS(v.d) THEN 1 ELSE 0 END) AS DECIMAL(28, 0)) * "
        "CAST('0.0000000001' AS DECIMAL(10, 10)) AS DECIMAL(28, 10)) END)[1]"
    ),
    # DECIMAL(28, 10) × DECIMAL(28, 10) is DECIMAL(38, 20): it overflows exactly where the result is null.
    multiply="LIST_TRANSFORM([{'a': _a, 'b': _b}], LAMBDA v : TRY(v.a * v.b))[1]",
    remainder="_a % _b",
    member="CASE WHEN LEN(_b) = 0 THEN FALSE ELSE LIST_CONTAINS(_b, _a) END",
    length="LEN(_a)",
    ordered_text="_a",
    text_of={Type.DECIMAL: "RTRIM(RTRIM(CAST(CAST(_a AS DECIMAL(38, 10)) AS TEXT), '0'), '.')"},
)

#: With `spark.sql.decimalOperations.allowPrecisionLoss` false and ANSI mode: products are exact or overflow.
SPARK = Dialect(
    name="spark",
    types={
        Type.TEXT: "STRING",
        Type.INTEGER: "BIGINT",
        Type.DECIMAL: "DECIMAL(38, 10)",
        Type.BOOLEAN: "BOOLEAN",
        Type.DATE: "DATE",
        Type.DATETIME: "TIMESTAMP",
        Type.DURATION: "BIGINT",
        Type.LIST: "ARRAY<STRING>",
    },
    decimal="TRY_CAST(_a AS DECIMAL(28, 10))",
    known_decimal="TRY_CAST(_a AS DECIMAL(28, 10))",
    whole="CAST(TRY_CAST(_a AS DECIMAL(18, 0)) AS DECIMAL(38, 0))",
    known_whole="CAST(_a AS DECIMAL(38, 0))",
    # Division of decimals loses places, so whole units of 10⁻¹⁰ are divided after their remainder is taken away.
    divide=(
        "ELEMENT_AT(TRANSFORM(ARRAY(NAMED_STRUCT("
        "'n', CAST(_a * CAST(10000000000 AS DECIMAL(11, 0)) AS DECIMAL(28, 0)) * CAST(10000000000 AS DECIMAL(10, 0)), "
        "'d', CAST(_b * CAST(10000000000 AS DECIMAL(11, 0)) AS DECIMAL(28, 0)))), v -> CASE WHEN v.d <> 0 THEN "
        "TRY_CAST((CASE WHEN (v.n < 0) <> (v.d < 0) THEN -1 ELSE 1 END * "
        "(CAST((ABS(v.n) - ABS(v.n) % ABS(v.d)) / ABS(v.d) AS DECIMAL(28, 0)) + "
        "CASE WHEN 2 * (ABS(v.n) % ABS(v.d)) >= ABS(v.d) THEN 1 ELSE 0 END)) * "
        "CAST('0.0000000001' AS DECIMAL(10, 10)) AS DECIMAL(28, 10)) END), 1)"
    ),
    multiply="TRY_MULTIPLY(_a, _b)",
    remainder="_a % NULLIF(_b, 0)",
    member="CASE WHEN SIZE(_b) = 0 THEN FALSE ELSE ARRAY_CONTAINS(_b, _a) END",
    length="SIZE(_a)",
    ordered_text="_a",
    text_of={Type.DECIMAL: "RTRIM('.', RTRIM('0', CAST(CAST(_a AS DECIMAL(38, 10)) AS STRING)))"},
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (POSTGRES, DUCKDB, SPARK)}


@lru_cache(maxsize=1024)
def _template(dialect: str, template: str) -> exp.Expr:
    tree = sqlglot.parse_one(template, read=dialect)
    if dialect == POSTGRES.name:
        tree = tree.transform(_remainder_by_name)
    return exp.Paren(this=tree)


def _remainder_by_name(node: exp.Expr) -> exp.Expr:
    # psycopg takes a bare % for the start of a placeholder.
    return exp.Anonymous(this="MOD", expressions=[node.this, node.expression]) if isinstance(node, exp.Mod) else node


def fill(dialect: Dialect, template: str, *args: exp.Expr) -> exp.Expr:
    """Return a copy of the template with _a, _b, _c replaced, _all by all arguments, _joined by all with ||."""
    every = [f"_{index}" for index in range(len(args))]
    spread = template.replace("_all", ", ".join(every)).replace("_joined", " || ".join(every))
    tree = _template(dialect.name, spread).copy()
    named = dict(zip(every if spread != template else ("_a", "_b", "_c"), args, strict=False))
    for column in list(tree.find_all(exp.Column)):
        if column.name in named and not column.table:
            column.replace(enclosed(named[column.name].copy()))
    filled: exp.Expr = tree.this.pop()
    return filled


def enclosed(tree: exp.Expr) -> exp.Expr:
    """Return the tree, in parentheses unless it needs none inside anything else."""
    safe = (exp.Column, exp.Placeholder, exp.Func, exp.Cast, exp.Literal, exp.Null, exp.Paren, exp.Subquery)
    return tree if isinstance(tree, safe) and not isinstance(tree, exp.Connector) else exp.Paren(this=tree)
