"""The kinds `identity` and `master`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from zhike.expressions import api as expressions
from zhike.expressions.types import Schema
from zhike.insight.identity.logic.definitions import RULES, master_schema, parse_identity, parse_master
from zhike.insight.warehouse import api as warehouse
from zhike.kernel.definitions import Body, Finding, Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.kernel.loose import loose_kind


def check_identity(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with an identity definition."""
    try:
        definition = parse_identity(cast(Mapping[str, Any], body))
    except (KeyError, TypeError) as error:
        return [Finding("identity.incomplete", f"missing or unknown part: {error}", "systems")]
    findings = [
        Finding("identity.unknown_rule", f"there is no rule '{rule}'; there are: {', '.join(RULES)}", "rules")
        for rule in definition.rules
        if rule not in RULES
    ]
    fields = _fields(definition.object, everything)
    for system in definition.systems:
        findings += _expressions(system.dataset, system.fields, fields, everything)
    return findings


def check_master(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a master feed."""
    try:
        master = parse_master(cast(Mapping[str, Any], body))
    except (KeyError, TypeError) as error:
        return [Finding("master.incomplete", f"missing or unknown part: {error}", "columns")]
    texts = {column.field: column.value or column.key or column.reference for column in master.columns}
    fields = None if master.object == "org_unit" else _fields(master.object, everything)
    try:
        schema = master_schema(master, everything)
    except KeyError as error:
        return [_unknown_dataset(str(error.args[0]), everything)]
    findings = _check(texts, fields, schema)
    if master.ends and fields is not None and master.ends.field not in fields:
        findings.append(_unknown_field(master.ends.field, fields))
    return findings


def _fields(object: str, everything: Snapshot) -> list[str] | None:
    body = everything.of("object").get(object)
    return [field["key"] for field in cast(Any, body)["fields"]] if body else []


def _expressions(
    dataset: str, texts: Mapping[str, str], fields: list[str] | None, everything: Snapshot
) -> list[Finding]:
    source = warehouse.source_of(dataset, snapshot=everything)
    if source is None:
        return [_unknown_dataset(dataset, everything)]
    return _check(texts, fields, warehouse.dataset_schema(source))


def _unknown_dataset(dataset: str, everything: Snapshot) -> Finding:
    has = sorted(found.dataset for found in warehouse.sources_of(snapshot=everything).values())
    return Finding("dataset.unknown", f"there is no dataset '{dataset}'; there are: {', '.join(has)}", "dataset")


def _unknown_field(field: str, has: list[str]) -> Finding:
    return Finding("object.unknown_field", f"there is no field '{field}'; it has: {', '.join(has)}", field)


def _check(texts: Mapping[str, str], fields: list[str] | None, schema: Schema) -> list[Finding]:
    findings = []
    for field, text in texts.items():
        if fields is not None and field not in fields:
            findings.append(_unknown_field(field, fields))
        try:
            expressions.parse(text, schema)
        except ZhikeError as error:
            findings.append(Finding("expression.invalid", str(error.findings or error), field))
    return findings


IDENTITY = loose_kind(name="identity", order=40, check=check_identity)
MASTER = loose_kind(name="master", order=41, check=check_master)
