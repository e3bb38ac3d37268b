"""Rights: refused unless granted. One place turns a principal into a condition for every kind of question."""

from __future__ import annotations

from collections.abc import Iterable

from zhike.kernel import clock
from zhike.kernel.errors import Refused, SignInRequired
from zhike.platform.organization import api as organization
from zhike.platform.permissions.logic import limits, shares
from zhike.platform.permissions.logic.grants import denials_of, grants_of, refinement_text, roles, rules_of
from zhike.platform.permissions.logic.operations import check_operation
from zhike.platform.permissions.requests import SignedInRequest
from zhike.platform.permissions.types import Post, Principal, Scope, ScopeCondition, units_of_posts

__all__ = [
    "SignedInRequest",
    "allowed",
    "check_operation",
    "field_rule",
    "field_rules",
    "given_roles",
    "gives",
    "hidden_refinements",
    "limited",
    "operations",
    "principal_of_user",
    "reading_conditions",
    "register_limits",
    "register_shares",
    "require",
    "scope",
    "system_principal",
    "units_of",
]

limited = limits.limited
register_limits = limits.register
register_shares = shares.register


def principal_of_user(user_id: int, *, alone: bool = False) -> Principal:
    """Return the principal of a user, with the roles and units of the posts that hold today, and what is shared with it.

    A post whose role no definition knows any more gives nothing. `alone` it is by its own posts only.
    """
    staff = organization.staff(user_id)
    known = roles()
    held = [(role, unit) for role, unit in staff.posts if role in known]
    below = organization.subtrees({unit.id for _role, unit in held})
    return Principal(
        kind="staff",
        name=staff.name,
        user_id=staff.id,
        employee_no=staff.employee_no,
        language=staff.language,
        posts=tuple(Post(role, unit.id, below[unit.id]) for role, unit in held),
        shared=() if alone else shares.of(staff),
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
    params = _params(principal)
    if principal.kind == "system":
        return Scope(True, (), (), params)
    given = list(grants_of(principal, operation, resource))
    everything = any(grant.where == "all" for _role, grant in given)
    narrowed = [(role, grant.where) for role, grant in given if grant.where != "all"]
    return Scope(
        everything,
        conditions=tuple(_conditions(principal, resource, narrowed)),
        denials=tuple(_conditions(principal, resource, denials_of(principal, resource))),
        params=params,
        shared=f"shared_{resource}" if operation == "read" and resource in dict(principal.shared) else "",
    )


def _params(principal: Principal) -> dict[str, object]:
    """Everything that conditions about a principal name, whatever they are about: what is kept of a statement is its text.

    A child is narrowed by the conditions of its parents, too, so those of one resource alone would not do.
    """
    params: dict[str, object] = {"me": principal.me, "my_units": list(principal.units), "today": clock.today()}
    for role in principal.roles if len(principal.roles) > 1 else ():
        params[f"my_units_{role}"] = list(units_of_posts(post for post in principal.posts if post.role == role))
    return params | {f"shared_{resource}": list(ids) for resource, ids in principal.shared}


def _conditions(principal: Principal, resource: str, wheres: Iterable[tuple[str, str]]) -> Iterable[ScopeCondition]:
    """The conditions of refinements that roles name, each once, with the name of the units that it is about."""
    single = len(principal.roles) == 1
    found: dict[ScopeCondition, None] = {}
    for role, where in wheres:
        text = refinement_text(resource, where)
        if single or ":my_units" not in text:
            found[ScopeCondition(text)] = None
        else:
            found[ScopeCondition(text, f"my_units_{role}")] = None
    return found


def units_of(principal: Principal, operation: str) -> tuple[int, ...]:
    """Return the ids of the units in which `principal` holds `operation` ("user.update"): those of its posts."""
    resource, _, name = operation.partition(".")
    granting = {role for role, _grant in grants_of(principal, name, resource)}
    return units_of_posts(post for post in principal.posts if post.role in granting)


def hidden_refinements(principal: Principal, resource: str) -> frozenset[str]:
    """Return the refinements by which only other roles are scoped on a resource: pointless as tabs for this one.

    A manager's list has no "my branch", head office no "my customers"; "all" is one of them.
    """
    reading = _reading(resource)
    own = {where for role, where in reading if role in principal.roles}
    return frozenset(where for _role, where in reading) - own


def reading_conditions(resource: str) -> list[str]:
    """Return the conditions, as they are written, by which roles read records of a resource, each once."""
    wheres = dict.fromkeys(where for _role, where in _reading(resource) if where != "all")
    return list(dict.fromkeys(refinement_text(resource, where) for where in wheres))


def _reading(resource: str) -> list[tuple[str, str]]:
    """Each role that may read a resource with the refinement that narrows its grant, or "all"."""
    return [
        (role.key, grant.where)
        for role in roles().values()
        for grant in role.grants
        if grant.on == resource and "read" in grant.operations
    ]


def field_rule(principal: Principal, resource: str, field: str) -> str:
    """Return how a principal sees one field, as `field_rules` does."""
    return field_rules(principal, resource, (field,))[field]


def field_rules(principal: Principal, resource: str, fields: Iterable[str]) -> dict[str, str]:
    """Return how a principal sees fields: "masked" (its mask applies), "clear" or "refused".

    Masks are on by default for everybody; a role may list fields under `clear` or `refused`; refused wins. A post does
    not lift the masks of what another one reads: of several roles each has to clear a field, or one that reads all. A
    field that is in use in none of the principal's units (`register_limits`) is refused, too.
    """
    rules = [] if principal.kind == "system" else [rules_of(role, resource) for role in principal.roles]
    refused = limits.hidden(principal, resource).union(*(rule.refused for rule in rules))
    clear = _cleared(principal, resource) if any(rule.clear for rule in rules) else frozenset[str]()
    return {key: "refused" if key in refused else "clear" if key in clear else "masked" for key in fields}


def _cleared(principal: Principal, resource: str) -> frozenset[str]:
    """The fields of which the principal sees no value masked, whichever of its roles lets it read the record."""
    lifted = [
        (grant.where == "all", frozenset(rules_of(role, resource).clear))
        for role, grant in grants_of(principal, "read", resource)
    ]
    everywhere = [found for reads_all, found in lifted if reads_all]
    each = frozenset.intersection(*(found for _all, found in lifted)) if lifted else frozenset[str]()
    return each.union(*everywhere)


def given_roles(principal: Principal) -> frozenset[str]:
    """Return the roles that `principal` may give to others, and whose holders it may manage, in some unit."""
    known = roles()
    if principal.kind == "system":
        return frozenset(known)
    return frozenset(given for key in principal.roles if key in known for given in known[key].gives)


def gives(principal: Principal, operation: str, role: str, unit: int) -> bool:
    """Return whether one post of `principal` lets it do `operation` ("user.update") with a holder of `role` in a unit."""
    resource, _, name = operation.partition(".")
    granting = {key for key, _grant in grants_of(principal, name, resource) if role in roles()[key].gives}
    return principal.kind == "system" or any(post.role in granting and unit in post.units for post in principal.posts)


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
