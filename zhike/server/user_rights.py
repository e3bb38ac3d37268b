"""What a user may do at this moment and why, in the words of the screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhike.kernel import clock, definitions, wire
from zhike.kernel.definition_parts import Labels
from zhike.kernel.wire import labels
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.organization.types import Staff
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions import explaining, parts
from zhike.platform.permissions.explaining import Explained, Reason
from zhike.platform.permissions.types import Principal, Role
from zhike.server import user_schemas as schemas

_MINE = Labels("本人的", "own")
_MY_UNITS = Labels("岗位所在机构及下级的", "those of the post's unit and below")


def rights_of(staff: Staff, asker: Principal) -> schemas.UserRightsOut:
    """Return what a user may do now, part by part; fields that `asker` may not know of are left out."""
    holder = permissions.principal_of_user(staff.id)
    explained = {one.resource: one for one in explaining.explain(holder) if one.resource != parts.HOME}
    owners = {owner.key: owner for owner in catalogue.object_types(permissions.system_principal("rights"))}
    telling = _Telling(staff, holder, asker, owners, explained)
    named = {key: owners.get(key) or parts.registered().get(key) for key in explained}
    found = [(explained[key], about.labels) for key, about in named.items() if about]
    return {
        "at": clock.now(),
        "things": [telling.thing(one, called) for one, called in found if telling.is_open(one)],
        "nothing": [labels(called) for one, called in found if not telling.is_open(one)],
    }


@dataclass(frozen=True, slots=True)
class _Telling:
    """Whose rights are told to whom, over which objects."""

    staff: Staff
    holder: Principal
    asker: Principal
    owners: Mapping[str, ObjectType]
    explained: Mapping[str, Explained]

    def is_open(self, one: Explained) -> bool:
        """Whether anything is done there: of records that follow others, with those only that are read."""
        owner = self.owners.get(one.resource)
        while owner is not None and owner.through:
            owner = self.owners[owner.fields[owner.through].target]
            if "read" not in self.explained[owner.key].operations:
                return False
        return bool(one.operations)

    def thing(self, one: Explained, called: Mapping[str, str]) -> schemas.ThingOut:
        owner = self.owners.get(one.resource)
        follows = self.owners[owner.fields[owner.through].target].labels if owner and owner.through else None
        fields = self._fields(owner) if owner and "read" in one.operations else []
        return {
            "key": one.resource,
            "labels": labels(called),
            "follows": labels(follows) if follows else None,
            "rights": self._rights(one),
            "walls": [{"role": _role(role), "where": self._where(one.resource, where)} for role, where in one.walls],
            "shared": one.shared,
            "masked": [labels(field.labels) for field, rule in fields if field.mask and rule == "masked"],
            "unmask": "unmask" in one.operations,
            "refused": [labels(field.labels) for field, rule in fields if rule == "refused"],
        }

    def _fields(self, owner: ObjectType) -> list[tuple[FieldType, str]]:
        """The fields of an object that the asker may know of, each as the holder sees it."""
        rules = catalogue.field_rules(owner.key, principal=self.holder)
        known = [key for key in rules if not permissions.limited(self.asker, owner.key, key)]
        return [(owner.fields[key], rules[key]) for key in known]

    def _rights(self, one: Explained) -> list[schemas.RightOut]:
        """The operations, together where the reasons are the same."""
        groups: dict[tuple[Reason, ...], list[str]] = {}
        for operation, reasons in one.operations.items():
            groups.setdefault(reasons, []).append(operation)
        return [
            {
                "operations": [labels(_word(one.resource, operation)) for operation in operations],
                "reasons": [said for reason in reasons for said in self._reasons(one.resource, reason)],
            }
            for reasons, operations in groups.items()
        ]

    def _reasons(self, resource: str, reason: Reason) -> Iterable[schemas.RightReasonOut]:
        """A grant, once for each post that gives it."""
        where, today = self._where(resource, reason.where), clock.today()
        for post in self.staff.every_post:
            if post.role == reason.role and post.holds(today):
                yield {"role": _role(post.role), "unit": post.unit.name, "where": where, "until": post.valid_to}

    def _where(self, resource: str, where: str) -> wire.Labels | None:
        """How a grant is narrowed, None if it is not; users are seen and managed in the units of the posts, whatever the grant says."""
        owner = self.owners.get(resource)
        if owner and where in owner.refinements:
            return labels(owner.refinements[where].labels)
        if where == "my_units" or resource == "user":
            return labels(_MY_UNITS)
        return labels(_MINE) if where == "mine" else None


def _word(resource: str, operation: str) -> Labels:
    return parts.word_for(resource, operation) or Labels(operation, operation)


def _role(key: str) -> wire.Labels:
    return labels(definitions.all_of(Role)[key].labels)
