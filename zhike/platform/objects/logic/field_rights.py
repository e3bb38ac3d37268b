"""How a principal sees the fields of an object; a field that shows another record's is seen as that one is at best."""

from __future__ import annotations

from collections.abc import Iterable

from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal


def field_rules(owner: ObjectType, keys: Iterable[str], principal: Principal) -> dict[str, str]:
    """Return how `principal` sees fields: "clear", "masked" (their masks apply) or "refused".

    A lookup is refused where the records that it looks at are, or the field that it shows, and masked where that is.
    """
    rules = permissions.field_rules(principal, owner.key, keys)
    for key, rule in rules.items():
        field = owner.fields.get(key)
        if field is not None and field.lookup is not None and rule != "refused":
            rules[key] = _of_lookup(owner, field, rule, principal)
    return rules


def field_rule(owner: ObjectType, key: str, principal: Principal) -> str:
    """Return how `principal` sees one field, as `field_rules` does."""
    return field_rules(owner, (key,), principal)[key]


def _of_lookup(owner: ObjectType, field: FieldType, own: str, principal: Principal) -> str:
    assert field.lookup is not None
    target = catalogues.catalogue().get(owner.relations[field.lookup.relation].object)
    if target is None:  # it has no table yet, so there is nothing to show
        return own
    shown = field.lookup.field
    if not permissions.allowed(principal, f"{target.key}.read") or not _sees_all(target, principal):
        return "refused"
    # A related record that follows another one than the lookup's own is seen with that one only.
    through = owner.relations[field.lookup.relation].through
    if target.through and target.through != through and not _sees_parents(target, principal):
        return "refused"
    rule = permissions.field_rule(principal, target.key, shown)
    return own if rule == "clear" or (rule == "masked" and not target.fields[shown].mask) else rule


def _sees_parents(target: ObjectType, principal: Principal) -> bool:
    """Whether no record that `target` follows, over however many references, is kept from the principal."""
    while target.through:
        target = catalogues.object_type(target.fields[target.through].target)
        if not permissions.allowed(principal, f"{target.key}.read") or not _sees_all(target, principal):
            return False
    return True


def _sees_all(target: ObjectType, principal: Principal) -> bool:
    """Whether no condition of its own keeps records of `target` from the principal: a lookup does not ask for any."""
    scope = permissions.scope(principal, "read", target.key)
    return scope.everything and not scope.denials
