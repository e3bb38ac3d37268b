"""The published wide rows: a file that each process reads from disk, opened once a publication; one cursor per thread."""

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

from zhike.expressions.types import Schema
from zhike.insight.audiences.errors import NothingToCount
from zhike.insight.audiences.logic import served_files
from zhike.insight.audiences.logic.columns import WideColumn, schema_of, wide_columns
from zhike.insight.audiences.logic.served_files import DATASET
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel import clock, definitions, time_limits
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
    _connection: Any = field(repr=False)
    _held: ExitStack = field(repr=False)
    _cursors: threading.local = field(default_factory=threading.local, repr=False)

    @contextmanager
    def cursor(self, scope: BitMap | None = None) -> Iterator[Any]:
        """Give the thread's cursor over the table `wide`; with a scope its ids are the relation `viewer_scope`."""
        if not hasattr(self._cursors, "own"):
            self._cursors.own, self._cursors.scopes = self._connection.cursor(), _Scopes()
        cursor = self._cursors.own
        with time_limits.stopping(cursor.interrupt):
            if scope is not None:
                self._cursors.scopes.show(cursor, scope)
            yield cursor


class _Scopes:
    """The scopes that a cursor was asked in last, each in a table: the engine knows more of one than of an array, and
    answers twelve conditions in a scope in four fifths of the time."""

    def __init__(self) -> None:
        self._kept: list[tuple[BitMap, str]] = []
        self._made = 0

    def show(self, cursor: Any, scope: BitMap) -> None:
        """Let `viewer_scope` have the ids of a scope."""
        found = next((kept for kept in self._kept if kept[0] == scope), None)
        if found is None:
            found = BitMap(scope), self._table(cursor, scope)
            for _ids, table in self._kept[_KEPT_SCOPES - 1 :]:
                cursor.execute(f"drop table {table}")
        elif found is self._kept[0]:
            return
        others = [kept for kept in self._kept if kept is not found]
        self._kept = [found, *others[: _KEPT_SCOPES - 1]]
        cursor.execute(f"create or replace temporary view {SCOPE} as select party_id from {found[1]}")

    def _table(self, cursor: Any, scope: BitMap) -> str:
        self._made += 1
        table = f"scope_{self._made}"
        ids = numpy.frombuffer(scope.to_array(), dtype=numpy.uint32).astype(numpy.int64)
        cursor.register("ids", pyarrow.table({"party_id": ids}))
        try:
            cursor.execute(f"create temporary table {table} as select party_id from ids")
        finally:
            cursor.unregister("ids")
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

    return definitions.derive(f"audiences.terms:{table.publication if table else None}", build)


def _open(publication: PublicationInfo) -> Published:
    file = served_files.of(publication)
    held = ExitStack()
    try:
        connection = held.enter_context(warehouse.session(file=file))
        names = frozenset(row[0] for row in connection.execute("describe wide").fetchall())
        ids = connection.execute("select party_id from wide").fetchnumpy()["party_id"]
        parties = BitMap(array("I", numpy.asarray(ids, dtype=numpy.uint32).tobytes()))
    except BaseException:
        held.close()
        raise
    return Published(publication.id, publication.business_date, names, parties, connection, held)
