"""Templates and the messages they become."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from zhike.engagement.channels.errors import UnknownTemplate
from zhike.engagement.channels.types import Message, Template
from zhike.expressions import api as expressions
from zhike.expressions.types import Type
from zhike.kernel import definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.platform.fields.api import mask
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.sets import Ask
from zhike.platform.objects.types import FieldType

#: Channel → the role of the party field that holds its address.
_ADDRESS = {"email": "email"}
_NO_ADDRESS = Labels("邮箱", "email address")
_NO_USABLE_ADDRESS = Labels("可用的邮箱", "usable email address")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def templates() -> Mapping[str, Template]:
    """Return every template by key."""
    found: Mapping[str, Template] = definitions.all_of(Template)
    return found


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
    missing: list[Labels] = []
    for variable in found.variables:
        value = expressions.compile_python(_parsed(found)[variable.key])(facts, {})
        if value is None or value == "":
            missing.append(variable.labels)
        shown_value = mask(variable.mask or "", value) if masked else value
        # A line break in a name would end the subject's header.
        values[variable.key] = "" if value is None else " ".join(str(shown_value).split())

    def replace(match: re.Match[str]) -> str:
        return values[match[1]]

    field = _address_field(found.channel)
    address = str(facts.get(field.key) or "")
    if not address:
        missing.append(_NO_ADDRESS)
    elif not _usable(field, address):
        missing.append(_NO_USABLE_ADDRESS)
    shown = str(mask("email", address)) if masked else address
    return Message(_VARIABLE.sub(replace, found.subject), _VARIABLE.sub(replace, found.body), shown, tuple(missing))


def missing(found: Template) -> list[tuple[Labels, Ask]]:
    """Return each thing that `fill` may say is missing, variables that are called the same apart, and of whom it is."""
    address = _address_field(found.channel).key
    parsed = _parsed(found)
    return [
        *((variable.labels, _empty(parsed[variable.key])) for variable in found.variables),
        (_NO_ADDRESS, lambda sight: f"coalesce({sight.field(address)}, '') = ''"),
        (_NO_USABLE_ADDRESS, lambda sight: f"{sight.field(address)} <> '' and not {sight.usable(address)}"),
    ]


def _empty(expression: expressions.Expression) -> Ask:
    if expressions.type_of(expression) is Type.TEXT:
        return lambda sight: f"coalesce({sight.says(expression)}, '') = ''"
    return lambda sight: f"{sight.says(expression)} is null"


def fields_used(found: Template) -> list[str]:
    """Return the party fields that filling the template reads, the address included."""
    used = {_address_field(found.channel).key}
    for expression in _parsed(found).values():
        used |= {node.parts[0] for node, _depth in expressions.walk(expression) if isinstance(node, expressions.Path)}
    return sorted(used)


def _parsed(found: Template) -> Mapping[str, expressions.Expression]:
    """The template's variables as checked expressions, parsed once per version of the definitions."""

    def parse(_all: Snapshot) -> Mapping[str, expressions.Expression]:
        schema = catalogue.schema(catalogue.object_with_role("party").key)
        return {variable.key: expressions.parse(variable.value, schema) for variable in found.variables}

    return definitions.derive(f"template.variables:{found.key}", parse)


def messages(found: Template, party_ids: Sequence[int]) -> dict[int, Message]:
    """Return the filled messages of the parties that exist."""
    facts = bulk.facts(catalogue.object_with_role("party").key, party_ids, fields_used(found))
    return {party_id: fill(found, values) for party_id, values in facts.items()}


def _address_field(channel: str) -> FieldType:
    """The party field that holds a channel's address, found by its declared role."""
    field = catalogue.object_with_role("party").field_with_role(_ADDRESS[channel])
    assert field is not None
    return field


def _usable(field: FieldType, address: str) -> bool:
    """Whether an address is one by its field's type; loads keep what their source says."""
    try:
        return field.values.parse(address) == address
    except BadValue:
        return False
