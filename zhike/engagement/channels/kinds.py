"""The kind `template`: content with variables, checked for forbidden words and the risk line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from zhike.kernel.definitions import Body, Finding, Kind, Snapshot

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def check_template(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a template: unknown variables, forbidden words, a missing risk line."""
    text = f"{body.get('subject', '')}\n{body.get('body', '')}"
    declared = {variable["key"] for variable in body.get("variables", [])}  # type: ignore[attr-defined]
    findings = [
        Finding(
            "template.unknown_variable",
            f"variable '{name}' is not declared; there are: {', '.join(sorted(declared))}",
            "body",
        )
        for name in sorted(set(_VARIABLE.findall(text)) - declared)
    ]
    rules: Mapping[str, Any] = everything.of("content_rule").get("default", {})
    findings += [
        Finding("template.forbidden_word", f"the text says '{word}' ({rules.get('source', '')})", "body")
        for word in rules.get("forbidden", [])
        if word in text
    ]
    risk_line = str(rules.get("risk_line", ""))
    if body.get("risk_level") and risk_line and risk_line not in text:
        findings.append(Finding("template.no_risk_line", f"a text about a product must say: {risk_line}", "body"))
    return findings


TEMPLATE = Kind(name="template", order=50, check=check_template)
CONTENT_RULE = Kind(name="content_rule", order=45)
