"""Why somebody may do what: the grants, walls and shares that the rule itself reads, told one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zhike.kernel import definitions
from zhike.platform.permissions.logic.grants import denials_of, grants_of
from zhike.platform.permissions.logic.operations import operations_on, resources
from zhike.platform.permissions.types import Post, Principal

__all__ = ["explain"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A grant that gives an operation: of a role, on all records or those of a refinement, by the posts in that role."""

    role: str
    where: str
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a principal may do with one resource: the reasons of each operation that is granted, the walls around its
    records (role and refinement), and how many records are shared with it."""

    resource: str
    operations: Mapping[str, tuple[Reason, ...]]
    walls: tuple[tuple[str, str], ...]
    shared: int


def explain(principal: Principal) -> list[Explained]:
    """Return for every object and part of the product what `principal` may do there and why, nothing included.

    Records are shared with those only who read some of the object, and are nothing more to those who read all.
    """
    return [_explained(principal, resource) for resource in resources(definitions.snapshot())]


def _explained(principal: Principal, resource: str) -> Explained:
    known = operations_on(definitions.snapshot(), resource) or ()
    found = {operation: _reasons(principal, operation, resource) for operation in known}
    held = {operation: reasons for operation, reasons in found.items() if reasons}
    reading = {reason.where for reason in held.get("read", ())}
    shared = len(dict(principal.shared).get(resource, ())) if reading and "all" not in reading else 0
    return Explained(resource, held, tuple(denials_of(principal, resource)), shared)


def _reasons(principal: Principal, operation: str, resource: str) -> tuple[Reason, ...]:
    return tuple(
        Reason(role, grant.where, tuple(post for post in principal.posts if post.role == role))
        for role, grant in grants_of(principal, operation, resource)
    )
