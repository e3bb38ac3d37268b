"""Which operations there are, and on what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from zhike.kernel.definition_checks import unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Snapshot
from zhike.platform.permissions.logic.grants import securable

#: Operations that are not about records of an object, by the resource they are about.
RESOURCE_OPERATIONS: Mapping[str, Collection[str]] = {
    "audience": {"read", "create", "update", "delete"},
    "campaign": {"read", "create", "update", "delete", "launch", "resend"},
    "load": {"read", "create"},
    "run": {"read", "create", "cancel"},
    "user": {"read", "create", "update"},
    "work": {"read", "complete", "read_units"},
    "home": {"manager", "branch_head", "operator"},
}
OBJECT_OPERATIONS = {"read", "create", "update", "delete", "unmask", "export", "access_log", "erase"}


def operations_on(everything: Snapshot, resource: str) -> Collection[str] | None:
    """Return the operations on an object or a part of the product; None where there is no such thing."""
    return OBJECT_OPERATIONS if securable(everything, resource) else RESOURCE_OPERATIONS.get(resource)


def resources(everything: Snapshot) -> list[str]:
    """Return everything that operations are about."""
    return [*everything.named("object"), *RESOURCE_OPERATIONS]


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
