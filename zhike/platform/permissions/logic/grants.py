"""Reading grants out of role definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhike.kernel import definitions
from zhike.platform.permissions.types import Principal

Grant = Mapping[str, object]


def grants_of(principal: Principal, operation: str, resource: str) -> Iterator[Grant]:
    """Yield the grants of the principal's roles that name `operation` on `resource`."""
    roles = definitions.all_of("role")
    for key in principal.roles:
        for grant in roles.get(key, {}).get("grants", []):  # type: ignore[attr-defined]
            if grant["on"] == resource and operation in grant["operations"]:
                yield grant


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
