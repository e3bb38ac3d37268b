"""From received text to typed columns, as one SELECT; each row carries the reason why it may not be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlglot import exp

from zhike.expressions import api as expressions
from zhike.expressions.types import Field, RelationSource, Schema, SqlFragment, Type
from zhike.insight.warehouse.logic import literals
from zhike.insight.warehouse.logic.literals import name, text
from zhike.insight.warehouse.types import GIVEN, Source, SourceColumn
from zhike.platform.fields import api as fields

_SCIENTIFIC = r"^[0-9]+(\.[0-9]+)?[eE][+]?[0-9]+$"
_RAW = "_raw_"

_BAD = "bad_"
#: How a column with one bound alone says that a value is outside.
_BELOW, _ABOVE = "out_of_range:low", "out_of_range:high"
REASONS: Mapping[str, tuple[str, str]] = {
    _BAD: ("“{column}”不是{expected_zh}", "'{column}' is not {expected}"),
    "missing_value": ("必填列“{column}”为空", "required column '{column}' is empty"),
    "unknown_value": ("“{column}”的取值不在代码表中", "the value of '{column}' is not in its code list"),
    "out_of_range": ("“{column}”超出范围 {low}～{high}", "'{column}' is outside {low} to {high}"),
    _BELOW: ("“{column}”小于 {low}", "'{column}' is below {low}"),
    _ABOVE: ("“{column}”大于 {high}", "'{column}' is above {high}"),
    "unknown_currency": (
        "“{column}”没有 ISO 4217 币种代码",
        "the amount in '{column}' has no currency of ISO 4217",
    ),
    "scientific_notation": (
        "“{column}”是科学计数法，号码已损坏；请在导出时把该列设为文本",
        "'{column}' is in scientific notation, the number is damaged; export the column as text",
    ),
    "wrong_date": ("业务日期与文件不符", "the business date is not the file's"),
    "future_date": ("业务日期在装载当日之后", "the business date is after the day of loading"),
    "not_a_trading_day": ("“{column}”不是交易日", "'{column}' is not a trading day"),
    "duplicate_key": ("主键重复", "the key occurs twice in the file"),
    "unknown_reference": ("“{column}”引用的记录不存在", "'{column}' refers to nothing"),
    "broken_line": ("行的列数或引号不正确", "the line has a wrong number of columns or a broken quote"),
}


class HeaderBinding:
    """Names of an expression are headers of the received file."""

    def column(self, path: tuple[str, ...]) -> exp.Expr:
        """Return the text column under the header."""
        return exp.column(path[-1], quoted=True)

    def relation(self, path: tuple[str, ...]) -> RelationSource:
        """Refuse: a file has no related records."""
        raise LookupError(".".join(path))

    def named(self, path: tuple[str, ...]) -> None:
        """Name no record: columns hold ids."""


class ColumnBinding(HeaderBinding):
    """Names of an expression are the columns of one relation."""

    def __init__(self, table: str = "") -> None:
        self._table = table

    def column(self, path: tuple[str, ...]) -> exp.Expr:
        """Return the column of that name."""
        return exp.column(path[-1], table=self._table or None, quoted=True)


def inline(fragment: SqlFragment, parameters: Mapping[str, object] | None = None) -> str:
    """Return the SQL of a fragment of a definition with its literals written in (for relations and COPY)."""
    values = {**fragment.values, **(parameters or {})}
    tree = expressions.written_in(fragment.tree, {name: _literal(value) for name, value in values.items()})
    return expressions.sql_text(tree, "duckdb")


def _literal(value: object) -> exp.Expr:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.convert(value)


def header_schema(source: Source) -> Schema:
    """Return what the expressions of a source may name: its headers, all text."""
    headers = dict.fromkeys(column.header for column in source.columns if column.header)
    return Schema(source.key, dict(source.labels), {title: Field(title, Type.TEXT) for title in headers})


def dataset_schema(source: Source) -> Schema:
    """Return what expressions over the dataset of a source may name: its typed columns."""
    named = {
        column.key: Field(
            column.key,
            column.value_type.given or Type.TEXT,
            dict(column.labels or {}),
            tuple(dict.fromkeys(column.values.values())),
        )
        for column in source.columns
    }
    dated = {"business_date": Field("business_date", Type.DATE, {"zh": "业务日期", "en": "Business date"})}
    return Schema(source.dataset, dict(source.labels), named | dated)


def check_expression(source: Source, column: SourceColumn) -> expressions.Expression:
    """Return the checked expression of a column; raises ExpressionInvalid."""
    return expressions.parse(column.expression or "", header_schema(source))


def fits(expression: expressions.Expression, column: SourceColumn) -> str:
    """Return "" where an expression gives what its column holds, else what it gives."""
    found, wanted = expressions.type_of(expression), column.value_type.given
    whole = wanted is Type.DECIMAL and found is Type.INTEGER
    return "" if whole or found in (wanted, Type.NULL) else found.value


def typed_select(
    source: Source, relation: str, present: Mapping[str, str], *, business_date: date | None, plain: bool
) -> str:
    """Return a SELECT over `relation` (text or typed columns named by their headers, plus `_line`).

    It has `_line`, `_reason` ("code:column" or null), `business_date` for facts, and the typed columns. `present` are
    the headers of the relation and the types they have there. Certificate columns are keyed hashes unless `plain`.
    """
    raws, typed, columns, reasons = ["_line"], ["*"], [], []
    for column in source.columns:
        kind = present.get(column.header or "", "VARCHAR")
        raws.append(f"{_raw(source, column, present)} as {name(_RAW + column.key)}")
        typed.append(f"{_value(source, column, kind, plain)} as {name(column.key)}")
        columns.append(name(column.key))
        reasons += _reasons(source, column)
    if source.grain == "fact" and "business_date" not in source.keys_of_columns:
        if source.dated_by_column:
            columns.insert(0, f"cast({_readable(source.column(source.date))} as date) as business_date")
        elif source.date != GIVEN:
            assert business_date is not None
            columns.insert(0, f"{literals.day(business_date)} as business_date")
    cases = " ".join(f"when {condition} then {text(f'{code}:{column}')}" for code, column, condition in reasons)
    reason = f"case {cases} end" if cases else "cast(null as varchar)"
    # Step by step, so that DuckDB computes each value once and not again in every reason that asks for it.
    received = f"(select {', '.join(raws)} from {relation})"
    return f"select _line, {reason} as _reason, {', '.join(columns)} from (select {', '.join(typed)} from {received})"


def _raw(source: Source, column: SourceColumn, present: Mapping[str, str]) -> str:
    if column.expression:
        fragment = expressions.compile_sql(check_expression(source, column), "duckdb", HeaderBinding())
        return inline(fragment)
    if column.header is None or column.header not in present:
        return "cast(null as varchar)"
    header = name(column.header)
    if _typed_otherwise(column, present[column.header]):
        return header
    return f"nullif(trim(cast({header} as varchar)), '')"


def _readable(column: SourceColumn) -> str:
    """The typed value that reasons look at: a certificate as received, of which the dataset has the keyed hash."""
    return name(_RAW + column.key) if column.certificate else name(column.key)


def sql_type(column: SourceColumn) -> str:
    """Return the type a column has in the warehouse."""
    return column.value_type.received


def _value(source: Source, column: SourceColumn, kind: str, plain: bool) -> str:
    raw, wanted = name(_RAW + column.key), sql_type(column)
    if column.expression:
        return f"cast({raw} as {wanted})"
    if column.values:
        cases = " ".join(f"when {text(given)} then {text(value)}" for given, value in column.values.items())
        return f"cast(case {raw} {cases} end as {wanted})"
    if column.certificate:
        return raw if plain else f"zhike_digest({raw})"
    if _typed_otherwise(column, kind):
        # A number that the type cannot hold exactly (1.5 in a whole one, a third decimal) is refused, not rounded.
        exact = f"case when try_cast({raw} as {wanted}) = {raw} then try_cast({raw} as {wanted}) end"
        return exact if column.value_type.adds_up else f"try_cast({raw} as {wanted})"
    return column.value_type.read_sql(raw, source.grammar(column))


def _typed_otherwise(column: SourceColumn, kind: str) -> bool:
    """Whether the file itself has typed values in the column (Parquet), of which its text is no better source."""
    return kind != "VARCHAR" and column.value_type.given is not Type.TEXT


def _reasons(source: Source, column: SourceColumn) -> list[tuple[str, str, str]]:
    raw, value = name(_RAW + column.key), _readable(column)
    found = []
    if column.certificate:
        found.append(("scientific_notation", column.key, f"regexp_matches({raw}, '{_SCIENTIFIC}')"))
    if column.values:
        found.append(("unknown_value", column.key, f"{raw} is not null and {value} is null"))
    elif not column.expression and not column.certificate:
        found.append((f"{_BAD}{column.type}", column.key, f"{raw} is not null and {value} is null"))
    if column.currency:
        code = name(column.currency)
        listed = ", ".join(map(text, sorted(fields.CURRENCIES)))
        broken = f"{value} is not null and ({code} is null or {code} not in ({listed}))"
        found.append(("unknown_currency", column.key, broken))
    if column.low is not None or column.high is not None:
        low = f"{value} < {_bound(column, column.low)}" if column.low is not None else "false"
        high = f"{value} > {_bound(column, column.high)}" if column.high is not None else "false"
        found.append(("out_of_range", column.key, f"({low} or {high})"))
    if column.required:
        found.append(("missing_value", column.key, f"{value} is null"))
    return found


def _bound(column: SourceColumn, bound: str) -> str:
    return f"cast({text(bound)} as {sql_type(column)})"


def _worded_as(code: str, column: SourceColumn | None) -> str:
    if code == "out_of_range" and column and column.high is None:
        return _BELOW
    if code == "out_of_range" and column and column.low is None:
        return _ABOVE
    return _BAD if code.startswith(_BAD) else code


def reason_text(source: Source, reason: str) -> tuple[str, str, str]:
    """Return (code, Chinese sentence, English sentence) of a stored reason "code:column"."""
    code, _, key = reason.partition(":")
    found = next((column for column in source.columns if column.key == key), None)
    expected = found.value_type.expects(source.grammar(found)) if found else None
    facts = {
        "column": found.title if found else key,
        "expected_zh": expected.zh if expected else "",
        "expected": expected.en if expected else "",
        "low": (found.low or "") if found else "",
        "high": (found.high or "") if found else "",
    }
    zh, en = REASONS[_worded_as(code, found)]
    return code, zh.format(**facts), en.format(**facts)
