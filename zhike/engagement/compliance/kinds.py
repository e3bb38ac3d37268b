"""The kinds `suitability` (which level fits which product) and `gate` (the ordered checks)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from zhike.engagement.compliance.logic.checks import Check, Gate, OfField
from zhike.engagement.compliance.types import Suitability, SuitabilityFields
from zhike.expressions.types import Type
from zhike.insight.indicators.types import Indicator
from zhike.insight.tags.types import Tag
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.objects import catalogue
from zhike.platform.permissions.types import Securable


def check_suitability(table: Suitability, everything: Snapshot) -> Iterator[Finding]:
    """Yield levels that the table does not list, and fields that the party object does not have."""
    return each(
        _levels(table),
        _lowest(table),
        *(_field(table, name, everything) for name in SuitabilityFields.model_fields),
        *(_values(table, name, everything) for name in SuitabilityFields.model_fields),
    )


def _levels(table: Suitability) -> Iterator[Finding]:
    for level, highest in table.highest.items():
        if highest not in table.levels:
            yield unknown(
                Labels("等级", "level"), highest, table.levels, ("highest", level), "suitability.unknown_level"
            )


def _lowest(table: Suitability) -> Iterator[Finding]:
    if table.lowest_class_highest not in table.levels:
        where = ("lowest_class_highest",)
        yield unknown(
            Labels("等级", "level"), table.lowest_class_highest, table.levels, where, "suitability.unknown_level"
        )


def _field(table: Suitability, name: str, everything: Snapshot) -> Iterator[Finding]:
    key, known = getattr(table.fields, name), _party_fields(everything)
    if key not in known:
        yield unknown(
            Labels("主体字段", "field of the party"), key, known, ("fields", name), "suitability.unknown_field"
        )


def _values(table: Suitability, name: str, everything: Snapshot) -> Iterator[Finding]:
    """Yield a field that does not hold what the table looks for, and values that no party can have."""
    values = _values_of(getattr(table.fields, name), everything)
    if values is None:
        return
    key, listed = getattr(table.fields, name), {"level": "highest", "professional": "professional"}.get(name)
    wanted = {"lowest": "boolean", "valid_until": "date"}.get(name, "a choice")
    if not (values.options if listed else values.type == wanted):
        said = Labels(f"“{key}”是 {values.type}，应为 {wanted}", f"'{key}' is {values.type}; it has to be {wanted}")
        yield Finding("suitability.type", said, ("fields", name))
        return
    for number, option in enumerate(getattr(table, listed) if listed else ()):
        if option not in values.options:
            place: Place = ("highest", option) if listed == "highest" else ("professional", number)
            yield unknown(
                Labels(f"“{key}”的选项", f"option of '{key}'"),
                option,
                values.options,
                place,
                "suitability.unknown_option",
            )


class _Values(NamedTuple):
    """What values a check finds in a field: the name of their type, and the options of a choice."""

    type: str
    boolean: bool
    options: tuple[str, ...]


def check_gate(gate: Gate, everything: Snapshot) -> Iterator[Finding]:
    """Yield the fields of checks that the party does not have, or that do not hold what the check looks for."""
    return each(_fields_read(gate, everything), _values_read(gate, everything))


def _fields_read(gate: Gate, everything: Snapshot) -> Iterator[Finding]:
    yield from each(*(_unknown_field(check, ("checks", n), everything) for n, check in enumerate(gate.checks)))


def _unknown_field(check: Check, here: Place, everything: Snapshot) -> Iterator[Finding]:
    known = _party_fields(everything)
    for key in check.fields_read():
        if key not in known:
            yield unknown(Labels("主体字段", "field of the party"), key, known, (*here, "field"), "gate.unknown_field")


def _values_read(gate: Gate, everything: Snapshot) -> Iterator[Finding]:
    for index, check in enumerate(gate.checks):
        if isinstance(check, OfField):
            yield from each(_read_values(check, ("checks", index), everything))


def _read_values(check: OfField, here: Place, everything: Snapshot) -> Iterator[Finding]:
    values = _values_of(check.field, everything)
    if values:
        yield from _misread(check, values, here)


def _misread(check: OfField, values: _Values, here: Place) -> Iterator[Finding]:
    if not check.options_in and not values.boolean:
        said = Labels(
            f"“{check.field}”是 {values.type}，应为 boolean", f"'{check.field}' is {values.type}; it has to be boolean"
        )
        yield Finding("gate.no_boolean", said, (*here, "field"))
    elif check.options_in and not values.options:
        said = Labels(
            f"“{check.field}”是 {values.type}，应为单选，由 `{check.options_in}` 列出其选项",
            f"'{check.field}' is {values.type}; it has to be a choice, of which `{check.options_in}` lists options",
        )
        yield Finding("gate.no_choice", said, (*here, "field"))
    elif check.options_in:
        for number, option in enumerate(getattr(check, check.options_in)):
            if option not in values.options:
                place = (*here, check.options_in, number)
                yield unknown(_option_of(check.field), option, values.options, place, "gate.unknown_option")


def _option_of(field: str) -> Labels:
    return Labels(f"“{field}”的选项", f"option of '{field}'")


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
    for owner in catalogue.provisional(everything).values():
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
