"""The kinds `measure` and `indicator`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Schema, Type
from zhike.insight.identity import api as identity
from zhike.insight.identity.errors import NoIdentity, WhichIdentity
from zhike.insight.indicators.errors import CyclicFormula
from zhike.insight.indicators.logic import definitions as logic
from zhike.insight.indicators.logic import party_fields
from zhike.insight.indicators.types import Indicator, Measure
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.types import Source
from zhike.kernel.definition_checks import each, guessed
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Kind, Snapshot


def check_measure(measure: Measure, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a measure; with a slip in the dataset's name, also over the one that nearly has it."""
    yield from _effect(measure, everything)
    source = datasets.dataset_meant(measure.dataset, everything)
    if source is None or source.dataset != measure.dataset:
        yield datasets.unknown_dataset(measure.dataset, ("dataset",), everything)
    if source is None:
        return
    schema = datasets.dataset_schema(source)
    rows = each(
        _currency(measure, source, schema), _value(measure, schema), _gives(measure, schema), _where(measure, schema)
    )
    if source.dataset == measure.dataset:
        yield from each(_subject(measure, source, everything), rows)
    else:
        yield from guessed(measure.dataset, rows)


def _effect(measure: Measure, everything: Snapshot) -> Iterator[Finding]:
    found = sorted(key for key, one in everything.of(Measure).items() if one.effect)
    if measure.effect and len(found) > 1:
        said = Labels(f"不止一个度量写了 `effect`：{'、'.join(found)}", f"`effect` is claimed by {', '.join(found)}")
        yield Finding("measure.doubled_effect", said, ("effect",))


def _currency(measure: Measure, source: Source, schema: Schema) -> Iterator[Finding]:
    """Amounts of several currencies are never added up, and what is no amount in the firm's own is no money."""
    if not measure.value_type.is_number or measure.aggregate == "count_distinct":
        return
    columns = datasets.currencies_in(source, measure.value or "", schema)
    if not all(column in schema.fields and schema.fields[column].type is Type.TEXT for column in columns):
        return  # said where the source names the column
    mixed = [column for column in columns if not datasets.only_value(measure.where or "", column, schema)]
    for column in mixed:
        one = f"`where: \"{column} = 'CNY'\"`"
        said = Labels(
            f"{measure.dataset} 的金额币种见“{column}”；请只取一种：{one}",
            f"the amounts of {measure.dataset} are in the currency that '{column}' says; ask for one: {one}",
        )
        yield Finding("measure.currencies", said, ("value",))
    home = measure.value_type.currency
    found = {datasets.only_value(measure.where or "", column, schema) for column in columns} or {source.currency}
    if home and not mixed and found != {home}:
        codes = ", ".join(sorted(found))
        said = Labels(
            f"{measure.dataset} 的金额以 {codes} 计；请用 decimal 类型，单位写 {codes}",
            f"the amounts of {measure.dataset} are in {codes}; give them as decimal with the unit {codes}",
        )
        yield Finding("measure.currency", said, ("type",))


def _value(measure: Measure, schema: Schema) -> Iterator[Finding]:
    if measure.value is not None:
        yield from _expression(measure.value, schema, ("value",))


def _gives(measure: Measure, schema: Schema) -> Iterator[Finding]:
    if measure.value is not None and measure.aggregate != "count_distinct":
        yield from _type_of(measure.value, schema, ("value",), _fitting(measure))


def _where(measure: Measure, schema: Schema) -> Iterator[Finding]:
    if measure.where is not None:
        yield from _expression(measure.where, schema, ("where",))
        yield from _type_of(measure.where, schema, ("where",), (Type.BOOLEAN,))


def _subject(measure: Measure, source: Source, everything: Snapshot) -> Iterator[Finding]:
    """Find out whose the rows are; a name in `subject` that nothing has is a fault of the source, and told there."""
    subject = source.subject
    if subject is None:
        said = Labels(
            f"{measure.dataset} 的行不属于任何主体：source“{source.key}”没有 `subject`",
            f"the rows of {measure.dataset} belong to nobody: its source '{source.key}' has no `subject`",
        )
        yield Finding("measure.no_subject", said, ("dataset",), ("subject",))
        return
    systems = {one.system for one in everything.of(Source).values()}
    if subject.system and subject.system not in systems:
        return
    if subject.accounts and datasets.source_of(subject.accounts, snapshot=everything) is None:
        return
    if subject.identity and subject.identity not in everything.named("identity"):
        return
    try:
        found = identity.identity_of_subject(source, snapshot=everything)
    except (NoIdentity, WhichIdentity) as error:
        said = Labels(
            f"source“{source.key}”的 `subject` 说不清 {measure.dataset} 的行属于谁：{error.message('zh')}",
            f"whose the rows of {measure.dataset} are, `subject` of source '{source.key}' does not tell:"
            f" {error.message('en')}",
        )
        of = (subject.system or subject.accounts or "", *([subject.identity] if subject.identity else []))
        yield Finding("measure.no_subject", said, ("dataset",), of)
        return
    party = party_fields.defined_party(everything)
    if party and found.object != party:
        said = Labels(
            f"{measure.dataset} 属于“{found.object}”的记录；度量应属于“{party}”",
            f"{measure.dataset} belongs to records of '{found.object}'; measures are of '{party}'",
        )
        yield Finding("measure.other_object", said, ("dataset",))


def check_indicator(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with an indicator."""
    return each(
        _average(item, everything),
        _type(item, everything),
        _taken(item, everything),
        _total(item, everything),
        _formula(item, everything),
        _gives_type(item, everything),
        _cycle(item, everything),
    )


def _average(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    measure = everything.of(Measure).get(item.measure or "")
    if measure is not None and measure.aggregate == "daily_avg" and item.window and item.window.all:
        said = Labels(
            "按交易日平均需要有起始日的窗口；对全部日期请用 avg 的度量",
            "an average per trading day needs a window with a first day; over all days take a measure with avg",
        )
        yield Finding("indicator.no_average", said, ("window",))


def _type(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    measure = everything.of(Measure).get(item.measure or "")
    if measure is not None and measure.value_type.expression not in _fitting(item):
        said = Labels(
            f"度量“{measure.key}”给出 {measure.type}，而类型是 {item.type}",
            f"measure '{measure.key}' gives {measure.type}; the type is {item.type}",
        )
        yield Finding("indicator.type", said, ("type",))


def _taken(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    if item.key in party_fields.keys_taken(everything):
        said = Labels(f"主体已有字段“{item.key}”", f"the party has a field '{item.key}'")
        yield Finding("indicator.taken", said, ("key",))


def _total(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    totals = sorted(key for key, found in everything.of(Indicator).items() if found.total)
    if item.total and len(totals) > 1:
        said = Labels(f"不止一个指标写了 `total`：{'、'.join(totals)}", f"`total` is claimed by {', '.join(totals)}")
        yield Finding("indicator.doubled_total", said, ("total",))


def _formula(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    if item.formula is not None:
        yield from _expression(item.formula, logic.checking_schema(everything), ("formula",), logic.PARAMETERS)


def _gives_type(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    if item.formula is not None:
        schema = logic.checking_schema(everything)
        yield from _type_of(item.formula, schema, ("formula",), _fitting(item), logic.PARAMETERS)


def _fitting(figure: Measure | Indicator) -> tuple[Type, ...]:
    """What an expression that gives the figure may give: whole numbers are decimals, too."""
    found = figure.value_type.expression or Type.DECIMAL
    return (found, Type.INTEGER) if found is Type.DECIMAL else (found,)


def _cycle(item: Indicator, everything: Snapshot) -> Iterator[Finding]:
    circle = [] if item.measure else logic.circle(everything)
    if item.key in circle:
        error = CyclicFormula(keys=circle)
        said = Labels(error.message("zh"), error.message("en"))
        yield Finding(error.code, said, ("formula",) if item.formula else ("compare",))


def _expression(
    text: str, schema: Schema, where: Place, parameters: Mapping[str, Type] = MappingProxyType({})
) -> Iterator[Finding]:
    try:
        expressions.parse(text, schema, parameters)
    except ExpressionInvalid as error:
        yield from error.in_definition(where)


def _type_of(
    text: str,
    schema: Schema,
    where: Place,
    wanted: Collection[Type],
    parameters: Mapping[str, Type] = MappingProxyType({}),
) -> Iterator[Finding]:
    """Check what an expression gives, where it can be told."""
    try:
        found = expressions.type_of(expressions.parse(text, schema, parameters))
    except ExpressionInvalid:
        return
    if found not in (*wanted, Type.NULL):
        names = [kind.value for kind in wanted]
        said = Labels(
            f"结果是 {found.value}，应为 {' 或 '.join(names)}",
            f"it gives {found.value}; it has to give {' or '.join(names)}",
        )
        yield Finding("expression.type", said, where)


def uses_of_measure(measure: Measure, everything: Snapshot) -> Iterable[tuple[str, str]]:
    """Name the source whose rows a measure aggregates."""
    return datasets.dataset_uses([measure.dataset], everything)


def uses_of_indicator(item: Indicator, everything: Snapshot) -> Iterable[tuple[str, str]]:
    """Name the indicators that a formula uses."""
    try:
        named = logic.needs(item, everything)
    except ExpressionInvalid:
        return []
    return [("indicator", key) for key in sorted(named) if key in everything.of(Indicator)]


MEASURE = Kind(Measure, order=50, check=check_measure, uses=uses_of_measure)
INDICATOR = Kind(Indicator, order=51, check=check_indicator, uses=uses_of_indicator)
