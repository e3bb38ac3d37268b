"""Which operations there are, and on what."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zhike.kernel.definition_checks import unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Snapshot
from zhike.platform.permissions.logic.grants import securable
from zhike.platform.permissions.logic.resources import OPERATIONS, registered

#: The part of the product that is the page a role sees first; its operations are those pages.
HOME = "home"


def operations_on(everything: Snapshot, resource: str) -> Collection[str] | None:
    """Return the operations on an object or a part of the product; None where there is no such thing."""
    if securable(everything, resource):
        return OPERATIONS
    if resource == HOME:
        return homes(everything)
    found = registered().get(resource)
    return found.operations if found else None


def homes(everything: Snapshot) -> list[str]:
    """Return the desks for which there is a page."""
    return [key.removeprefix("home_") for key in everything.named("page") if key.startswith("home_")]


def resources(everything: Snapshot) -> list[str]:
    """Return everything that operations are about."""
    return [*everything.named("object"), *registered()]


def check_operation(everything: Snapshot, operation: str, where: Place) -> Iterator[Finding]:
    """Yield what is wrong with an operation that a definition names: party.read."""
    resource, _, name = operation.partition(".")
    known = operations_on(everything, resource)
    if known is None:
        yield unknown(
            Labels("对象或功能", "object or part"), resource, resources(everything), where, "role.unknown_resource"
        )
    elif name not in known:
        yield unknown(
            Labels(f"{resource} 的操作", f"operation on {resource}"), name, known, where, "role.unknown_operation"
        )
