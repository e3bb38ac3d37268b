"""Rights: refused unless granted. One place turns a principal into a condition for every kind of question."""

from __future__ import annotations

from collections.abc import Iterable

from zhike.kernel import clock
from zhike.kernel.errors import Refused, SignInRequired
from zhike.platform.organization import api as organization
from zhike.platform.permissions.logic import limits
from zhike.platform.permissions.logic.grants import denials_of, grants_of, refinement_text, roles, rules_of
from zhike.platform.permissions.logic.operations import check_operation
from zhike.platform.permissions.logic.requests import SignedInRequest
from zhike.platform.permissions.types import Principal, Scope

__all__ = [
    "SignedInRequest",
    "allowed",
    "check_operation",
    "field_rule",
    "field_rules",
    "given_roles",
    "hidden_refinements",
    "limited",
    "operations",
    "principal_of_user",
    "register_limits",
    "require",
    "scope",
    "system_principal",
]

limited = limits.limited
register_limits = limits.register


def principal_of_user(user_id: int) -> Principal:
    """Return the principal of a user, with the roles and units of the posts that hold today.

    A post whose role no definition knows any more gives nothing.
    """
    staff = organization.staff(user_id)
    known = roles()
    posts = [(role, unit) for role, unit in staff.posts if role in known]
    units = organization.subtree({unit.id for _role, unit in posts})
    return Principal(
        kind="user",
        name=staff.name,
        user_id=staff.id,
        employee_no=staff.employee_no,
        language=staff.language,
        roles=tuple(dict.fromkeys(role for role, _unit in posts)),
        units=units,
        unit=next((unit.id for _role, unit in posts), None),
    )


def system_principal(name: str) -> Principal:
    """Return the principal that acts at the command line or in a job for `name`; it may do everything."""
    return Principal(kind="system", name=name)


def allowed(principal: Principal, operation: str) -> bool:
    """Return whether `principal` holds `operation` ("campaign.launch", "party.read") on anything at all."""
    if principal.kind == "system":
        return True
    resource, _, name = operation.partition(".")
    return any(True for _grant in grants_of(principal, name, resource))


def require(principal: Principal, operation: str) -> None:
    """Raise Refused unless `principal` holds `operation`; SignInRequired when nobody is signed in."""
    if principal.kind == "anonymous":
        raise SignInRequired()
    if not allowed(principal, operation):
        raise Refused(operation=operation)


def scope(principal: Principal, operation: str, resource: str) -> Scope:
    """Return the condition under which `principal` may do `operation` on records of `resource`."""
    params = {
        "me": principal.employee_no,
        "my_units": list(principal.units),
        "today": clock.today(),
    }
    if principal.kind == "system":
        return Scope(True, (), (), params)
    wheres = [grant.where for grant in grants_of(principal, operation, resource)]
    conditions = tuple(refinement_text(resource, key) for key in dict.fromkeys(wheres) if key != "all")
    denials = tuple(refinement_text(resource, key) for key in denials_of(principal, resource))
    return Scope("all" in wheres, conditions, denials, params)


def hidden_refinements(principal: Principal, resource: str) -> frozenset[str]:
    """Return the refinements by which only other roles are scoped on a resource: pointless as tabs for this one.

    A manager's list has no "my branch", head office no "my customers"; "all" is one of them.
    """
    reading = [
        (role.key, grant.where)
        for role in roles().values()
        for grant in role.grants
        if grant.on == resource and "read" in grant.operations
    ]
    own = {where for role, where in reading if role in principal.roles}
    return frozenset(where for _role, where in reading) - own


def field_rule(principal: Principal, resource: str, field: str) -> str:
    """Return how a principal sees one field, as `field_rules` does."""
    return field_rules(principal, resource, (field,))[field]


def field_rules(principal: Principal, resource: str, fields: Iterable[str]) -> dict[str, str]:
    """Return how a principal sees fields: "masked" (its mask applies), "clear" or "refused".

    Masks are on by default for everybody; a role may list fields under `clear` or `refused`; refused wins. A field that
    is in use in none of the principal's units (`register_limits`) is refused, too.
    """
    rules = [] if principal.kind == "system" else [rules_of(role, resource) for role in principal.roles]
    refused = limits.hidden(principal, resource).union(*(rule.refused for rule in rules))
    clear = {field for rule in rules for field in rule.clear}
    return {key: "refused" if key in refused else "clear" if key in clear else "masked" for key in fields}


def given_roles(principal: Principal) -> frozenset[str]:
    """Return the roles that `principal` may give to others, and whose holders it may manage."""
    known = roles()
    if principal.kind == "system":
        return frozenset(known)
    return frozenset(given for key in principal.roles if key in known for given in known[key].gives)


def operations(principal: Principal) -> list[str]:
    """Return every operation the principal holds on anything, sorted."""
    known = roles()
    found = {
        f"{grant.on}.{operation}"
        for key in principal.roles
        if key in known
        for grant in known[key].grants
        for operation in grant.operations
    }
    return sorted(found)
