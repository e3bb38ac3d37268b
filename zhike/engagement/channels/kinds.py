"""The kinds `template` (content with variables) and `content_rule` (what texts may not and must say)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zhike.engagement.channels.types import ContentRule, Template
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Finding, Kind, Snapshot

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def check_template(template: Template, everything: Snapshot) -> Iterator[Finding]:
    """Yield unknown and doubled variables, forbidden words, a missing risk line, an unknown risk level."""
    rules = everything.of(ContentRule).get("default")
    texts = ("subject", "body")
    return each(
        *(_unknown_variables(template, where) for where in texts),
        _doubled(template),
        _unused(template),
        *(_forbidden(template, where, rules) for where in texts if rules),
        *([_risk_line(template, rules)] if rules else []),
    )


def _unknown_variables(template: Template, where: str) -> Iterator[Finding]:
    declared = [variable.key for variable in template.variables]
    for name in sorted(set(_VARIABLE.findall(getattr(template, where))) - set(declared)):
        yield unknown(Labels("变量", "variable"), name, declared, (where,), "template.unknown_variable")


def _doubled(template: Template) -> Iterator[Finding]:
    declared = [variable.key for variable in template.variables]
    for index, key in enumerate(declared):
        if key in declared[:index]:
            said = Labels(f"变量“{key}”列了两次", f"variable '{key}' is listed twice")
            yield Finding("template.doubled", said, ("variables", index, "key"))


def _unused(template: Template) -> Iterator[Finding]:
    used = {name for text in (template.subject, template.body) for name in _VARIABLE.findall(text)}
    for index, variable in enumerate(template.variables):
        if variable.key not in used:
            said = Labels(f"变量“{variable.key}”没有用到", f"variable '{variable.key}' is used nowhere")
            yield Finding("template.unused_variable", said, ("variables", index, "key"), (variable.key,))


def _forbidden(template: Template, where: str, rules: ContentRule) -> Iterator[Finding]:
    for word in rules.forbidden:
        if word in getattr(template, where):
            said = Labels(f"文案含禁用语“{word}”（{rules.source}）", f"the text says '{word}' ({rules.source})")
            yield Finding("template.forbidden_word", said, (where,))


def _risk_line(template: Template, rules: ContentRule) -> Iterator[Finding]:
    if template.risk_level and rules.risk_line and rules.risk_line not in template.body:
        said = Labels(f"涉及产品的文案须写明：{rules.risk_line}", f"a text about a product must say: {rules.risk_line}")
        yield Finding("template.no_risk_line", said, ("body",))


TEMPLATE = Kind(Template, order=50, check=check_template)
CONTENT_RULE = Kind(ContentRule, order=45)
