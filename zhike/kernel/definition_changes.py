"""Changing definitions: plan, apply, undo. Packs and people at the desk go the same way.

A change is planned first: every fault of what would result, what each step means and who uses what changes or goes.
Applying is one transaction; what was before is kept, so that a change can be taken back.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, TypeVar, cast

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from zhike.kernel import clock, context, database, definition_checks, definition_reading, definition_store, definitions
from zhike.kernel.definition_checks import Name, Reading, UnreadText
from zhike.kernel.definition_errors import (
    AlreadyUndone,
    ChangedMeanwhile,
    ChangedSince,
    DefinitionInUse,
    DefinitionsBroken,
    DestructiveChange,
    Fault,
    TablesInUse,
    UnknownChange,
    UnknownDefinition,
)
from zhike.kernel.definition_parts import Labels, Staged
from zhike.kernel.definition_store import Layer
from zhike.kernel.definitions import Body, Change, Finding, Snapshot, User
from zhike.kernel.ids import uuid7
from zhike.kernel.models import DefinitionChange, DefinitionRevision, DefinitionVersion, StoredDefinition

T = TypeVar("T")
#: Seconds between tries at a table that is in use: a list is read in less, a load or an export of a page takes longer.
_PAUSES = (0.2, 0.5, 1, 2, 4)
#: Rows of one statement that writes many.
_AT_ONCE = 500
_TWICE = Labels("定义了两次", "is defined twice")
_OWN_STAYS = Labels("本机构自己的版本仍然有效", "the installation's own version stays in force")
_FROZEN = Labels("已冻结，只能改 `lifecycle`", "is frozen; only its `lifecycle` may change")


@dataclass(frozen=True, slots=True)
class Edit:
    """A definition as it shall be in one layer; without a `body` it goes. `pack` says who brings it."""

    kind: str
    key: str
    body: Body | None
    layer: Layer = "own"
    pack: str = ""

    @classmethod
    def of(cls, body: Body) -> Edit:
        """Return the edit by which the installation has `body` as its own."""
        return cls(str(body.get("kind", "")), str(body.get("key", "")), body)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change would do, in the order in which it would be done; empty when all is already so."""

    changes: tuple[Change, ...]
    edits: tuple[Edit, ...] = ()

    @property
    def destructive(self) -> tuple[Change, ...]:
        """The changes that need consent."""
        return tuple(change for change in self.changes if change.destructive)


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that a change gives another value: its place in the definition (`fields[name].labels.zh`), old and new.

    What there was not, or is no more, is None.
    """

    place: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Revision:
    """One step in the life of a definition: what it was made into, by whom, when, why, in which change."""

    change: uuid.UUID
    revision: int
    layer: Layer
    pack: str
    at: datetime
    actor: str
    reason: str
    before: Body | None
    after: Body | None


def differences(change: Change) -> list[Difference]:
    """Return what a step changes key by key; nothing of what is new or goes as a whole."""
    if change.before is None or change.after is None:
        return []
    written = [one.model_dump(mode="json", by_alias=True, exclude_unset=True) for one in (change.before, change.after)]
    return list(_differences("", *written))


def _nameless(before: object, after: object) -> tuple[list[object], list[object]] | None:
    """Of two lists of parts without keys, such as the grants of a role: what went and what came."""
    if not isinstance(before, list) or not isinstance(after, list):
        return None
    if not all(isinstance(one, Mapping) for one in (*before, *after)):
        return None
    gone, added = [one for one in before if one not in after], [one for one in after if one not in before]
    return (gone, added) if gone or added else None


def _differences(place: str, before: object, after: object) -> Iterator[Difference]:
    """Parts that have a key are known by it, so that a part in between moves none of the others."""
    old, new = _parts(before), _parts(after)
    if (old is None or new is None) and (came := _nameless(before, after)):
        gone, added = came
        yield from (Difference(place, one, None) for one in gone)
        yield from (Difference(place, None, one) for one in added)
        return
    if old is None or new is None:
        if before != after:
            yield Difference(place, before, after)
        return
    listed = isinstance(before, list)
    for key in {**old, **new}:
        inside = f"{place}[{key}]" if listed else f"{place}.{key}" if place else key
        yield from _differences(inside, old.get(key), new.get(key))
    if listed and old.keys() == new.keys() and list(old) != list(new):
        yield Difference(place, list(old), list(new))


def _parts(value: object) -> Mapping[str, object] | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(part, dict) and "key" in part for part in value):
        found = {str(part["key"]): part for part in value}
        return found if len(found) == len(value) else None
    return None


def check(edits: Sequence[Edit], unread: Sequence[UnreadText] = ()) -> list[Fault]:
    """Return every fault of the definitions that `edits` would give, beside files of which only the text is known."""
    return _planned(edits, unread)[1]


def plan(edits: Sequence[Edit]) -> Plan:
    """Return what `edits` would change. Raises DefinitionsBroken with every finding."""
    found, faults = _planned(edits)
    if faults:
        raise DefinitionsBroken(faults)
    return found


def change(edits: Sequence[Edit], *, reason: str, consent: bool = False, pauses: Sequence[float] = _PAUSES) -> Plan:
    """Apply `edits` and return what was changed; an installation that already agrees is left alone.

    Raises DefinitionsBroken, DestructiveChange unless `consent` is given, and DefinitionInUse where something that
    runs (a campaign) would lose a definition: that no consent overrides.
    """

    def changed() -> Plan:
        with database.writing():
            return _change(edits, reason, consent)

    return once_tables_are_free(changed, pauses=pauses)


def _change(edits: Sequence[Edit], reason: str, consent: bool) -> Plan:
    DefinitionVersion.objects.select_for_update().get()
    definitions.forget()  # whoever held the lock may have changed what this transaction has read
    planned = plan(edits)
    _refuse(planned, consent)
    if planned.edits:
        _store(planned, reason)
        definitions.renew()
        _applied(planned.changes)
        # What rooms made of the definitions (tables, users) is part of the version that readers see.
        definitions.renew()
    return planned


def once_tables_are_free(change: Callable[[], T], *, pauses: Sequence[float] = _PAUSES) -> T:
    """Return what `change` returns, one transaction; try again after each of `pauses` where a table of it is in use.

    Each time it waits briefly, so that readers who come after it are not kept waiting behind it. Inside a transaction
    the one who began that tries again. Raises TablesInUse: nothing was changed.
    """
    for pause in (*pauses, None):
        try:
            return change()
        except OperationalError as error:
            if connection.in_atomic_block or not isinstance(error.__cause__, LockNotAvailable):
                raise
        if pause is not None:
            time.sleep(pause)
    raise TablesInUse()


def undo(change_uid: uuid.UUID, *, consent: bool = False, pauses: Sequence[float] = _PAUSES) -> Plan:
    """Take a change back: every definition becomes what it was before.

    Raises UnknownChange, AlreadyUndone, and ChangedSince when a later change of one of them still holds.
    """

    def undone() -> Plan:
        with database.writing():
            DefinitionVersion.objects.select_for_update().get()
            return _change(_back(change_uid), _undoing(change_uid), consent)

    return once_tables_are_free(undone, pauses=pauses)


def newest() -> int:
    """Return the number of the newest step of all definitions; 0 before the first."""
    step = DefinitionRevision.objects.order_by("-id").values_list("id", flat=True).first()
    return step or 0


def refuse_changed(edits: Iterable[Edit], since: int) -> None:
    """Raise ChangedMeanwhile where somebody has changed one of the definitions after step `since`."""
    for edit in edits:
        steps = DefinitionRevision.objects.filter(kind=edit.kind, key=edit.key, layer=edit.layer, id__gt=since)
        later = steps.select_related("change").order_by("-id").first()
        if later is not None:
            by = later.change
            raise ChangedMeanwhile(definition=f"{edit.kind} {edit.key}", at=by.at, actor=by.actor)


def _undoing(change_uid: uuid.UUID) -> str:
    """The reason that the history gives for an undo: a second one is told by it."""
    return f"undo {change_uid}"


def _back(change_uid: uuid.UUID) -> list[Edit]:
    """The edits that take a change back; what came after it has to be taken back before."""
    row = DefinitionChange.objects.filter(uid=change_uid).first()
    if row is None:
        raise UnknownChange(change=str(change_uid))
    edits = []
    for step in DefinitionRevision.objects.filter(change=row).order_by("id"):
        newest = DefinitionRevision.objects.filter(kind=step.kind, key=step.key, layer=step.layer).latest("id")
        if newest.pk != step.pk and newest.change.reason == _undoing(change_uid):
            later = newest.change
            raise AlreadyUndone(change=str(change_uid), at=later.at, actor=later.actor, undo=str(later.uid))
        # What came later and was taken back left the definition as this change had made it.
        if (newest.after, newest.pack) != (step.after, step.pack):
            raise ChangedSince(definition=f"{step.kind} {step.key}", at=newest.change.at, actor=newest.change.actor)
        edits.append(Edit(step.kind, step.key, step.before, cast(Layer, step.layer), step.pack_before))
    return edits


def differing(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits of which the installation's definitions know nothing yet; nothing is checked."""
    rows = _rows()
    return [edit for edit in edits if _differs(edit, rows)]


def history(kind: str, key: str) -> list[Revision]:
    """Return the revisions of a definition, newest first. Raises UnknownDefinition."""
    rows = DefinitionRevision.objects.filter(kind=kind, key=key).select_related("change").order_by("-id")
    found = [
        Revision(
            row.change.uid,
            row.revision,
            cast(Layer, row.layer),
            row.pack,
            row.change.at,
            row.change.actor,
            row.change.reason,
            row.before,
            row.after,
        )
        for row in rows
    ]
    if not found:
        raise _unknown(kind, key)
    return found


def export(kind: str, key: str) -> Body:
    """Return a definition as it is written, the installation's own before a pack's. Raises UnknownDefinition."""
    row = StoredDefinition.objects.filter(kind=kind, key=key).order_by("layer").first()  # "own" before "pack"
    if row is None:
        raise _unknown(kind, key)
    return dict(row.body)


def _unknown(kind: str, key: str) -> UnknownDefinition:
    """That there is no such definition, with those there are: of the kind, or the kinds."""
    has = list(StoredDefinition.objects.filter(kind=kind).order_by("key").values_list("key", flat=True).distinct())
    return UnknownDefinition(kind=kind, key=key, has=has or [known.name for known in definitions.kinds()])


def _planned(edits: Sequence[Edit], unread: Sequence[UnreadText] = ()) -> tuple[Plan, list[Fault]]:
    rows = _rows()
    wanted = [edit for edit in edits if _differs(edit, rows)]
    faults = [*_doubled(wanted), *_misnamed(wanted), *_rekeyed(wanted, rows.values())]
    before = Snapshot(-1, definition_store.effective())
    after, readings, unknown = _after(wanted, rows, before)
    faults += unknown
    faults += [Fault(*name, finding) for name, reading in readings.items() for finding in reading.findings]
    strange = [
        str(edit.body) for edit in wanted if edit.body is not None and not definition_checks.kind_of(edit.body)[0]
    ]
    checked = definition_checks.check(after, readings, [*unread, *strange])
    faults += [Fault(*name, finding) for name, finding in checked]
    if faults:
        return Plan(()), faults
    changes = _changes(wanted, before, after)
    refused = [Fault(change.kind, change.key, fault) for change in changes for fault in change.faults]
    return Plan(tuple(changes), tuple(wanted)), [*refused, *_frozen(changes)]


_Rows: TypeAlias = Mapping[tuple[str, str, str], StoredDefinition]


def _rows() -> _Rows:
    return {(row.kind, row.key, row.layer): row for row in definition_store.stored()}


def _differs(edit: Edit, rows: _Rows) -> bool:
    row = rows.get((edit.kind, edit.key, edit.layer))
    if row is None and edit.layer == "own" and edit.body is not None:
        # As its own the installation only has what it wants otherwise than the packs.
        below = rows.get((edit.kind, edit.key, "pack"))
        return below is None or below.digest != definition_store.digest(edit.body)
    if edit.body is None:
        return row is not None
    return row is None or row.digest != definition_store.digest(edit.body) or row.pack != edit.pack


def _after(edits: Sequence[Edit], rows: _Rows, before: Snapshot) -> tuple[Snapshot, dict[Name, Reading], list[Fault]]:
    """Return the definitions after the edits, how each of them reads, and the edits whose kind nobody knows.

    The installation's own stay before what packs bring, which is read all the same.
    """
    values = {name: dict(of_kind) for name, of_kind in before.written.items()}
    readings = {(found.kind, found.key): Reading.of(found, {}) for found in before}
    faults = []
    for edit in edits:
        below = rows.get((edit.kind, edit.key, "pack")) if edit.layer == "own" else None
        body = edit.body if edit.body is not None else below.body if below else None
        covered = edit.layer == "pack" and (edit.kind, edit.key, "own") in rows
        kind, unknown = definition_checks.kind_of(body) if body is not None else (None, [])
        faults += [Fault(edit.kind, edit.key, finding) for finding in unknown]
        reading = definition_reading.read(body, kind) if kind and body is not None else None
        if covered:
            faults += [Fault(edit.kind, edit.key, finding) for finding in (reading.findings if reading else ())]
            continue
        readings.pop((edit.kind, edit.key), None)
        values.setdefault(edit.kind, {}).pop(edit.key, None)
        if kind is not None and reading is not None:
            readings[kind.name, edit.key] = reading
            if reading.value is not None:
                values.setdefault(kind.name, {})[reading.value.key] = reading.value
    return Snapshot(-1, values), readings, faults


def _doubled(edits: Iterable[Edit]) -> list[Fault]:
    seen: set[tuple[str, str, str]] = set()
    faults = []
    for edit in edits:
        if (edit.kind, edit.key, edit.layer) in seen:
            faults.append(Fault(edit.kind, edit.key, Finding("definition.doubled", _TWICE, ("key",))))
        seen.add((edit.kind, edit.key, edit.layer))
    return faults


def _misnamed(edits: Iterable[Edit]) -> list[Fault]:
    """Edits that would keep a definition under another kind or key than its own."""
    faults = []
    for edit in edits:
        for name, kept in (("kind", edit.kind), ("key", edit.key)):
            said = edit.body.get(name) if edit.body is not None else None
            if isinstance(said, str) and said and said != kept:
                words = Labels(
                    f"写的 {name} 是“{said}”，却要存为“{kept}”",
                    f"says it is {name} '{said}' and would be kept as '{kept}'",
                )
                faults.append(Fault(edit.kind, edit.key, Finding("definition.misnamed", words, (name,))))
    return faults


def _rekeyed(edits: Sequence[Edit], rows: Collection[StoredDefinition]) -> list[Fault]:
    """Definitions whose uuid the installation knows under another key, or their key under another uuid in that layer.

    Keys are frozen at birth and belong to one identity; labels change.
    """
    known = {row.uuid: (row.kind, row.key) for row in rows}
    born = {(row.kind, row.key, row.layer): row.uuid for row in rows}
    gone = {(edit.kind, edit.key) for edit in edits if edit.body is None}
    faults = []
    for edit in edits:
        if edit.body is None or not edit.kind or not edit.key:
            continue
        try:
            identity = definition_store.identity(edit.body)
        except (ValueError, KeyError):
            continue  # the model says what a uuid is, and that a key is missing
        there = known.setdefault(identity, (edit.kind, edit.key))
        kept = born.get((edit.kind, edit.key, edit.layer), identity)
        if there != (edit.kind, edit.key):
            found = _key_frozen(identity, there) if there in gone else _uuid_taken(identity, there)
            faults.append(Fault(edit.kind, edit.key, found))
        elif kept != identity:
            said = Labels(
                f"本机构中 {edit.kind} {edit.key} 的 uuid 是 {kept}，不能更改",
                f"{edit.kind} {edit.key} has the uuid {kept} in this installation and keeps it",
            )
            faults.append(Fault(edit.kind, edit.key, Finding("definition.uuid_frozen", said, ("uuid",))))
    return faults


def _key_frozen(identity: uuid.UUID, there: Name) -> Finding:
    """A definition that would go on under another key."""
    name = " ".join(there)
    said = Labels(
        f"本机构中 uuid {identity} 是 {name}，键名不能更改；请只改 `labels`，或给新定义另一个 uuid",
        f"uuid {identity} is {name} in this installation and keeps that key;"
        " change its labels, or give the new definition a uuid of its own",
    )
    return Finding("definition.key_frozen", said, ("key",))


def _uuid_taken(identity: uuid.UUID, there: Name) -> Finding:
    """A definition with the uuid of another one that stays: a file was copied."""
    name = " ".join(there)
    said = Labels(
        f"uuid {identity} 已属于 {name}；请换一个 uuid，或删去这一行",
        f"uuid {identity} belongs to {name}; give this definition another one, or leave the line out",
    )
    return Finding("definition.key_frozen", said, ("uuid",))


def _changes(edits: Sequence[Edit], before: Snapshot, after: Snapshot) -> list[Change]:
    users, rows = _users(before), _row_users(edits)
    found = []
    for edit in edits:
        old, new = before.written.get(edit.kind, {}).get(edit.key), after.written.get(edit.kind, {}).get(edit.key)
        if old is new and edit.layer == "pack":
            if old is not None and edit.body is not None:
                found.append(Change(edit.kind, edit.key, "update", old, new, notes=(_OWN_STAYS,)))
            continue
        if old is None and new is None:
            continue
        change = Change(
            edit.kind, edit.key, "create" if old is None else "remove" if new is None else "update", old, new
        )
        if old is not None:
            change = replace(
                change, users=(*users.get((edit.kind, edit.key), ()), *rows.get((edit.kind, edit.key), ()))
            )
        if change.action == "remove":
            change = replace(change, destructive=True)
        kind = definitions.kind_named(edit.kind)
        found.append(kind.classify(change, after) if kind else change)
    order = {kind.name: number for number, kind in enumerate(definitions.kinds())}
    return sorted(found, key=lambda one: order.get(one.kind, 0))


def _users(everything: Snapshot) -> dict[tuple[str, str], list[User]]:
    found: dict[tuple[str, str], list[User]] = {}
    for definition in everything:
        for used in definition_checks.uses_of(definition, everything):
            user = User(definition.kind, definition.key, definition.labels)
            found.setdefault(used, []).append(user)
    return found


def _row_users(edits: Sequence[Edit]) -> dict[Name, list[User]]:
    """Return what of the rooms' rows uses what is edited, asked for once a kind."""
    keys: dict[str, list[str]] = {}
    for edit in edits:
        keys.setdefault(edit.kind, []).append(edit.key)
    found = {kind: definitions.row_users(kind, of_kind) for kind, of_kind in keys.items()}
    return {(kind, key): users for kind, of_kind in found.items() for key, users in of_kind.items()}


def _frozen(changes: Iterable[Change]) -> list[Fault]:
    """Changes of what is frozen: only its lifecycle may still move."""
    faults = []
    today = clock.today()
    for change in changes:
        if not isinstance(change.before, Staged) or "frozen" not in change.before.states(today):
            continue
        after = change.after
        if isinstance(after, Staged) and after == change.before.model_copy(update={"lifecycle": after.lifecycle}):
            continue
        faults.append(Fault(change.kind, change.key, Finding("definition.frozen", _FROZEN, ("lifecycle",))))
    return faults


def _refuse(planned: Plan, consent: bool) -> None:
    for change in planned.changes:
        users = [user for user in change.users if user.holds]
        if change.action == "remove" and users:
            names = [f"{user.kind} {user.labels['zh']}" for user in users]
            raise DefinitionInUse(definition=f"{change.kind} {change.key}", users=names)
    if planned.destructive and not consent:
        names = [f"{change.action} {change.kind} {change.key}" for change in planned.destructive]
        raise DestructiveChange(count=len(names), changes=names)


def _store(planned: Plan, reason: str) -> None:
    """Write what was planned and what was before, in as many statements for a thousand definitions as for one."""
    change = DefinitionChange.objects.create(uid=uuid7(), at=clock.now(), actor=context.current().actor, reason=reason)
    rows = _rows()
    steps: list[DefinitionRevision] = []
    made: list[StoredDefinition] = []
    kept: list[StoredDefinition] = []
    gone: list[int] = []
    for edit in planned.edits:
        here = rows.get((edit.kind, edit.key, edit.layer))
        step = _step(change, edit, here)
        steps.append(step)
        if edit.body is None:
            gone += [here.pk] if here else []
            continue
        row = here or StoredDefinition(kind=edit.kind, key=edit.key, layer=edit.layer)
        row.uuid, row.pack, row.revision = definition_store.identity(edit.body), edit.pack, step.revision
        row.body, row.digest = dict(edit.body), definition_store.digest(edit.body)
        (kept if here else made).append(row)
    DefinitionRevision.objects.bulk_create(steps, batch_size=_AT_ONCE)
    StoredDefinition.objects.filter(pk__in=gone).delete()
    StoredDefinition.objects.bulk_update(kept, ["uuid", "pack", "revision", "body", "digest"], batch_size=_AT_ONCE)
    StoredDefinition.objects.bulk_create(made, batch_size=_AT_ONCE)


def _step(change: DefinitionChange, edit: Edit, here: StoredDefinition | None) -> DefinitionRevision:
    """What the history keeps of an edit."""
    return DefinitionRevision(
        change=change,
        kind=edit.kind,
        key=edit.key,
        layer=edit.layer,
        pack=edit.pack,
        pack_before=here.pack if here else edit.pack,
        revision=(here.revision if here else 0) + 1,
        before=dict(here.body) if here else None,
        after=dict(edit.body) if edit.body is not None else None,
    )


def _applied(changes: Sequence[Change]) -> None:
    for kind in definitions.kinds():
        of_kind = [change for change in changes if change.kind == kind.name and change.before is not change.after]
        if of_kind:
            kind.applied(of_kind)


__all__ = ["Edit", "Fault", "Plan", "Revision", "change", "check", "differing", "export", "history", "plan", "undo"]
