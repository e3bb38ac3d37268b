"""The kind `role`: what the holders of a role may do, on which records, and which fields stay hidden."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.permissions.logic.grants import securable
from zhike.platform.permissions.logic.operations import operations_on, resources
from zhike.platform.permissions.types import Role

#: Parts of the product that stand in the menu; an object stands there with its list.
MENU = ("home", "work", "audience", "campaign", "load", "user")


def check_role(role: Role, everything: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with a role: unknown entries of the menu, resources, operations, refinements, fields, a home without a page."""
    return each(
        _menu(role, everything),
        _grants(role, everything),
        _walls(role, everything),
        _fields(role, everything),
        _home(role, everything),
    )


def _menu(role: Role, everything: Snapshot) -> Iterator[Finding]:
    known = [*MENU, *everything.named("object")]
    for number, key in enumerate(role.menu):
        if key not in known:
            yield unknown("object or part with a page", key, known, ("menu", number), "role.unknown_menu")


def _grants(role: Role, everything: Snapshot) -> Iterator[Finding]:
    for index, grant in enumerate(role.grants):
        here: Place = ("grants", index)
        known = operations_on(everything, grant.on)
        if known is None:
            yield unknown("object or part", grant.on, resources(everything), (*here, "on"), "role.unknown_resource")
            continue
        for number, operation in enumerate(grant.operations):
            if operation not in known:
                yield unknown("operation", operation, known, (*here, "operations", number), "role.unknown_operation")
        if grant.where != "all":
            yield from _refinement(everything, grant.on, grant.where, (*here, "where"))


def _walls(role: Role, everything: Snapshot) -> Iterator[Finding]:
    for index, wall in enumerate(role.walls):
        yield from _refinement(everything, wall.on, wall.where, ("walls", index, "where"))


def _fields(role: Role, everything: Snapshot) -> Iterator[Finding]:
    for resource, rules in role.fields.items():
        found = securable(everything, resource)
        keys = found.field_keys() if found else ()
        for name in ("clear", "refused"):
            for number, key in enumerate(getattr(rules, name)):
                if found and key not in keys:
                    yield unknown("field", key, keys, ("fields", resource, name, number), "role.unknown_field")


def _home(role: Role, everything: Snapshot) -> Iterator[Finding]:
    pages = everything.named("page")
    if role.home and f"home_{role.home}" not in pages:
        homes = [key.removeprefix("home_") for key in pages if key.startswith("home_")]
        yield unknown("home", role.home, homes, ("home",), "role.unknown_home")


def _refinement(everything: Snapshot, resource: str, key: str, where: Place) -> Iterator[Finding]:
    found = securable(everything, resource)
    has = [refinement.key for refinement in found.refinements] if found else []
    if key not in has:
        yield unknown("refinement", key, ["all", *has], where, "role.unknown_refinement")


ROLE = Kind(Role, order=30, check=check_role)
