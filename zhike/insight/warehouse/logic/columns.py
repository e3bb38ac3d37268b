"""From received text to typed columns, as one query; each row carries the reason why it may not be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlglot import exp

from zhike.expressions import api as expressions
from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Field, RelationSource, Schema, Type
from zhike.insight.warehouse.types import GIVEN, Source, SourceColumn
from zhike.platform.exchange import files
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


def typed(
    source: Source, relation: Tree, present: Mapping[str, str], *, business_date: date | None, plain: bool
) -> Tree:
    """Return a query over `relation` (text or typed columns named by their headers, plus `files.LINE`).

    It has `_line`, `_reason` ("code:column" or null), `business_date` for facts, and the typed columns. `present` are
    the headers of the relation and the types they have there. Certificate columns are keyed hashes unless `plain`.
    """
    raws: list[Tree] = []
    values: list[Tree] = []
    columns: list[Tree] = []
    reasons: list[tuple[str, str, Tree]] = []
    for column in source.columns:
        kind = present.get(column.header or "", "VARCHAR")
        raws.append(trees.named(_raw(source, column, present), _RAW + column.key))
        values.append(trees.named(_value(source, column, kind, plain), column.key))
        columns.append(trees.column(column.key))
        reasons += _reasons(source, column)
    if source.grain == "fact" and "business_date" not in source.keys_of_columns:
        if source.dated_by_column:
            day = trees.cast(_readable(source.column(source.date)), "date")
            columns.insert(0, trees.named(day, "business_date"))
        elif source.date != GIVEN:
            assert business_date is not None
            columns.insert(0, trees.named(trees.value(business_date), "business_date"))
    cases = [(broken, trees.value(f"{code}:{column}")) for code, column, broken in reasons]
    # Step by step, so that DuckDB computes each value once and not again in every reason that asks for it.
    line = trees.column(files.LINE)
    received = trees.sql("select _at as _line, _raws from _relation", at=line, raws=raws, relation=relation)
    read = trees.sql("select *, _values from _received", values=values, received=received)
    return trees.sql(
        "select _line, _because as _reason, _columns from _read",
        because=trees.cases(cases) if cases else trees.nothing("varchar"),
        columns=columns,
        read=read,
    )


def _raw(source: Source, column: SourceColumn, present: Mapping[str, str]) -> Tree:
    if column.expression:
        return trees.formula(check_expression(source, column), HeaderBinding())
    if column.header is None or column.header not in present:
        return trees.nothing("varchar")
    header = trees.column(column.header)
    if _typed_otherwise(column, present[column.header]):
        return header
    return trees.sql("nullif(trim(cast(_header as varchar)), '')", header=header)


def _readable(column: SourceColumn) -> Tree:
    """The typed value that reasons look at: a certificate as received, of which the dataset has the keyed hash."""
    return trees.column(_RAW + column.key) if column.certificate else trees.column(column.key)


def sql_type(column: SourceColumn) -> str:
    """Return the type a column has in the warehouse."""
    return column.value_type.received


def _value(source: Source, column: SourceColumn, kind: str, plain: bool) -> Tree:
    raw, wanted = trees.column(_RAW + column.key), sql_type(column)
    if column.expression:
        return trees.cast(raw, wanted)
    if column.values:
        known = [(trees.value(given), trees.value(kept)) for given, kept in column.values.items()]
        return trees.cast(trees.cases(known, of=raw), wanted)
    if column.certificate:
        return raw if plain else trees.sql("zhike_digest(_raw)", raw=raw)
    if _typed_otherwise(column, kind):
        # A number that the type cannot hold exactly (1.5 in a whole one, a third decimal) is refused, not rounded.
        read = trees.cast(raw, wanted, or_null=True)
        return (
            trees.sql("case when _read = _raw then _read end", read=read, raw=raw)
            if column.value_type.is_number
            else read
        )
    return column.value_type.read_tree(raw, source.grammar(column))


def _typed_otherwise(column: SourceColumn, kind: str) -> bool:
    """Whether the file itself has typed values in the column (Parquet), of which its text is no better source."""
    return kind != "VARCHAR" and column.value_type.given is not Type.TEXT


def _reasons(source: Source, column: SourceColumn) -> list[tuple[str, str, Tree]]:
    raw, value = trees.column(_RAW + column.key), _readable(column)
    unread = trees.sql("_raw is not null and _value is null", raw=raw, value=value)
    found: list[tuple[str, str, Tree]] = []
    if column.certificate:
        damaged = trees.sql("regexp_matches(_raw, _pattern)", raw=raw, pattern=trees.value(_SCIENTIFIC))
        found.append(("scientific_notation", column.key, damaged))
    if column.values:
        found.append(("unknown_value", column.key, unread))
    elif not column.expression and not column.certificate:
        found.append((f"{_BAD}{column.type}", column.key, unread))
    if column.currency:
        broken = trees.sql(
            "_value is not null and (_code is null or _code not in (_known))",
            value=value,
            code=trees.column(column.currency),
            known=[trees.value(code) for code in sorted(fields.CURRENCIES)],
        )
        found.append(("unknown_currency", column.key, broken))
    if column.low is not None or column.high is not None:
        low = trees.sql("_value < _low", value=value, low=_bound(column, column.low)) if column.low else None
        high = trees.sql("_value > _high", value=value, high=_bound(column, column.high)) if column.high else None
        found.append(("out_of_range", column.key, trees.any_of(one for one in (low, high) if one is not None)))
    if column.required:
        found.append(("missing_value", column.key, trees.sql("_value is null", value=value)))
    return found


def _bound(column: SourceColumn, bound: str | None) -> Tree:
    return trees.cast(trees.value(str(bound)), sql_type(column))


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
