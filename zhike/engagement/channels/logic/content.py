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
from zhike.kernel.written import written
from zhike.platform.fields.api import mask
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.sets import Ask
from zhike.platform.objects.types import FieldType
from zhike.platform.permissions.types import Principal

#: Channel → the role of the party field that holds its address.
_ADDRESS = {"email": "email"}
_NO_ADDRESS = Labels("邮箱", "email address")
_NO_USABLE_ADDRESS = Labels("可用的邮箱", "usable email address")
#: What stands for a value that its viewer may not know.
_HIDDEN = "***"
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


def fill(found: Template, facts: Mapping[str, Any], viewer: Principal | None = None) -> Message:
    """Return the template with a party's values; a variable without a value is reported, never left out.

    For a `viewer` variables and the address appear as screens show the viewer what they read; of what the viewer may
    not know, neither the value nor that there is none.
    """
    party = catalogue.object_with_role("party").key
    values: dict[str, str] = {}
    missing: list[Labels] = []
    for variable in found.variables:
        expression = _parsed(found)[variable.key]
        value = expressions.compile_python(catalogue.by_ids(party, expression))(facts, {})
        shown = value if viewer is None else _seen(variable.mask or "", expression, value, viewer)
        if shown is None or shown == "":
            missing.append(variable.labels)
        # A line break in a name would end the subject's header.
        values[variable.key] = "" if shown is None else " ".join(str(shown).split())

    def replace(match: re.Match[str]) -> str:
        return values[match[1]]

    field = _address_field(found.channel)
    address = str(facts.get(field.key) or "")
    to = address if viewer is None else str(_seen_field(field, address, viewer, field.mask or "email"))
    if not to:
        missing.append(_NO_ADDRESS)
    elif to != _HIDDEN and not _usable(field, address):
        missing.append(_NO_USABLE_ADDRESS)
    return Message(_VARIABLE.sub(replace, found.subject), _VARIABLE.sub(replace, found.body), to, tuple(missing))


def _seen(own: str, expression: expressions.Expression, value: object, viewer: Principal) -> object:
    """What a viewer sees of a variable: under its `own` mask where all it reads is seen in clear; of one field that is
    masked, what its mask shows; of anything else nothing.
    """
    party = catalogue.object_with_role("party")
    if catalogue.may_ask_all(party.key, expression, principal=viewer):
        return mask(own, value)
    if isinstance(expression, expressions.Path) and len(expression.parts) == 1 and expression.parts[0] in party.fields:
        field = party.fields[expression.parts[0]]
        return _seen_field(field, value, viewer, field.mask)
    return _HIDDEN


def _seen_field(field: FieldType, value: object, viewer: Principal, shown_as: str) -> object:
    party = catalogue.object_with_role("party").key
    refused = catalogue.field_rule(party, field.key, principal=viewer) == "refused"
    return _HIDDEN if refused else mask(shown_as, value)


#: A text with nothing in it.
_BLANK = "coalesce({said}, '') = ''"


def missing(found: Template) -> list[tuple[Labels, Ask]]:
    """Return each thing that `fill` may say is missing, variables that are called the same apart, and of whom it is."""
    address = _address_field(found.channel).key
    parsed = _parsed(found)
    return [
        *((variable.labels, _empty(parsed[variable.key])) for variable in found.variables),
        (_NO_ADDRESS, lambda sight: written(_BLANK, said=sight.field(address))),
        (
            _NO_USABLE_ADDRESS,
            lambda sight: written("{at} <> '' and not {usable}", at=sight.field(address), usable=sight.usable(address)),
        ),
    ]


def _empty(expression: expressions.Expression) -> Ask:
    if expressions.type_of(expression) is Type.TEXT:
        return lambda sight: written(_BLANK, said=sight.says(expression))
    return lambda sight: written("{said} is null", said=sight.says(expression))


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
