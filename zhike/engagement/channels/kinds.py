"""The kinds `template` (content with variables) and `content_rule` (what texts may not and must say)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zhike.engagement.channels.types import ContentRule, Template
from zhike.kernel.definition_checks import unknown
from zhike.kernel.definitions import Finding, Kind, Snapshot

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def check_template(template: Template, everything: Snapshot) -> Iterator[Finding]:
    """Yield unknown and doubled variables, forbidden words, a missing risk line, an unknown risk level."""
    declared = [variable.key for variable in template.variables]
    for where in ("subject", "body"):
        for name in sorted(set(_VARIABLE.findall(getattr(template, where))) - set(declared)):
            yield unknown("variable", name, declared, (where,), "template.unknown_variable")
    for index, key in enumerate(declared):
        if key in declared[:index]:
            yield Finding("template.doubled", f"variable '{key}' is listed twice", ("variables", index, "key"))
    rules = everything.of(ContentRule).get("default")
    if rules is not None:
        yield from _rules(template, rules)


def _rules(template: Template, rules: ContentRule) -> Iterator[Finding]:
    for where in ("subject", "body"):
        for word in rules.forbidden:
            if word in getattr(template, where):
                yield Finding("template.forbidden_word", f"the text says '{word}' ({rules.source})", (where,))
    if template.risk_level and rules.risk_line and rules.risk_line not in template.body:
        message = f"a text about a product must say: {rules.risk_line}"
        yield Finding("template.no_risk_line", message, ("body",))


TEMPLATE = Kind(Template, order=50, check=check_template)
CONTENT_RULE = Kind(ContentRule, order=45)
