"""The kind `role`: what the holders of a role may do, on which records, and which fields stay hidden."""

from __future__ import annotations

from zhike.kernel.definitions import Body, Finding, Kind, Snapshot

#: Operations that are not about records of an object, by the resource they are about.
RESOURCE_OPERATIONS = {
    "audience": {"read", "create", "update", "delete"},
    "campaign": {"read", "create", "update", "delete", "launch", "resend"},
    "load": {"read", "create"},
    "run": {"read", "create", "cancel"},
    "user": {"read"},
    "work": {"read", "complete", "read_units"},
    "home": {"manager", "branch_head", "operator"},
}
OBJECT_OPERATIONS = {"read", "create", "update", "delete", "unmask", "export", "access_log", "erase"}


def check_role(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a role: unknown resources, operations, refinements, fields."""
    findings = []
    objects = everything.of("object")
    for index, grant in enumerate(body.get("grants", [])):  # type: ignore[arg-type, var-annotated]
        where = f"grants[{index}]"
        target = grant.get("on")
        known = OBJECT_OPERATIONS if target in objects else RESOURCE_OPERATIONS.get(target)
        if known is None:
            has = sorted([*objects, *RESOURCE_OPERATIONS])
            findings.append(
                Finding("role.unknown_resource", f"there is no '{target}'; there are: {', '.join(has)}", where)
            )
            continue
        for operation in set(grant.get("operations", [])) - known:
            findings.append(
                Finding(
                    "role.unknown_operation",
                    f"'{target}' has no '{operation}'; it has: {', '.join(sorted(known))}",
                    where,
                )
            )
        refinement = grant.get("where", "all")
        refinements = [r["key"] for r in objects[target].get("refinements", [])] if target in objects else []  # type: ignore[attr-defined]
        if refinement != "all" and refinement not in refinements:
            findings.append(
                Finding(
                    "role.unknown_refinement",
                    f"'{target}' has no refinement '{refinement}'; it has: {', '.join(refinements)}",
                    where,
                )
            )
    return findings


ROLE = Kind(name="role", order=30, check=check_role)
