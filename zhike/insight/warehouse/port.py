"""The port to the analytical engine: rooms hand it trees and get rows; none of them sees the engine or writes its text.

A tree names datasets by `table`, at the version that the session is pinned to, and what it has kept by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import duckdb
import pyarrow as pa
from duckdb.func import PythonUDFType
from sqlglot import exp

from zhike.expressions import trees
from zhike.expressions.trees import Statement, Tree
from zhike.insight.warehouse.errors import UnknownDataset
from zhike.insight.warehouse.logic import engine, tables
from zhike.kernel import folding, time_limits
from zhike.kernel.encryption import keyring

__all__ = ["Session", "Unreadable"]
_BATCH = 20_000
_KEPT_AS = "create or replace temp table"


class Unreadable(Exception):
    """A file is not what a tree reads it as; the text is the engine's."""


class Session:
    """An open session over the warehouse, borrowed from `warehouse.api.session()`.

    A dataset is read at the version of `pins`; without them at the newest one, which stays the same until the session
    itself writes another.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, pins: Mapping[str, int] | None = None) -> None:
        self._connection = connection
        self._pins = pins
        self._opened: dict[str, tables.Opened] = {}
        self._sources: dict[str, Tree] = {}
        self._instead: dict[str, Tree] = {}

    def table(self, dataset: str, *, first: date | None = None, last: date | None = None) -> Tree:
        """Return a dataset as what a tree reads from. Raises UnknownDataset.

        `first` and `last` narrow the files that are opened; filter `business_date` yourself.
        """
        if dataset in self._instead:
            return self._instead[dataset].copy()
        opened = self._open(dataset)
        label = f"{dataset}@{opened.version} {first or ''}..{last or ''}"
        if label not in self._sources:
            self._sources[label] = opened.source(first, last)
        return exp.Table(this=trees.name(label))

    @contextmanager
    def instead(self, dataset: str, tree: Tree) -> Iterator[None]:
        """Let `table` give a kept table in place of a dataset, for the length of the block."""
        self._instead[dataset] = tree
        try:
            yield
        finally:
            del self._instead[dataset]

    def files(self, dataset: str, *, first: date | None = None, last: date | None = None) -> list[str]:
        """Return the files that `table` reads. Raises UnknownDataset."""
        return self._open(dataset).files(first, last)

    def _open(self, dataset: str) -> tables.Opened:
        if dataset not in self._opened:
            if self._pins is not None and dataset not in self._pins:
                raise UnknownDataset(dataset=dataset, has=sorted(self._pins))
            version = None if self._pins is None else self._pins[dataset]
            opened = tables.opened(dataset, version)
            if opened is None:
                raise UnknownDataset(dataset=dataset, has=sorted(tables.versions()))
            self._opened[dataset] = opened
        return self._opened[dataset]

    def keep(self, name: str, tree: Tree) -> None:
        """Keep the rows of a tree for the length of the session, as the table `name`."""
        self._connection.execute(f'{_KEPT_AS} "{_plain(name)}" as {self._text(tree)}')

    def call(self, name: str, tree: Tree) -> None:
        """Let trees read a tree under a name."""
        self._connection.execute(f'create or replace temp view "{_plain(name)}" as {self._text(tree)}')

    def drop(self, name: str) -> None:
        """Forget what was kept."""
        self._connection.execute(f'drop table if exists "{_plain(name)}"')

    def give(self, name: str, rows: pa.Table) -> None:
        """Let trees read rows of the process as the table `name`."""
        self._connection.register(_plain(name), rows)

    def take_back(self, name: str) -> None:
        """Let trees read the given rows no longer."""
        self._connection.unregister(_plain(name))

    def write(self, dataset: str, part: str, tree: Tree, *, sorted_by: Sequence[str] = ()) -> int:
        """Replace one part ("2026-03-17", "latest") of a derived dataset by the rows of a tree; return how many."""
        if sorted_by:
            order = [trees.name(key) for key in sorted_by]
            tree = trees.sql("select * from _rows order by _order", rows=tree, order=order)
        rows = tables.write(self._connection, dataset, part, self._text(tree))
        self.forget(dataset)
        return rows

    def add_columns(self, dataset: str, columns: Mapping[str, Tree]) -> None:
        """Give a dataset the columns that it was written without, each with the value of an expression over its row.

        Parts that have them stay as they are, so an interrupted run can be done again.
        """
        for part, files in tables.parts_of(dataset).items():
            known = tables.names_in(files)
            missing = [exp.alias_(made, key, quoted=True) for key, made in columns.items() if key not in known]
            if missing:
                self.write(
                    dataset,
                    part,
                    trees.sql("select *, _missing from _rows", missing=missing, rows=tables.reading(files)),
                )

    def forget(self, dataset: str) -> None:
        """Read a dataset anew: something beside the session has written it."""
        self._opened.pop(dataset, None)

    def export(self, tree: Tree, file: Path, *, head: bool = True) -> None:
        """Write the rows of a tree as CSV, with a header unless told otherwise."""
        written = f"(format csv, header {'true' if head else 'false'})"
        self._connection.execute(f"copy ({self._text(tree)}) to {tables.quoted(file)} {written}")

    @contextmanager
    def scratch(self, name: str) -> Iterator[Path]:
        """Give a place for a file that trees may read, for the length of the block."""
        with TemporaryDirectory(prefix="session-", dir=engine.scratch()) as folder:
            yield Path(folder) / name

    def csv(self, file: Path, columns: Mapping[str, str]) -> Tree:
        """Return what a tree reads from a CSV file with a header: an empty text is quoted in it, nothing is not."""
        read = trees.sql(
            "read_csv(_file, header = true, auto_detect = false, delim = ',', quote = '\"', allow_quoted_nulls = false,"
            " columns = _columns)",
            file=trees.value(str(file)),
            columns=trees.record({key: trees.value(kind) for key, kind in columns.items()}),
        )
        return exp.Table(this=read)

    def spool(self, tree: Tree, file: Path) -> Tree:
        """Write the rows of a tree as Parquet, so that nothing of them stays in memory; return what reads them. Raises Unreadable."""
        kept = f"{tables.quoted(file)} (format parquet, row_group_size 30720)"
        try:
            self._connection.execute(f"copy ({self._text(tree)}) to {kept}")
        except duckdb.InvalidInputException as error:
            raise Unreadable(str(error).splitlines()[0]) from error
        return tables.reading([str(file)])

    def save(self, tree: Tree, file: Path, *, table: str) -> None:
        """Make a file of the engine with the rows of a tree as its one table."""
        self._connection.execute(f"attach {tables.quoted(file)} as saved")
        self._connection.execute(f"create table saved.{_plain(table)} as {self._text(tree)}")
        self._connection.execute("detach saved")

    def beside(self) -> Session:
        """Return a session over the same rows for another thread."""
        return Session(self._connection.cursor(), self._pins)

    def rows(self, tree: Tree | Statement) -> list[tuple[Any, ...]]:
        """Return all rows of a tree."""
        return self._connection.execute(self._text(tree)).fetchall()

    def row(self, tree: Tree | Statement) -> tuple[Any, ...]:
        """Return the first row of a tree that has one."""
        return self.rows(tree)[0]

    def stream(self, tree: Tree) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a tree; no other question may be asked meanwhile."""
        result = self._connection.execute(self._text(tree))
        while rows := result.fetchmany(_BATCH):
            yield from rows

    def arrow(self, tree: Tree) -> pa.Table:
        """Return the rows of a tree as columns."""
        return self._connection.execute(self._text(tree)).to_arrow_table()

    def columns(self, source: Tree) -> Mapping[str, str]:
        """Return the columns of what a tree reads from, each with its type in the engine. Raises Unreadable."""
        described = self._text(trees.sql("select * from _source", source=source))
        try:
            rows = self._connection.execute(f"describe {described}").fetchall()
        except duckdb.Error as error:
            raise Unreadable(str(error)) from error
        return {row[0]: row[1] for row in rows}

    def know_digests(self) -> None:
        """Let trees call `zhike_digest(text)`: the keyed hash of a folded personal number, as the records have it."""
        ring = keyring()
        self._know("zhike_digest", lambda text: ring.digest(folding.certificate(text)))

    def know_folds(self) -> None:
        """Let trees call `zhike_folded_name(text)` and the like for each kind of fold; nothing left is null."""
        for kind in get_args(folding.Kind):
            self._know(f"zhike_folded_{kind}", partial(_folded, kind))

    def _know(self, name: str, function: Callable[[str], str | None]) -> None:
        def of_all(texts: pa.ChunkedArray) -> pa.Array:
            return pa.array([None if text is None else function(text) for text in texts.to_pylist()], pa.string())

        # Measured: called row by row, DuckDB looks each time for pandas, which is not installed (65 to 190 µs a row);
        # called with a vector of rows it takes 1 µs a row. A hash takes 3 µs, a fold 0.2 (phone) to 1.6 µs (name).
        self._connection.create_function(
            name, of_all, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW, side_effects=False
        )

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Stop what is asked in the block when the time of whoever asks is over. Raises what `time_limits` does."""
        with time_limits.stopping(self._connection.interrupt):
            yield

    def _text(self, tree: Tree | Statement) -> str:
        """Return what the engine runs: datasets are read from the files of their version."""
        if isinstance(tree, Statement):
            return tree.text("duckdb")
        return trees.printed(tree, "duckdb", tables=self._sources)


def _plain(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name!r} is no name for rows that are kept")
    return name


def _folded(kind: folding.Kind, text: str) -> str | None:
    return folding.folded(kind, text) or None
