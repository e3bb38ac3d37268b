"""Templates and the messages they become."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from zhike.engagement.channels.errors import UnknownTemplate
from zhike.engagement.channels.types import Message, Template
from zhike.expressions import api as expressions
from zhike.kernel import definitions
from zhike.kernel.definitions import Body, Snapshot
from zhike.platform.objects import api as objects
from zhike.platform.objects.api import mask

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def templates() -> Mapping[str, Template]:
    """Return every template by key."""
    return definitions.derive("templates", _build)


def template(key: str) -> Template:
    """Return one template; raises UnknownTemplate that says which exist."""
    found = templates()
    if key not in found:
        raise UnknownTemplate(template=key, has=sorted(found))
    return found[key]


def fill(found: Template, facts: Mapping[str, Any], masked: bool = False) -> Message:
    """Return the template with a party's values; a variable without a value is reported, never left out.

    With `masked` personal variables and the address appear as they do on screens.
    """
    values: dict[str, str] = {}
    missing: list[str] = []
    for name, (labels, _text, kind) in found.variables.items():
        value = expressions.compile_python(_parsed(found)[name])(facts, {})
        if value is None or value == "":
            missing.append(labels["zh"])
        values[name] = "" if value is None else str(mask(kind, value) if masked else value)

    def replace(match: re.Match[str]) -> str:
        return values[match[1]]

    address = str(facts.get(address_field(found.channel)) or "")
    if not address:
        missing.append("邮箱")
    shown = str(mask("email", address)) if masked else address
    return Message(_VARIABLE.sub(replace, found.subject), _VARIABLE.sub(replace, found.body), shown, tuple(missing))


def fields_used(found: Template) -> list[str]:
    """Return the party fields that filling the template reads, the address included."""
    used = {address_field(found.channel)}
    for expression in _parsed(found).values():
        used |= {node.parts[0] for node, _depth in expressions.walk(expression) if isinstance(node, expressions.Path)}
    return sorted(used)


def _parsed(found: Template) -> Mapping[str, expressions.Expression]:
    """The template's variables as checked expressions, parsed once per version of the definitions."""

    def parse(_all: Snapshot) -> Mapping[str, expressions.Expression]:
        schema = objects.schema(objects.object_with_role("party").key)
        return {name: expressions.parse(text, schema) for name, (_labels, text, _mask) in found.variables.items()}

    return definitions.derive(f"template.variables:{found.key}", parse)


def messages(found: Template, party_ids: Sequence[int]) -> dict[int, Message]:
    """Return the filled messages of the parties that exist."""
    facts = objects.facts(objects.object_with_role("party").key, party_ids, fields_used(found))
    return {party_id: fill(found, values) for party_id, values in facts.items()}


def address_field(channel: str) -> str:
    """Return the party field that holds a channel's address, found by its declared role."""
    field = objects.object_with_role("party").field_with_role({"email": "email", "sms": "mobile"}[channel])
    assert field is not None
    return field.key


def _build(found: Snapshot) -> Mapping[str, Template]:
    return {key: _template(key, body) for key, body in found.of("template").items()}


def _template(key: str, body: Body) -> Template:
    variables: list[dict[str, Any]] = list(body.get("variables", []))  # type: ignore[call-overload]
    shown = {name: body.get(name) for name in ("channel", "subject", "body", "variables", "risk_level")}
    return Template(
        key=key,
        uuid=str(body.get("uuid", "")),
        labels=body["labels"],
        channel=str(body["channel"]),  # type: ignore[arg-type]
        subject=str(body["subject"]),
        body=str(body["body"]),
        variables={v["key"]: (v["labels"], v["value"], v.get("mask", "")) for v in variables},
        risk_level=str(body.get("risk_level", "")),
        digest=hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
    )
