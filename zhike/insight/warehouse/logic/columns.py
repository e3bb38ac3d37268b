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

_SCIENTIFIC = r"^[0-9]+(\.[0-9]+)?[eE][+]?[0-9]+$"
_TRUE = "('1', 'true', 'y', 'yes', '是', 't')"
_FALSE = "('0', 'false', 'n', 'no', '否', 'f')"
_RAW = "_raw_"
_TYPES: Mapping[str, str] = {
    "text": "varchar",
    "integer": "bigint",
    "decimal": "decimal(18, {scale})",
    "date": "date",
    "datetime": "timestamptz",
    "boolean": "boolean",
}
_LETTERS = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%H": "HH", "%M": "MM", "%S": "SS"}
_EXPRESSION_TYPES = {
    "text": (Type.TEXT,),
    "integer": (Type.INTEGER,),
    "decimal": (Type.DECIMAL, Type.INTEGER),
    "date": (Type.DATE,),
    "datetime": (Type.DATETIME,),
    "boolean": (Type.BOOLEAN,),
}

REASONS: Mapping[str, tuple[str, str]] = {
    "missing_value": ("必填列“{column}”为空", "required column '{column}' is empty"),
    "bad_integer": ("“{column}”不是整数", "'{column}' is not a whole number"),
    "bad_decimal": ("“{column}”不是数字", "'{column}' is not a number"),
    "bad_date": ("“{column}”不是日期（应为 {format}）", "'{column}' is not a date (expected {format})"),
    "bad_datetime": ("“{column}”不是时间（应为 {format}）", "'{column}' is not a moment (expected {format})"),
    "bad_boolean": ("“{column}”不是 是/否", "'{column}' is not yes or no"),
    "unknown_value": ("“{column}”的取值不在代码表中", "the value of '{column}' is not in its code list"),
    "out_of_range": ("“{column}”超出范围 {low}～{high}", "'{column}' is outside {low} to {high}"),
    "scientific_notation": (
        "“{column}”是科学计数法，号码已损坏；请在导出时把该列设为文本",
        "'{column}' is in scientific notation, the number is damaged; export the column as text",
    ),
    "wrong_date": ("业务日期与文件不符", "the business date is not the file's"),
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
    tree = fragment.tree.copy()
    for place in list(tree.find_all(exp.Placeholder)):
        literal = _literal(values[place.name])
        if place is tree:
            tree = literal
        else:
            place.replace(literal)
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
    fields = {
        column.key: Field(
            column.key,
            Type(column.type),
            dict(column.labels or {}),
            tuple(dict.fromkeys(column.values.values())),
        )
        for column in source.columns
    }
    dated = {"business_date": Field("business_date", Type.DATE, {"zh": "业务日期", "en": "Business date"})}
    return Schema(source.dataset, dict(source.labels), fields | dated)


def check_expression(source: Source, column: SourceColumn) -> expressions.Expression:
    """Return the checked expression of a column; raises ExpressionInvalid."""
    return expressions.parse(column.expression or "", header_schema(source))


def fits(expression: expressions.Expression, column: SourceColumn) -> str:
    """Return "" where an expression gives what its column holds, else what it gives."""
    found = expressions.type_of(expression)
    return "" if found in (*_EXPRESSION_TYPES[column.type], Type.NULL) else found.value


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
    if present[column.header] != "VARCHAR" and column.type != "text":
        return header
    return f"nullif(trim(cast({header} as varchar)), '')"


def _readable(column: SourceColumn) -> str:
    """The typed value that reasons look at: a certificate as received, of which the dataset has the keyed hash."""
    return name(_RAW + column.key) if column.certificate else name(column.key)


def sql_type(column: SourceColumn) -> str:
    """Return the type a column has in the warehouse."""
    return _TYPES[column.type].format(scale=column.decimals)


def _value(source: Source, column: SourceColumn, kind: str, plain: bool) -> str:
    raw = name(_RAW + column.key)
    if column.expression:
        return f"cast({raw} as {sql_type(column)})"
    if column.values:
        cases = " ".join(f"when {text(given)} then {text(value)}" for given, value in column.values.items())
        return f"cast(case {raw} {cases} end as {sql_type(column)})"
    if column.type == "text":
        return raw if plain or not column.certificate else f"zhike_digest({raw})"
    if kind != "VARCHAR":
        return f"try_cast({raw} as {sql_type(column)})"
    if column.type in ("integer", "decimal"):
        return f"try_cast(replace({raw}, ',', '') as {sql_type(column)})"
    if column.type == "boolean":
        return f"case when lower({raw}) in {_TRUE} then true when lower({raw}) in {_FALSE} then false end"
    moment = f"try_strptime({raw}, {text(source.format_of(column))})"
    return f"cast({moment} as date)" if column.type == "date" else f"timezone('Asia/Shanghai', {moment})"


def _reasons(source: Source, column: SourceColumn) -> list[tuple[str, str, str]]:
    raw, value = name(_RAW + column.key), _readable(column)
    found = []
    if column.certificate:
        found.append(("scientific_notation", column.key, f"regexp_matches({raw}, '{_SCIENTIFIC}')"))
    if column.values:
        found.append(("unknown_value", column.key, f"{raw} is not null and {value} is null"))
    elif column.type != "text" and not column.expression:
        found.append((f"bad_{column.type}", column.key, f"{raw} is not null and {value} is null"))
    if column.low is not None or column.high is not None:
        low = f"{value} < {_bound(column, column.low)}" if column.low is not None else "false"
        high = f"{value} > {_bound(column, column.high)}" if column.high is not None else "false"
        found.append(("out_of_range", column.key, f"({low} or {high})"))
    if column.required:
        found.append(("missing_value", column.key, f"{value} is null"))
    return found


def _bound(column: SourceColumn, bound: str) -> str:
    return f"cast({text(bound)} as {sql_type(column)})"


def _readable_format(format: str) -> str:
    """Return a format as people write it: "%Y%m%d" is YYYYMMDD."""
    for directive, letters in _LETTERS.items():
        format = format.replace(directive, letters)
    return format


def reason_text(source: Source, reason: str) -> tuple[str, str, str]:
    """Return (code, Chinese sentence, English sentence) of a stored reason "code:column"."""
    code, _, key = reason.partition(":")
    found = next((column for column in source.columns if column.key == key), None)
    facts = {
        "column": found.title if found else key,
        "format": _readable_format(source.format_of(found)) if found else "",
        "low": (found.low or "") if found else "",
        "high": (found.high or "") if found else "",
    }
    zh, en = REASONS[code]
    return code, zh.format(**facts), en.format(**facts)
