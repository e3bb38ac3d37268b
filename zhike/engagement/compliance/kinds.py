"""The kinds `suitability` (which level fits which product) and `gate` (the ordered checks)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from zhike.engagement.compliance.logic.checks import Gate, OfField
from zhike.engagement.compliance.types import Suitability
from zhike.expressions.types import Type
from zhike.insight.indicators.types import Indicator
from zhike.insight.tags.types import Tag
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.objects import api as objects
from zhike.platform.permissions.types import Securable


def check_suitability(table: Suitability, everything: Snapshot) -> Iterator[Finding]:
    """Yield levels that the table does not list, and fields that the party object does not have."""
    return each(_levels(table), _lowest(table), _fields(table, everything), _values(table, everything))


def _levels(table: Suitability) -> Iterator[Finding]:
    for level, highest in table.highest.items():
        if highest not in table.levels:
            yield unknown("level", highest, table.levels, ("highest", level), "suitability.unknown_level")


def _lowest(table: Suitability) -> Iterator[Finding]:
    if table.lowest_class_highest not in table.levels:
        where = ("lowest_class_highest",)
        yield unknown("level", table.lowest_class_highest, table.levels, where, "suitability.unknown_level")


def _fields(table: Suitability, everything: Snapshot) -> Iterator[Finding]:
    known = _party_fields(everything)
    for name in type(table.fields).model_fields:
        key = getattr(table.fields, name)
        if key not in known:
            yield unknown("field of the party", key, known, ("fields", name), "suitability.unknown_field")


def _values(table: Suitability, everything: Snapshot) -> Iterator[Finding]:
    """Yield fields that do not hold what the table looks for, and values that no party can have."""
    listed = {"level": ("highest", tuple(table.highest)), "professional": ("professional", table.professional)}
    for name in type(table.fields).model_fields:
        key = getattr(table.fields, name)
        values = _values_of(key, everything)
        if values is None:
            continue
        where, options = listed.get(name, ("", ()))
        wanted = {"lowest": "boolean", "valid_until": "date"}.get(name, "a choice")
        if not (values.options if where else values.type == wanted):
            said = f"'{key}' is {values.type}; it has to be {wanted}"
            yield Finding("suitability.type", said, ("fields", name))
            continue
        for number, option in enumerate(options):
            if option not in values.options:
                place = (where, option if where == "highest" else number)
                yield unknown(f"option of '{key}'", option, values.options, place, "suitability.unknown_option")


class _Values(NamedTuple):
    """What values a check finds in a field: the name of their type, and the options of a choice."""

    type: str
    boolean: bool
    options: tuple[str, ...]


def check_gate(gate: Gate, everything: Snapshot) -> Iterator[Finding]:
    """Yield the fields of checks that the party does not have, or that do not hold what the check looks for."""
    return each(_unknown_fields(gate, everything), _misread_fields(gate, everything))


def _unknown_fields(gate: Gate, everything: Snapshot) -> Iterator[Finding]:
    known = _party_fields(everything)
    for index, check in enumerate(gate.checks):
        for key in check.fields_read():
            if key not in known:
                yield unknown("field of the party", key, known, ("checks", index, "field"), "gate.unknown_field")


def _misread_fields(gate: Gate, everything: Snapshot) -> Iterator[Finding]:
    for index, check in enumerate(gate.checks):
        values = _values_of(check.field, everything) if isinstance(check, OfField) else None
        if isinstance(check, OfField) and values:
            yield from _misread(check, values, ("checks", index))


def _misread(check: OfField, values: _Values, here: Place) -> Iterator[Finding]:
    if not check.options_in and not values.boolean:
        yield Finding("gate.no_boolean", f"'{check.field}' is {values.type}; it has to be boolean", (*here, "field"))
    elif check.options_in and not values.options:
        said = f"'{check.field}' is {values.type}; it has to be a choice, of which `{check.options_in}` lists options"
        yield Finding("gate.no_choice", said, (*here, "field"))
    elif check.options_in:
        for number, option in enumerate(getattr(check, check.options_in)):
            if option not in values.options:
                place = (*here, check.options_in, number)
                yield unknown(f"option of '{check.field}'", option, values.options, place, "gate.unknown_option")


def uses_of_gate(gate: Gate, everything: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield the tags and indicators that checks read."""
    for check in gate.checks:
        for key in check.fields_read():
            yield from ((kind, key) for kind in ("tag", "indicator") if key in everything.named(kind))


def _party_fields(everything: Snapshot) -> set[str]:
    """What a check can read of a party: its fields, and the tags and indicators served beside it."""
    parties = [found for found in everything.of(Securable).values() if found.role == "party"]
    fields = {key for party in parties for key in party.field_keys()}
    return fields | set(everything.named("tag")) | set(everything.named("indicator"))


def _values_of(key: str, everything: Snapshot) -> _Values | None:
    """Return what a check finds in the field, tag or indicator of that key, None where there is none."""
    for owner in objects.provisional(everything).values():
        field = owner.fields.get(key) if owner.role == "party" else None
        if field:
            options = tuple(option.key for option in field.options)
            return _Values(field.type, field.values.expression is Type.BOOLEAN, options)
    tag, indicator = everything.of(Tag).get(key), everything.of(Indicator).get(key)
    if tag:
        return _Values("a tag", False, tuple(level.key for level in tag.levels))
    return _Values(indicator.type, False, ()) if indicator else None


SUITABILITY = Kind(Suitability, order=40, check=check_suitability)
GATE = Kind(Gate, order=41, check=check_gate, uses=uses_of_gate)
