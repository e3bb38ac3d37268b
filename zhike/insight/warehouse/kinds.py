"""The kind `source`."""

from __future__ import annotations

from typing import Any, cast

from zhike.insight.warehouse.logic.columns import check_expression
from zhike.insight.warehouse.logic.sources import TYPES, parse_source
from zhike.kernel.definitions import Body, Finding, Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.kernel.loose import loose_kind

_FORMATS = ("csv", "xlsx", "parquet", "json")


def check_source(body: Body, _everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a source definition."""
    raw = cast(Any, body)
    missing = [name for name in ("system", "dataset", "grain", "file", "keys", "columns") if name not in raw]
    if missing:
        return [Finding("source.incomplete", f"a source needs: {', '.join(missing)}", name) for name in missing]
    findings = []
    if raw["grain"] not in ("master", "fact"):
        findings.append(Finding("source.grain", "`grain` is master or fact", "grain"))
    if raw.get("format", "csv") not in _FORMATS:
        findings.append(Finding("source.format", f"`format` is one of: {', '.join(_FORMATS)}", "format"))
    findings += _check_checks(raw.get("checks", {}))
    for column in raw["columns"]:
        where = f"columns.{column.get('key')}"
        if column.get("type") not in TYPES:
            findings.append(Finding("source.type", f"`type` is one of: {', '.join(TYPES)}", where))
        if not column.get("from") and not column.get("expression"):
            findings.append(Finding("source.column", "a column needs `from` or `expression`", where))
    if findings:
        return findings
    source = parse_source(raw)
    known = [column.key for column in source.columns]
    for key in (*source.keys, *([source.dated] if source.dated not in ("file", "given") else [])):
        if key not in known:
            findings.append(
                Finding("source.unknown_column", f"there is no column '{key}'; it has: {', '.join(known)}", "keys")
            )
    for column in source.columns:
        if column.expression:
            try:
                check_expression(source, column)
            except ZhikeError as error:
                findings.append(Finding("source.expression", str(error.findings or error), f"columns.{column.key}"))
    return findings


def _check_checks(checks: Any) -> list[Finding]:
    """The thresholds are numbers of our own choosing, so they say where they come from."""
    findings = []
    if checks and not checks.get("source"):
        findings.append(Finding("source.no_source", "thresholds need the `source` they come from", "checks"))
    fresh, drift = checks.get("fresh_within", 0), checks.get("drift", 1)
    if not isinstance(fresh, int) or fresh < 0:
        findings.append(Finding("source.fresh_within", "`fresh_within` is a number of trading days", "checks"))
    if not isinstance(drift, int | float) or drift <= 0:
        findings.append(Finding("source.drift", "`drift` is a share above 0, such as 0.3", "checks"))
    return findings


SOURCE = loose_kind(name="source", order=30, check=check_source)
