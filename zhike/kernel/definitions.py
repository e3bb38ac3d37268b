"""The definitions this installation runs on, and the kinds of definition its rooms own.

A room registers a `Kind` when the application starts; packs are checked, planned and applied through it. Engines
read `all_of(kind)`, an immutable snapshot of one version; the version is a number read in the caller's own
transaction, so no process ever acts on a catalogue the database no longer has.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a definition: where, which rule, and a sentence that says what exists."""

    code: str
    message: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan: `action` is create, update or remove; `destructive` steps need consent."""

    kind: str
    key: str
    action: str
    before: Body | None
    after: Body | None
    destructive: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All definitions of one version: `bodies[kind][key]`."""

    version: int
    bodies: Mapping[str, Mapping[str, Body]]

    def of(self, kind: str) -> Mapping[str, Body]:
        """Return the definitions of `kind` by key; none gives an empty mapping."""
        return self.bodies.get(kind, MappingProxyType({}))


def _no_findings(_body: Body, _all: Snapshot) -> list[Finding]:
    return []


def _nothing_to_do(_changes: Sequence[Change]) -> None:
    return None


def _plain(change: Change, _all: Snapshot) -> Change:
    return change


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of definition: how it is checked, what a change of it means, what follows from applying it.

    Kinds apply in the order of `order`; `applied` runs once per apply with the changes of its kind, inside the
    applying transaction.
    """

    name: str
    order: int
    check: Callable[[Body, Snapshot], list[Finding]] = field(default=_no_findings)
    classify: Callable[[Change, Snapshot], Change] = field(default=_plain)
    applied: Callable[[Sequence[Change]], None] = field(default=_nothing_to_do)


_kinds: dict[str, Kind] = {}
_lock = threading.Lock()
_snapshot: Snapshot | None = None
_derived: dict[tuple[int, str], object] = {}
_pinned: ContextVar[list[Snapshot] | None] = ContextVar("zhike_pinned_definitions", default=None)


def register(kind: Kind) -> None:
    """Make `kind` known; called by the room that owns it when the application starts."""
    _kinds[kind.name] = kind


def kinds() -> list[Kind]:
    """Return every registered kind in the order in which they apply."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name))


def version() -> int:
    """Return the current version, read in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select max(version) from kernel_definitionversion")
        row = cursor.fetchone()
    return row[0] or 0


def snapshot() -> Snapshot:
    """Return the definitions as the caller's transaction sees them."""
    global _snapshot
    pinned = _pinned.get()
    if pinned:
        return pinned[0]
    current = version()
    with _lock:
        if _snapshot is None or _snapshot.version != current:
            _snapshot = _read(current)
            _derived.clear()
        found = _snapshot
    if pinned is not None:
        pinned.append(found)
    return found


@contextmanager
def pinned() -> Iterator[None]:
    """Let everything in the block (a request, a transaction) act on the one snapshot it first reads."""
    if _pinned.get() is not None:
        yield
        return
    token = _pinned.set([])
    try:
        yield
    finally:
        _pinned.reset(token)


def all_of(kind: str) -> Mapping[str, Body]:
    """Return the definitions of `kind` by key."""
    return snapshot().of(kind)


def derive(name: str, build: Callable[[Snapshot], T]) -> T:
    """Return `build(snapshot())`, built once per version: how a room keeps its parsed catalogue."""
    current = snapshot()
    key = (current.version, name)
    if key not in _derived:
        _derived[key] = build(current)
    return _derived[key]  # type: ignore[return-value]


def forget() -> None:
    """Drop the cached and the pinned snapshot: after the definitions changed in this very transaction."""
    global _snapshot
    held = _pinned.get()
    if held:
        held.clear()
    with _lock:
        _snapshot = None
        _derived.clear()


def _read(current: int) -> Snapshot:
    from zhike.kernel.models import Definition

    bodies: dict[str, dict[str, Body]] = {}
    for row in Definition.objects.order_by("kind", "key"):
        bodies.setdefault(row.kind, {})[row.key] = MappingProxyType(row.body)
    frozen = {kind: MappingProxyType(found) for kind, found in bodies.items()}
    return Snapshot(current, MappingProxyType(frozen))
