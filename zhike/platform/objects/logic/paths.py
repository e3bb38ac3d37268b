"""Fields of the records that a record points at, by a path of references: `party.risk_level`, `account.party.name`."""

from __future__ import annotations

from dataclasses import replace

from zhike.platform.objects.errors import LeadsNowhere, TooManySteps
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.field_rights import field_rule
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: An own figure, set by no rule: an account's party is two references away from a card of it, and nothing is further.
MAX_STEPS = 2
_BETWEEN = " · "


def field_of(owner: ObjectType, path: str, principal: Principal) -> FieldType:
    """Return a field of the record or of one that it points at, called by its whole path.

    Raises UnknownField, LeadsNowhere for a step that is no reference, TooManySteps.
    """
    *steps, last = path.split(".")
    if len(steps) > MAX_STEPS:
        raise TooManySteps(path=path, given=len(steps), most=MAX_STEPS)
    if not steps:
        return asking.field_of(owner, last, principal)
    held, passed = owner, []
    for step in steps:
        passed.append(asking.field_of(held, step, principal))
        held = _target(held, passed[-1], principal)
    found = asking.field_of(held, last, principal)
    labels = {lang: _BETWEEN.join(field.labels[lang] for field in (*passed, found)) for lang in found.labels}
    return replace(found, key=path, labels=labels, steps=tuple(steps))


def beyond(owner: ObjectType, principal: Principal) -> dict[str, list[FieldType]]:
    """Return by reference the fields of the records that it points at which `principal` sees at all, by their paths."""
    found: dict[str, list[FieldType]] = {}
    for reference in owner.fields.values():
        target = points(owner, reference)
        if target is not None and not permissions.limited(principal, owner.key, reference.key):
            keys = [key for key in target.fields if not permissions.limited(principal, target.key, key)]
            every = [field_of(owner, f"{reference.key}.{key}", principal) for key in keys]
            found[reference.key] = [field for field in every if rule(owner, field, principal) != "refused"]
    return {key: fields for key, fields in found.items() if fields}


def points(owner: ObjectType, field: FieldType) -> ObjectType | None:
    """Return what a field of a record's own points at, where that is another record."""
    return catalogues.catalogue().get(field.target) if field.stored else None


def _target(owner: ObjectType, field: FieldType, principal: Principal) -> ObjectType:
    found = points(owner, field)
    if found is None:
        known = (one for one in owner.fields.values() if points(owner, one))
        has = sorted(one.key for one in known if not permissions.limited(principal, owner.key, one.key))
        raise LeadsNowhere(object=owner.key, field=field.key, has=has)
    return found


def own_key(field: FieldType) -> str:
    """Return how the object calls a field that has it."""
    return field.key.rpartition(".")[2]


def require(owner: ObjectType, field: FieldType, principal: Principal) -> None:
    """Raise Refused unless `principal` may ask about the field, and about every reference and record on the way."""
    for held, key in asking.reached(catalogues.catalogue(), owner, (*field.steps, own_key(field))):
        asking.require(held, [key] if key else [], principal)


def may_ask(owner: ObjectType, field: FieldType, principal: Principal) -> bool:
    """Return whether `require` lets it pass."""
    way = asking.reached(catalogues.catalogue(), owner, (*field.steps, own_key(field)))
    return all(
        permissions.allowed(principal, f"{held.key}.read") and (not key or asking.may_ask(held, key, principal))
        for held, key in way
    )


def rule(owner: ObjectType, field: FieldType, principal: Principal) -> str:
    """Return how `principal` sees a field at the end of a path: as on its own record, "refused" where the way is."""
    held = owner
    for step in field.steps:
        if field_rule(held, step, principal) == "refused":
            return "refused"
        held = catalogues.object_type(held.fields[step].target)
        if not permissions.allowed(principal, f"{held.key}.read"):
            return "refused"
    return field_rule(held, own_key(field), principal)
