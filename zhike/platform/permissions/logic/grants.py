"""Reading grants out of role definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot
from zhike.platform.permissions.types import Principal

Grant = Mapping[str, object]
_NO_RULES: Mapping[str, frozenset[str]] = {}


def grants_of(principal: Principal, operation: str, resource: str) -> Iterator[Grant]:
    """Yield the grants of the principal's roles that name `operation` on `resource`."""
    known = definitions.derive("permissions.grants", _by_operation)
    for role in principal.roles:
        yield from known.get((role, resource, operation), ())


def field_rules(role: str, resource: str) -> Mapping[str, frozenset[str]]:
    """Return the fields of an object that a role sees in clear and those it is refused."""
    return definitions.derive("permissions.fields", _field_rules).get((role, resource), _NO_RULES)


def _by_operation(found: Snapshot) -> Mapping[tuple[str, str, str], tuple[Grant, ...]]:
    grants: dict[tuple[str, str, str], tuple[Grant, ...]] = {}
    for role, body in found.of("role").items():
        for grant in body.get("grants", []):  # type: ignore[attr-defined]
            for operation in grant["operations"]:
                key = (role, grant["on"], operation)
                grants[key] = (*grants.get(key, ()), grant)
    return grants


def _field_rules(found: Snapshot) -> Mapping[tuple[str, str], Mapping[str, frozenset[str]]]:
    return {
        (role, resource): {name: frozenset(keys) for name, keys in rule.items()}
        for role, body in found.of("role").items()
        for resource, rule in body.get("fields", {}).items()  # type: ignore[attr-defined]
    }


def denials_of(principal: Principal, resource: str) -> list[str]:
    """Return the refinements that information walls take away from the principal; nothing overrides them."""
    roles = definitions.all_of("role")
    return [
        str(wall["where"])
        for key in principal.roles
        for wall in roles.get(key, {}).get("walls", [])  # type: ignore[attr-defined]
        if wall["on"] == resource
    ]


def refinement_text(resource: str, key: str) -> str:
    """Return the condition text of a refinement of an object; raises KeyError for an unknown one."""
    for refinement in definitions.all_of("object")[resource].get("refinements", []):  # type: ignore[attr-defined]
        if refinement["key"] == key:
            return str(refinement["condition"])
    raise KeyError(f"{resource}.{key}")
