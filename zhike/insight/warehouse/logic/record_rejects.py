"""Rows of a loaded file that became no record: added to what the file's load rejected, under the feed that found them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike.expressions import trees
from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.logic import engine, loading, reject_files, written
from zhike.insight.warehouse.logic.columns import typed
from zhike.insight.warehouse.logic.receiving import received
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import LoadFinding, RejectedRow, Source, UnrecordedRow

#: The finding of a load about what its rows name and is not there yet.
AWAITED = "load.awaited"


def keep(
    source: Source, feed: str, rows: Sequence[UnrecordedRow], count: int, awaited: Sequence[LoadFinding] = ()
) -> None:
    """Let the newest load of a source's dataset tell what `feed` rejected last: the first `rows` of `count`.

    And what the records of other rows are without, because it is not there yet (`awaited`).

    They were received and lie in the dataset; they are told as the file has them. Their reason codes begin with
    `record.`, the feed and a dot; what the same feed told of that load before goes.
    """
    load = written.loads(dataset=source.dataset).order_by("-id").first()
    if load is None:
        return
    before = any(_is_of(found, feed) for found in load.findings)
    if not before and not count and not awaited:
        return
    told = f"{reject_files.NO_RECORD}{feed}."
    load.rejected_hash = _kept(load, told, _as_received(load, source, rows))
    load.findings = [found for found in load.findings if not _is_of(found, feed)]
    if count:
        zh = f"{count:,} 行已入仓，但没有写入记录，原因见被拒绝的行"
        en = f"{count:,} rows were received, but changed no records; the rejected rows say why"
        load.findings.append(LoadFinding(loading.NO_RECORDS, zh, en, {"feed": feed, "rows": count}).as_dict())
    load.findings += [{**one.as_dict(), "facts": {**one.facts, "feed": feed}} for one in awaited]
    load.save(update_fields=["rejected_hash", "findings"])


def _is_of(finding: Mapping[str, Any], feed: str) -> bool:
    return bool(finding["code"] in (loading.NO_RECORDS, AWAITED) and finding["facts"]["feed"] == feed)


def _kept(load: Load, told: str, rows: Sequence[RejectedRow]) -> str:
    """Keep what was told of a load but not by the feed, and its rows; return the hash of the file."""
    before = loading.store().path(load.rejected_hash) if load.rejected_hash else None
    with tempfile.TemporaryDirectory(prefix="told-", dir=engine.scratch()) as folder:
        file = Path(folder) / "rejected.csv"
        count = reject_files.rewrite(before, file, keep=lambda row: not row.reason_code.startswith(told), add=rows)
        return loading.store().put_path(file) if count else ""


def _as_received(load: Load, source: Source, rows: Sequence[UnrecordedRow]) -> list[RejectedRow]:
    """The rows with their lines and values in the file; one that is not in it has what its keys say."""
    found = _lines(load, source, rows) if rows else {}
    titles = {column.key: column.title for column in source.columns}
    told = []
    for number, row in enumerate(rows):
        by_key = {titles[key]: text for key, text in row.keys.items() if key in titles}
        line, values = found.get(number, (0, by_key))
        told.append(RejectedRow(line, row.reason_code, row.reason, row.reason_en, values))
    return told


def _lines(load: Load, source: Source, rows: Sequence[UnrecordedRow]) -> dict[int, tuple[int, Mapping[str, str]]]:
    """Read the file once more: the line and the values of each row that is in it, by its number among `rows`."""
    columns = list(rows[0].keys)
    wanted = [(number, *row.keys.values()) for number, row in enumerate(rows) if list(row.keys) == columns]
    if not columns:
        return {}
    scratch = Path(tempfile.mkdtemp(prefix="told-", dir=engine.scratch()))
    try:
        with engine.over_tables() as connection:
            session = Session(connection)
            session.know_digests()
            file = received(session, source, loading.store().path(load.file_hash), scratch, load.file)
            read = typed(source, file.relation, file.headers, business_date=load.first_date, plain=False)
            keys = [f"k{number}" for number in range(len(columns))]
            number, *texts = zip(*wanted, strict=True)
            given = {"number": pa.array(number, pa.int64())}
            given |= {key: pa.array(values, pa.string()) for key, values in zip(keys, texts, strict=True)}
            session.give("wanted", pa.table(given))
            same = [
                trees.sql(
                    "coalesce(cast(t._column as varchar), '') = w._key", column=trees.name(column), key=trees.name(key)
                )
                for column, key in zip(columns, keys, strict=True)
            ]
            session.keep(
                "rejected",
                trees.sql(
                    "select min(t._line) as line, cast(w.number as varchar) as reason"
                    " from _read t join wanted w on _same where t._reason is null group by w.number",
                    read=read,
                    same=trees.all_of(same),
                ),
            )
            told = reject_files.values_of(session, source, file)
            return {int(number): (line, values) for line, number, values in told}
    except FileUnreadable:  # its source says something else by now
        return {}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
