"""The kinds `measure` and `indicator`."""

from __future__ import annotations

from typing import Any, cast

from zhike.expressions import api as expressions
from zhike.insight.indicators.logic import definitions as logic
from zhike.insight.warehouse import api as warehouse
from zhike.kernel.definitions import Body, Finding, Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.kernel.loose import loose_kind


def check_measure(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a measure."""
    try:
        measure = logic.parse_measure(cast(Any, body))
    except KeyError as error:
        return [Finding("measure.incomplete", f"a measure needs {error}", str(error.args[0]))]
    findings = []
    if measure.aggregate not in logic.AGGREGATES:
        findings.append(
            Finding("measure.aggregate", f"`aggregate` is one of: {', '.join(logic.AGGREGATES)}", "aggregate")
        )
    if measure.type not in logic.VALUE_TYPES:
        findings.append(Finding("measure.type", f"`type` is one of: {', '.join(logic.VALUE_TYPES)}", "type"))
    source = warehouse.source_of(measure.dataset, snapshot=everything)
    if source is None:
        has = sorted(found.dataset for found in warehouse.sources_of(snapshot=everything).values())
        return [
            *findings,
            Finding(
                "dataset.unknown", f"there is no dataset '{measure.dataset}'; there are: {', '.join(has)}", "dataset"
            ),
        ]
    if not source.subject:
        findings.append(
            Finding("measure.no_subject", f"'{measure.dataset}' belongs to no party (`subject`)", "dataset")
        )
    for where, text in (("value", measure.value), ("where", measure.where)):
        if text:
            try:
                expressions.parse(text, warehouse.dataset_schema(source))
            except ZhikeError as error:
                findings.append(Finding("expression.invalid", str(error.findings or error), where))
    return findings


def check_indicator(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with an indicator."""
    try:
        item = logic.parse_indicator(cast(Any, body))
    except KeyError as error:
        return [Finding("indicator.incomplete", f"an indicator needs {error}", str(error.args[0]))]
    if item.type not in logic.VALUE_TYPES:
        return [Finding("indicator.type", f"`type` is one of: {', '.join(logic.VALUE_TYPES)}", "type")]
    if sum(map(bool, (item.measure, item.formula, item.compare))) != 1:
        return [Finding("indicator.source", "an indicator has one of: measure, compare, formula", "measure")]
    if item.compare:
        return _check_compare(item.compare, everything)
    if item.measure:
        has = sorted(everything.of("measure"))
        return (
            []
            if item.measure in has
            else [
                Finding(
                    "measure.unknown", f"there is no measure '{item.measure}'; there are: {', '.join(has)}", "measure"
                )
            ]
        )
    return _check_formula(item.formula, everything)


def _check_compare(compare: tuple[str, str, str], everything: Snapshot) -> list[Finding]:
    has = sorted(everything.of("indicator"))
    findings = [
        Finding("indicator.unknown", f"there is no indicator '{key}'; there are: {', '.join(has)}", "compare")
        for key in compare[:2]
        if key not in has
    ]
    if compare[2] not in ("difference", "growth"):
        findings.append(Finding("indicator.compare", "`as` is difference or growth", "compare"))
    return findings


def _check_formula(text: str, everything: Snapshot) -> list[Finding]:
    try:
        expressions.parse(text, logic.checking_schema(everything), logic.PARAMETERS)
    except ZhikeError as error:
        return [Finding("expression.invalid", str(error.findings or error), "formula")]
    return []


MEASURE = loose_kind(name="measure", order=50, check=check_measure)
INDICATOR = loose_kind(name="indicator", order=51, check=check_indicator)
