"""The kinds `suitability` (which level fits which product) and `gate` (the ordered checks)."""

from __future__ import annotations

from typing import Any

from zhike.engagement.compliance.logic.checks import CHECKS, SETTINGS
from zhike.kernel.definitions import Body, Finding, Kind, Snapshot


def check_suitability(body: Body, _everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a suitability table."""
    if not body.get("source"):
        return [Finding("suitability.no_source", "a rule table needs the `source` of its rule", "source")]
    return []


def check_gate(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a gate: unknown checks, settings they lack, fields that the party object does not have."""
    parties = [found for found in everything.of("object").values() if found.get("role") == "party"]
    fields = {field["key"] for found in parties for field in found.get("fields", [])}  # type: ignore[attr-defined]
    findings = []
    steps: list[dict[str, Any]] = list(body.get("checks", []))  # type: ignore[call-overload]
    for index, step in enumerate(steps):
        where = f"checks[{index}]"
        if step.get("check") not in CHECKS:
            findings.append(
                Finding(
                    "gate.unknown_check",
                    f"there is no check '{step.get('check')}'; there are: {', '.join(CHECKS)}",
                    where,
                )
            )
        for name in SETTINGS.get(step.get("check", ""), ()):
            if name not in step:
                message = f"the check '{step['check']}' needs `{name}`"
                findings.append(Finding("gate.missing_setting", message, where))
        if "field" in step and step["field"] not in fields:
            findings.append(
                Finding(
                    "gate.unknown_field",
                    f"the party has no field '{step['field']}'; it has: {', '.join(sorted(fields))}",
                    where,
                )
            )
    return findings


SUITABILITY = Kind(name="suitability", order=40, check=check_suitability)
GATE = Kind(name="gate", order=41, check=check_gate)
