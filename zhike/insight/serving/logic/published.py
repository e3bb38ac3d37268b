"""The published wide rows: a file that each process reads from disk, opened once a publication; one session per thread."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy
import pyarrow
from pyroaring import BitMap

from zhike.expressions import trees
from zhike.expressions.types import Schema
from zhike.insight.serving.errors import NothingToCount
from zhike.insight.serving.logic import served_files
from zhike.insight.serving.logic.columns import schema_of, wide_columns
from zhike.insight.serving.logic.served_files import DATASET
from zhike.insight.serving.types import WideColumn
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel import clock, definitions
from zhike.platform.organization import api as organization

SCOPE = "viewer_scope"
#: Scopes that each thread keeps beside the rows; one of 600,000 customers has 5 MB.
_KEPT_SCOPES = 3


@dataclass(frozen=True)
class Published:
    """The wide rows of one publication: `names` are the columns that its table has, `parties` the inner ids in it."""

    publication: int
    business_date: date
    names: frozenset[str]
    parties: BitMap = field(repr=False)
    _session: Session = field(repr=False)
    _held: ExitStack = field(repr=False)
    _sessions: threading.local = field(default_factory=threading.local, repr=False)

    @contextmanager
    def session(self, scope: BitMap | None = None) -> Iterator[Session]:
        """Give the thread's session over the table `wide`; with a scope its ids are the rows of `viewer_scope`."""
        if not hasattr(self._sessions, "own"):
            self._sessions.own, self._sessions.scopes = self._session.beside(), _Scopes()
        session: Session = self._sessions.own
        with session.limited():
            if scope is not None:
                self._sessions.scopes.show(session, scope)
            yield session


class _Scopes:
    """The scopes that a session was asked in last, each kept as a table: the engine knows more of one than of an array,
    and answers twelve conditions in a scope in four fifths of the time."""

    def __init__(self) -> None:
        self._kept: list[tuple[BitMap, str]] = []
        self._made = 0

    def show(self, session: Session, scope: BitMap) -> None:
        """Let `viewer_scope` have the ids of a scope."""
        found = next((kept for kept in self._kept if kept[0] == scope), None)
        if found is None:
            found = BitMap(scope), self._table(session, scope)
            for _ids, table in self._kept[_KEPT_SCOPES - 1 :]:
                session.drop(table)
        elif found is self._kept[0]:
            return
        others = [kept for kept in self._kept if kept is not found]
        self._kept = [found, *others[: _KEPT_SCOPES - 1]]
        session.call(SCOPE, trees.sql("select party_id from _rows", rows=trees.kept(found[1])))

    def _table(self, session: Session, scope: BitMap) -> str:
        self._made += 1
        table = f"scope_{self._made}"
        ids = numpy.frombuffer(scope.to_array(), dtype=numpy.uint32).astype(numpy.int64)
        session.give("ids", pyarrow.table({"party_id": ids}))
        try:
            session.keep(table, trees.sql("select party_id from ids"))
        finally:
            session.take_back("ids")
        return table


@dataclass(frozen=True)
class Terms:
    """What conditions may name on one publication under one version of the definitions; `units` are the ids by code."""

    business_date: date
    columns: Mapping[str, WideColumn]
    schema: Schema
    units: Mapping[str, int] = field(default_factory=dict)
    compiled: dict[str, Any] = field(default_factory=dict)


_lock = threading.Lock()
_current: Published | None = None


def published() -> Published:
    """Return the newest published wide rows, opened on first use. Raises NothingToCount before there are any."""
    global _current
    publication = warehouse.publication()
    if publication is None or DATASET not in publication.versions:
        raise NothingToCount()
    found = _current
    if found is not None and found.publication == publication.id:
        return found
    with _lock:
        if _current is None or _current.publication != publication.id:
            # The rows before these close by themselves when the last question about them is answered.
            _current = _open(publication)
        return _current


def terms(table: Published | None) -> Terms:
    """Return what conditions may name: the defined columns that the published rows have; all, before there are any."""

    def build(_everything: definitions.Snapshot) -> Terms:
        columns = {key: found for key, found in wide_columns().items() if table is None or key in table.names}
        units = {unit.code: unit.id for unit in organization.all_units()}
        return Terms(table.business_date if table else clock.today(), columns, schema_of(columns), units)

    return definitions.derive(f"serving.terms:{table.publication if table else None}", build)


def _open(publication: PublicationInfo) -> Published:
    file = served_files.of(publication)
    held = ExitStack()
    try:
        session = held.enter_context(warehouse.session(file=file))
        names = frozenset(session.columns(trees.kept(served_files.TABLE)))
        ids = session.arrow(trees.sql("select party_id from wide"))["party_id"].to_numpy().astype(numpy.uint32)
        parties = BitMap(array("I", ids.tobytes()))
    except BaseException:
        held.close()
        raise
    return Published(publication.id, publication.business_date, names, parties, session, held)
