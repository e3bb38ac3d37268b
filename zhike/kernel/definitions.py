"""The definitions this installation runs on, and the kinds of definition its rooms own.

A room registers a `Kind` when the application starts: one model that checks a definition, describes it and is the value
engines read. Engines read `all_of(Model)`, an immutable snapshot of one version; the version is a number read in the
caller's own transaction, so no process ever acts on a catalogue the database no longer has.

How definitions change is `kernel.definition_changes`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, cast

from django.db import connection

from zhike.kernel.definition_parts import Definition, Labels
from zhike.kernel.definition_parts import Finding as Finding

T = TypeVar("T")
D = TypeVar("D", bound=Definition)
#: A definition as it is written and stored.
Body = Mapping[str, object]
Action = Literal["create", "update", "remove"]


@dataclass(frozen=True, slots=True)
class User:
    """Something that uses a definition. One that `holds` keeps the definition from going: a running campaign."""

    kind: str
    key: str
    labels: Labels
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan; `destructive` steps need consent. `users` are those of what changes or goes.

    `faults` say why a step cannot be taken at all, whatever the definitions themselves are worth.
    """

    kind: str
    key: str
    action: Action
    before: Definition | None
    after: Definition | None
    destructive: bool = False
    notes: tuple[Labels, ...] = ()
    users: tuple[User, ...] = ()
    faults: tuple[Finding, ...] = ()


class Snapshot:
    """All definitions of one version, parsed: `of(Model)` by key.

    Extensions (definitions of a kind that `extends` another) are already part of what they extend.
    """

    def __init__(self, version: int, values: Mapping[str, Mapping[str, Definition]]) -> None:
        self.version = version
        self.written = values
        self._derived: dict[str, object] = {}
        self._composed = {name: MappingProxyType(dict(found)) for name, found in _composed(values).items()}

    def of(self, model: type[D]) -> Mapping[str, D]:
        """Return the definitions of a model by key; none gives an empty mapping."""
        return cast(Mapping[str, D], self.named(model.kind_name()))

    def named(self, kind: str) -> Mapping[str, Definition]:
        """Return the definitions of a kind by key."""
        return self._composed.get(kind, MappingProxyType({}))

    def derive(self, name: str, build: Callable[[Snapshot], T]) -> T:
        """Return `build(self)`, built once: how a room keeps what it makes of the definitions."""
        if name not in self._derived:
            self._derived[name] = build(self)
        return cast(T, self._derived[name])

    def __iter__(self) -> Iterator[Definition]:
        """Yield every definition, as it is written."""
        return (found for of_kind in self.written.values() for found in of_kind.values())


def _nothing_found(_definition: Any, _everything: Snapshot) -> Iterable[Finding]:
    return ()


def _no_uses(_definition: Any, _everything: Snapshot) -> Iterable[tuple[str, str]]:
    return ()


def _plain(change: Change, _everything: Snapshot) -> Change:
    return change


def _nothing_to_do(_changes: Sequence[Change]) -> None:
    return None


def _unchanged(_extension: Any, base: Any) -> Any:
    return base


@dataclass(frozen=True, slots=True)
class Kind(Generic[D]):
    """A kind of definition: its model, and what the room that owns it knows beyond the model.

    `check` finds what only other definitions can tell (references marked by `Refers` are checked for every kind).
    `uses` names (kind, key) of definitions that are used without a mark: in expressions. `classify` says what a change
    means, `applied` runs once per change of definitions with the changes of its kind, inside the transaction.
    `extends` names the kind that definitions of this one add to: `extend(this, base)` returns the wider base; the
    definition says which by its `of`. Kinds apply in the order of `order`.
    """

    model: type[D]
    order: int
    check: Callable[[D, Snapshot], Iterable[Finding]] = field(default=_nothing_found)
    uses: Callable[[D, Snapshot], Iterable[tuple[str, str]]] = field(default=_no_uses)
    classify: Callable[[Change, Snapshot], Change] = field(default=_plain)
    applied: Callable[[Sequence[Change]], None] = field(default=_nothing_to_do)
    extends: str = ""
    extend: Callable[[D, Any], Any] = field(default=_unchanged)

    @property
    def name(self) -> str:
        """The word after `kind:`."""
        return self.model.kind_name()


Users = Callable[[Sequence[str]], Mapping[str, Sequence[User]]]

_kinds: dict[str, Kind[Any]] = {}
_users: dict[str, list[Users]] = {}
_lock = threading.Lock()
_snapshot: Snapshot | None = None
_pinned: ContextVar[list[Snapshot] | None] = ContextVar("zhike_pinned_definitions", default=None)


def register(kind: Kind[D]) -> None:
    """Make `kind` known; called by the room that owns it when the application starts."""
    _kinds[kind.name] = kind


def register_users(kind: str, find: Users) -> None:
    """Let a room name what of its own rows uses definitions of `kind`: `find(keys)` returns users by key."""
    _users.setdefault(kind, []).append(find)


def kinds() -> list[Kind[Any]]:
    """Return every registered kind in the order in which they apply."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name))


def kind_named(name: str) -> Kind[Any] | None:
    """Return the kind called `name`, if a room owns it."""
    return _kinds.get(name)


def row_users(kind: str, keys: Sequence[str]) -> dict[str, list[User]]:
    """Return what of the rooms' rows uses definitions of `kind`, by key."""
    found: dict[str, list[User]] = {}
    for find in _users.get(kind, ()):
        for key, users in find(keys).items():
            found.setdefault(key, []).extend(users)
    return found


def version() -> int:
    """Return the current version, read in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select max(version) from kernel_definitionversion")
        row = cursor.fetchone()
    return row[0] or 0


def snapshot() -> Snapshot:
    """Return the definitions as the caller's transaction sees them."""
    held = _pinned.get()
    if held:
        return held[0]
    found = _of_version(version())
    if held is not None:
        held.append(found)
    return found


def pin(version: int) -> None:
    """Let the pinned block act on `version`, which the caller has read in its transaction, unless it read one before."""
    held = _pinned.get()
    if held is not None and not held:
        held.append(_of_version(version))


def _of_version(current: int) -> Snapshot:
    global _snapshot
    with _lock:
        if _snapshot is None or _snapshot.version != current:
            from zhike.kernel import definition_store

            _snapshot = Snapshot(current, definition_store.effective())
        return _snapshot


@contextmanager
def pinned(*, anew: bool = False) -> Iterator[None]:
    """Let everything in the block (a request, a transaction) act on the one snapshot it first reads.

    A block inside another acts on that one's snapshot; `anew` it reads one of its own.
    """
    if not anew and _pinned.get() is not None:
        yield
        return
    token = _pinned.set([])
    try:
        yield
    finally:
        _pinned.reset(token)


def all_of(model: type[D]) -> Mapping[str, D]:
    """Return the definitions of a model by key."""
    return snapshot().of(model)


def derive(name: str, build: Callable[[Snapshot], T]) -> T:
    """Return `build(snapshot())`, built once per version: how a room keeps its parsed catalogue."""
    return snapshot().derive(name, build)


def renew() -> None:
    """Give the definitions a version that never was, in the caller's transaction, and forget what was read of the old.

    The number comes from a sequence: it does not come again when the transaction is rolled back, so nothing that was
    read of unfinished work is ever taken for a later version.
    """
    with connection.cursor() as cursor:
        cursor.execute("update kernel_definitionversion set version = nextval('kernel_definition_versions')")
    forget()


def forget() -> None:
    """Drop the cached and the pinned snapshot: after the definitions changed in this very transaction."""
    global _snapshot
    held = _pinned.get()
    if held:
        held.clear()
    with _lock:
        _snapshot = None


def _composed(values: Mapping[str, Mapping[str, Definition]]) -> dict[str, dict[str, Definition]]:
    """The definitions with every extension inside what it extends, in the order of the extensions' keys."""
    found = {name: dict(of_kind) for name, of_kind in values.items()}
    for name, of_kind in values.items():
        kind = _kinds.get(name)
        if kind is None or not kind.extends:
            continue
        bases = found.get(kind.extends, {})
        for key in sorted(of_kind):
            target = str(getattr(of_kind[key], "of", ""))
            if target in bases:
                bases[target] = kind.extend(of_kind[key], bases[target])
    return found
