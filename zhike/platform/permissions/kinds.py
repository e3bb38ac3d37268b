"""The kind `role`: what the holders of a role may do, on which records, and which fields stay hidden."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.kernel.definition_checks import each, guessed, meant, unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.permissions.logic.grants import securable
from zhike.platform.permissions.logic.operations import homes, operations_on, resources
from zhike.platform.permissions.logic.resources import in_menus, registered
from zhike.platform.permissions.types import FieldRules, Grant, Role, Wall


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
    known = [*in_menus(), *everything.named("object")]
    for number, key in enumerate(role.menu):
        if key not in known:
            yield unknown(
                Labels("有页面的对象或功能", "object or part with a page"),
                key,
                known,
                ("menu", number),
                "role.unknown_menu",
            )


def _grants(role: Role, everything: Snapshot) -> Iterator[Finding]:
    yield from each(*(_grant(grant, ("grants", number), everything) for number, grant in enumerate(role.grants)))


def _grant(grant: Grant, place: Place, everything: Snapshot) -> Iterator[Finding]:
    if operations_on(everything, grant.on) is None:
        yield unknown(
            Labels("对象或功能", "object or part"),
            grant.on,
            resources(everything),
            (*place, "on"),
            "role.unknown_resource",
        )
    resource = meant(grant.on, {key: key for key in resources(everything)})
    if resource is not None:
        found = each(_operations(grant, resource, place, everything), _where(grant, resource, place, everything))
        yield from found if resource == grant.on else guessed(grant.on, found)


def _operations(grant: Grant, resource: str, place: Place, everything: Snapshot) -> Iterator[Finding]:
    known = operations_on(everything, resource) or ()
    for number, operation in enumerate(grant.operations):
        if operation not in known:
            yield unknown(
                Labels("操作", "operation"), operation, known, (*place, "operations", number), "role.unknown_operation"
            )


def _where(grant: Grant, resource: str, place: Place, everything: Snapshot) -> Iterator[Finding]:
    if grant.where != "all":
        yield from _refinement(everything, resource, grant.where, (*place, "where"))


def _walls(role: Role, everything: Snapshot) -> Iterator[Finding]:
    yield from each(*(_wall(wall, ("walls", number), everything) for number, wall in enumerate(role.walls)))


def _wall(wall: Wall, place: Place, everything: Snapshot) -> Iterator[Finding]:
    if securable(everything, wall.on):
        yield from _refinement(everything, wall.on, wall.where, (*place, "where"))


def _fields(role: Role, everything: Snapshot) -> Iterator[Finding]:
    names = ("clear", "refused")
    yield from each(*(_hidden(key, rules, name, everything) for key, rules in role.fields.items() for name in names))


def _hidden(resource: str, rules: FieldRules, name: str, everything: Snapshot) -> Iterator[Finding]:
    found = securable(everything, resource)
    keys = found.field_keys() if found else ()
    for number, key in enumerate(getattr(rules, name)):
        if found and key not in keys:
            yield unknown(Labels("字段", "field"), key, keys, ("fields", resource, name, number), "role.unknown_field")


def _home(role: Role, everything: Snapshot) -> Iterator[Finding]:
    known = homes(everything)
    if role.home and role.home not in known:
        yield unknown(Labels("首页", "home"), role.home, known, ("home",), "role.unknown_home")


def _refinement(everything: Snapshot, resource: str, key: str, where: Place) -> Iterator[Finding]:
    found, part = securable(everything, resource), registered().get(resource)
    has = [refinement.key for refinement in found.refinements] if found else list(part.narrowed_by) if part else []
    if key not in has:
        yield unknown(Labels("筛选条件", "refinement"), key, ["all", *has], where, "role.unknown_refinement")


ROLE = Kind(Role, order=30, check=check_role)
