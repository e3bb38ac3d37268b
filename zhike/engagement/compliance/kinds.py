"""The kinds `suitability` (which level fits which product) and `gate` (the ordered checks)."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.engagement.compliance.logic.checks import Gate
from zhike.engagement.compliance.types import Suitability
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.permissions.types import Securable


def check_suitability(table: Suitability, everything: Snapshot) -> Iterator[Finding]:
    """Yield levels that the table does not list, and fields that the party object does not have."""
    return each(_levels(table), _lowest(table), _fields(table, everything))


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


def check_gate(gate: Gate, everything: Snapshot) -> Iterator[Finding]:
    """Yield the fields of checks that the party does not have."""
    known = _party_fields(everything)
    for index, check in enumerate(gate.checks):
        for key in check.fields_read():
            if key not in known:
                yield unknown("field of the party", key, known, ("checks", index, "field"), "gate.unknown_field")


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


SUITABILITY = Kind(Suitability, order=40, check=check_suitability)
GATE = Kind(Gate, order=41, check=check_gate, uses=uses_of_gate)
