"""Reading grants out of role definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot
from zhike.platform.permissions.types import FieldRules, Grant, Principal, Role, Securable

_NO_RULES = FieldRules()


def roles() -> Mapping[str, Role]:
    """Return every role by key."""
    found: Mapping[str, Role] = definitions.all_of(Role)
    return found


def grants_of(principal: Principal, operation: str, resource: str) -> Iterator[tuple[str, Grant]]:
    """Yield the grants that name `operation` on `resource`, each with that of the principal's roles which gives it."""
    known = definitions.derive("permissions.grants", _by_operation)
    for role in principal.roles:
        for grant in known.get((role, resource, operation), ()):
            yield role, grant


def rules_of(role: str, resource: str) -> FieldRules:
    """Return the fields of an object that a role sees in clear and those it is refused."""
    found = roles().get(role)
    return found.fields.get(resource, _NO_RULES) if found else _NO_RULES


def _by_operation(found: Snapshot) -> Mapping[tuple[str, str, str], tuple[Grant, ...]]:
    grants: dict[tuple[str, str, str], tuple[Grant, ...]] = {}
    for role in found.of(Role).values():
        for grant in role.grants:
            for operation in grant.operations:
                key = (role.key, grant.on, operation)
                grants[key] = (*grants.get(key, ()), grant)
    return grants


def denials_of(principal: Principal, resource: str) -> Iterator[tuple[str, str]]:
    """Yield the refinements that information walls take away, each with its role; nothing overrides them."""
    known = roles()
    for key in principal.roles:
        for wall in known[key].walls if key in known else ():
            if wall.on == resource:
                yield key, wall.where


def securable(everything: Snapshot, resource: str) -> Securable | None:
    """Return the object that rights on `resource` are about; None for a part of the product."""
    found = everything.named("object").get(resource)
    return found if isinstance(found, Securable) else None


def refinement_text(resource: str, key: str) -> str:
    """Return the condition text of a refinement of an object; raises KeyError for an unknown one."""
    found = securable(definitions.snapshot(), resource)
    for refinement in found.refinements if found else ():
        if refinement.key == key:
            return refinement.condition
    raise KeyError(f"{resource}.{key}")
