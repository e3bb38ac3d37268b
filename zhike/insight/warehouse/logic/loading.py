"""Loading one received file: landing keeps its bytes, core gets its typed rows, rejected rows are kept with reasons.

A load replaces the days (facts) or the state (masters) its file holds, in one commit at its end: it either happened
or it did not, and the same file again gives the same rows.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.logic import (
    changes,
    columns,
    effects,
    engine,
    file_names,
    key_shapes,
    months,
    quality,
    reject_files,
    rejects,
    tables,
    written,
)
from zhike.insight.warehouse.logic.file_names import FileDates
from zhike.insight.warehouse.logic.receiving import Received, is_text, received
from zhike.insight.warehouse.logic.writer import only_writer
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.port import Session, Unreadable
from zhike.insight.warehouse.types import LoadFinding, LoadResult, RejectedRow, Source
from zhike.kernel import clock, context, folding
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError
from zhike.kernel.files import FileStore
from zhike.kernel.full_disk import full_disk
from zhike.kernel.ids import uuid7
from zhike.kernel.isolation import told
from zhike.kernel.jobs import Cancelled, RunHandle
from zhike.kernel.models import Run

#: Text files are read in a stream; 2 GB of CSV must fit a process of 1 GB.
_TEXT_MEMORY = "300MB"
#: The finding of a load about rows that became no records.
NO_RECORDS = "load.no_records"
#: The finding about a file that was sent before and waits for an answer.
SENT_BEFORE = "load.sent_before"


@dataclass(frozen=True, slots=True)
class Instead:
    """Counting what a file would do in the place of the load `undoes`, whose `days` nothing else would fill."""

    undoes: uuid.UUID
    days: Sequence[date]


def store() -> FileStore:
    """Return where received files lie."""
    return FileStore(Path(settings.HOME) / "files")


def load_file(
    source: Source,
    path: Path,
    *,
    business_date: date | None,
    name: str,
    handle: RunHandle | None,
    again: bool,
    accepted: bool = False,
    instead: Instead | None = None,
) -> LoadResult:
    """Load one file and return what became of it; see `api.load_file`. With `instead` it is only counted, and waits."""
    try:
        dates = file_names.dates_of(source, name, business_date)
    except ZhikeError as error:
        return _failed_before(source, path, name, error)
    with path.open("rb") as file:
        file_hash = hashlib.file_digest(file, "sha256").hexdigest()
    digest = _reading(source)
    done = None if again else _already(source, file_hash, dates, digest)
    if done is not None:
        return as_result(done)
    waits = (
        None
        if again
        else _same_waiting(source, file_hash, dates.first, dates.last).filter(definition=digest, undoes=None).last()
    )
    if waits is not None:
        zh, en = (
            "同一文件已在等待确认，未重复导入",
            "the same file waits for an answer already; it was not loaded twice",
        )
        return replace(as_result(waits), findings=(*waits.findings, _finding(SENT_BEFORE, zh, en)))
    store().put_path(path)
    _end_interrupted(source, file_hash)
    row = Load.objects.create(
        uid=uuid7(),
        source=source.key,
        dataset=source.dataset,
        first_date=dates.first,
        business_date=dates.last,
        file=name,
        file_hash=file_hash,
        definition=digest,
        owner=context.current().actor,
        run=handle.uid if handle else None,
        undoes=instead.undoes if instead else None,
        started_at=clock.now(),
    )
    return _run(row, source, dates, handle, accepted, instead)


def accept(row: Load, source: Source, handle: RunHandle | None) -> LoadResult:
    """Load the file of a load that waited: somebody has seen what it does."""
    row.state, row.findings = Load.State.RUNNING, []
    row.run = handle.uid if handle else None
    row.save()
    # Of several days it is by its rows, as when it came: none was given.
    given = row.business_date if row.first_date == row.business_date else None
    dates = file_names.dates_of(source, row.file, given)
    return _run(row, source, dates, handle, accepted=True)


def _run(
    row: Load,
    source: Source,
    dates: FileDates,
    handle: RunHandle | None,
    accepted: bool,
    instead: Instead | None = None,
) -> LoadResult:
    try:
        with only_writer(handle):
            _perform(row, source, dates, handle, accepted, instead)
    except Cancelled:
        _finish(row, Load.State.CANCELLED)
        raise
    except ZhikeError as error:
        row.error = error.as_dict()
        row.findings = [*row.findings, *error.findings]
        _finish(row, Load.State.FAILED)
    except Exception as error:
        full = full_disk(error)
        row.error = full.as_dict() if full else {"code": "internal", "message": told(error)}
        _finish(row, Load.State.FAILED)
        raise
    return as_result(row)


def _reading(source: Source) -> str:
    """The hash of what a definition says about how rows are read: where it changes, the same file is a new one."""
    said = source.model_dump_json(
        by_alias=True,
        exclude={"uuid": True, "labels": True, "checks": True, "owner": True, "expected": True, "due": True},
    )
    return hashlib.sha256(said.encode()).hexdigest()[:16] + _folds(source)


def _folds(source: Source) -> str:
    """Which folds the hashes of a source are made by; none where it has none."""
    return f"/{folding.VERSION}" if any(column.certificate for column in source.columns) else ""


def fold_anew(source: Source, handle: RunHandle | None) -> None:
    """Load the newest file of a master source again where an earlier fold made its hashes; else nothing happens."""
    newest = _newest(source)
    folds = _folds(source)
    if newest is not None and folds and newest.definition == _reading(source).removesuffix(folds):
        path, day = store().path(newest.file_hash), newest.business_date
        load_file(source, path, business_date=day, name=newest.file, handle=handle, again=True, accepted=True)


def _newest(source: Source) -> Load | None:
    return written.loads(source=source.key).exclude(rows_loaded=0).order_by("-business_date", "-id").first()


def _failed_before(source: Source, path: Path, name: str, error: ZhikeError) -> LoadResult:
    row = Load(
        uid=uuid7(),
        source=source.key,
        dataset=source.dataset,
        file=name,
        file_hash=store().put_path(path),
        owner=context.current().actor,
        started_at=clock.now(),
        error=error.as_dict(),
        findings=error.findings,
    )
    _finish(row, Load.State.FAILED)
    return as_result(row)


def _end_interrupted(source: Source, file_hash: str) -> None:
    """A load of this file whose process died never ends by itself; the one that begins now takes its place."""
    error = {"code": "load.interrupted", "message": "加载中断，已重新开始", "message_en": "interrupted; started again"}
    rows = Load.objects.filter(source=source.key, file_hash=file_hash, state=Load.State.RUNNING)
    rows.update(state=Load.State.FAILED, error=error, finished_at=clock.now())


def end_with_runs(runs: Sequence[uuid.UUID], state: str, error: Mapping[str, object] | None) -> None:
    """End the loads that are under way for runs that came to nothing, as those ended: cancelled, or failed with their error."""
    cancelled = state == Run.State.CANCELLED
    Load.objects.filter(run__in=runs, state=Load.State.RUNNING).update(
        state=Load.State.CANCELLED if cancelled else Load.State.FAILED, error=error, finished_at=clock.now()
    )


def _already(source: Source, file_hash: str, dates: FileDates, digest: str) -> Load | None:
    """The same bytes under the same definition, still the newest load of those days, need no second run."""
    loads = Load.objects.filter(source=source.key, state=Load.State.DONE)
    if not _of_many_days(source, dates):
        loads = loads.filter(first_date=dates.first, business_date=dates.last)
    newest = loads.order_by("-id").first()
    if newest is None or (newest.file_hash, newest.definition) != (file_hash, digest):
        return None
    # What was kept only because of a newer one, which was taken back since, has its turn.
    return None if _is_kept_only(newest) and not _superseded(newest) else newest


def _is_kept_only(row: Load) -> bool:
    return any(found["code"] == written.KEPT_ONLY for found in row.findings)


def _same_waiting(source: Source, file_hash: str, first: date | None, last: date | None) -> QuerySet[Load]:
    """The loads of the same bytes for the same days that wait for an answer."""
    loads = Load.objects.filter(source=source.key, file_hash=file_hash, state=Load.State.WAITING)
    return loads.filter(first_date=first, business_date=last)


def _put_away_same(row: Load, source: Source) -> None:
    """Nobody is asked twice about the same bytes: what was counted last takes the place of what was before."""
    zh, en = "同一文件已重新导入，以较新的记录为准", "the same file was loaded again; the newer load counts"
    for other in _same_waiting(source, row.file_hash, row.first_date, row.business_date).exclude(pk=row.pk):
        other.findings.append(_finding(SENT_BEFORE, zh, en))
        _finish(other, Load.State.DISCARDED)


def _of_many_days(source: Source, dates: FileDates) -> bool:
    """Whether only the rows of the file say of which days it is."""
    return source.grain == "fact" and dates.first is None


def _perform(
    row: Load, source: Source, dates: FileDates, handle: RunHandle | None, accepted: bool, instead: Instead | None
) -> None:
    _check_day(source, dates, row.file)
    path = store().path(row.file_hash)
    text = is_text(path, row.file)
    state = Load.State.FAILED
    scratch = Path(tempfile.mkdtemp(prefix="load-", dir=engine.scratch()))
    try:
        with engine.over_tables(memory=_TEXT_MEMORY if text else "", threads=2 if text else 0) as connection:
            session = Session(connection)
            session.know_digests()
            found = received(session, source, path, scratch, row.file)
            _step(handle, row, Labels("解析", "reading"))
            read = _typed(session, source, found, dates, scratch, text)
            days = [dates.first, dates.last] if dates.first and dates.last else []
            rejects.collect(session, source, read, days)
            broken = reject_files.count_broken(session) if found.text else 0
            row.rows_read, row.rows_rejected = _count(session, read, broken)
            if row.rows_rejected:
                told = scratch / "rejected.csv"
                reject_files.write(session, source, found, told)
                row.rejected_hash = store().put_path(told)
            notes = [note.as_dict() for note in found.notes]
            refused = quality.refusal(source, row.rows_read, row.rows_rejected)
            refused = refused or key_shapes.refusal(session, source, read)
            row.findings = [*notes, *refused]
            if not refused:
                kept = _to_write(read, row)
                plain = columns.typed(source, found.relation, found.headers, business_date=dates.first, plain=True)
                if _of_many_days(source, dates):
                    _note_days(session, kept, row)
                if accepted or not _waits(session, source, row, kept, plain, instead):
                    _step(handle, row, Labels("写入", "writing"))
                    row.rows_loaded = _write(session, source, kept, dates, row)
                    _look(source, dates, row)
                    state = Load.State.DONE
                else:
                    _put_away_same(row, source)
                    state = Load.State.WAITING
        _finish(row, state)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check_day(source: Source, dates: FileDates, name: str) -> None:
    """Refuse a file of a day to come, or of facts of a day without trading."""
    if dates.first is None:
        return
    if dates.first > clock.today() and not source.future:
        raise FileUnreadable.of(
            name,
            "load.future_date",
            f"文件日期 {dates.first} 在今天（{clock.today()}）之后，请核对文件日期",
            f"the file is of {dates.first}, after today ({clock.today()}); check the file's date",
        )
    calendar = source.trading_days
    if source.grain != "fact" or source.days == "calendar" or dates.month or calendar.is_trading_day(dates.first):
        return
    before = calendar.near(dates.first, -1) or "–"
    raise FileUnreadable.of(
        name,
        "load.not_a_trading_day",
        f"{dates.first} 不是交易日（上一交易日 {before}），请核对文件日期",
        f"{dates.first} is not a trading day (the one before it is {before}); check the file's date",
    )


def _typed(session: Session, source: Source, found: Received, dates: FileDates, scratch: Path, text: bool) -> Tree:
    read = columns.typed(source, found.relation, found.headers, business_date=dates.first, plain=False)
    if not text:
        return read
    # Text is parsed once, into a file on disk: nothing of a large file stays in memory.
    try:
        return session.spool(read, scratch / "typed.parquet")
    except Unreadable as error:
        reason = str(error)[:300]
        raise FileUnreadable(
            file=source.file,
            reason=reason,
            reason_en=reason,
            findings=[{"code": "load.unreadable", "message": reason, "message_en": reason}],
        ) from error


def _count(session: Session, typed: Tree, broken: int) -> tuple[int, int]:
    """The rows read and those rejected."""
    (read,) = session.row(trees.sql("select count(*) from _typed", typed=typed))
    (rejected,) = session.row(trees.sql("select count(distinct line) from rejected"))
    return read + broken, rejected + broken


def _look(source: Source, dates: FileDates, row: Load) -> None:
    """Note what is worth a look about a file that was loaded."""
    if row.rows_read == 0:
        row.findings.append(_finding("load.empty", "文件没有数据行", "the file has no rows"))
    elif row.first_date == row.business_date and not _is_kept_only(row):
        row.findings += quality.drift(source, row.business_date, row.rows_loaded)


def _to_write(typed: Tree, row: Load) -> Tree:
    kept = "select * exclude (_line, _reason) from _typed where _reason is null"
    if row.rows_rejected:
        kept += " and _line not in (select line from rejected)"
    return trees.sql(kept, typed=typed)


def _waits(session: Session, source: Source, row: Load, rows: Tree, plain: Tree, instead: Instead | None) -> bool:
    """Note what a file would do; return whether it is not to be done yet: one that is only counted, or that a person has
    to see first. One that is kept only does nothing."""
    fresh = row.rows_read - row.rows_rejected
    if source.grain == "fact":
        found = effects.of_fact(session, source, row, rows, fresh, instead.days if instead else ())
    elif _superseded(row):
        found = []
    else:
        found = effects.of_master(session, source, rows, plain)
    row.effects = effects.as_json(found)
    return instead is not None or any(one.waits for one in found)


def _write(session: Session, source: Source, select: Tree, dates: FileDates, row: Load) -> int:
    if source.grain == "master":
        if _superseded(row):
            zh, en = "已有更新日期的主数据，本文件只存档", "a newer file is loaded; this one is kept only"
            row.findings.append(_finding(written.KEPT_ONLY, zh, en))
            return 0
        return session.write(source.dataset, tables.LATEST, select, sorted_by=source.keys)
    if _of_many_days(source, dates):
        return _replace_many(session, source, select)
    return _replace_days(session, source, select, dates)


def _superseded(row: Load) -> bool:
    if row.business_date is None:
        return False
    return written.loads(dataset=row.dataset).filter(business_date__gt=row.business_date).exists()


def _replace_days(session: Session, source: Source, select: Tree, dates: FileDates) -> int:
    assert dates.first is not None
    if dates.month:
        return _replace_month(session, source, select, dates.month)
    month = f"{dates.first:%Y-%m}"
    before = tables.parts_of(source.dataset).get(month, [])
    if before:
        of = {"month": tables.reading(before), "day": trees.value(dates.first)}
        inside = session.row(trees.sql("select count(*) from _month where business_date = _day", **of))
        if inside[0]:
            kept = trees.sql("select * from _month where business_date <> _day", **of)
            session.write(source.dataset, month, kept, sorted_by=source.order)
    return session.write(source.dataset, dates.first.isoformat(), select, sorted_by=source.order)


def _replace_month(session: Session, source: Source, select: Tree, month: str) -> int:
    (rows,) = session.row(trees.sql("select count(*) from _rows", rows=select))
    months.merge(session, source.dataset, month, select, sorted_by=source.order)
    return int(rows)


def _note_days(session: Session, rows: Tree, row: Load) -> None:
    """Note from which day to which a file goes whose name does not say it, also of one that waits for a person."""
    spans = trees.sql("select min(business_date), max(business_date) from _rows", rows=rows)
    row.first_date, row.business_date = session.row(spans)


def _replace_many(session: Session, source: Source, select: Tree) -> int:
    """Replace every day that has a row in the file."""
    found = session.rows(
        trees.sql("select month_of(business_date), count(*) from _rows group by 1 order by 1", rows=select)
    )
    for month, _count in found:
        of_month = "select * from _rows where month_of(business_date) = _month"
        fresh = trees.sql(of_month, rows=select, month=trees.value(month))
        months.merge(session, source.dataset, month, fresh, sorted_by=source.order)
    return sum(count for _month, count in found)


def _finding(code: str, message: str, message_en: str) -> dict[str, object]:
    return LoadFinding(code, message, message_en).as_dict()


def _step(handle: RunHandle | None, row: Load, step: Labels) -> None:
    if handle is not None:
        handle.progress(Labels(f"{row.file}：{step.zh}", f"{row.file}: {step.en}"))


def _finish(row: Load, state: Load.State) -> None:
    row.state = state
    if state == Load.State.DONE:
        row.change = changes.number()
    row.finished_at = clock.now()
    row.save()


def rejected_rows(row: Load, limit: int, source: Source | None) -> list[RejectedRow]:
    """Return the first rejected rows of a load, personal values masked; all values, where the source is gone."""
    if not row.rejected_hash:
        return []
    found = reject_files.read(store().path(row.rejected_hash), limit)
    return [reject_files.masked(rejected, source) for rejected in found]


def without_record(row: Load) -> int:
    """Return how many loaded rows became no records."""
    return sum(found["facts"]["rows"] for found in row.findings if found["code"] == NO_RECORDS)


def as_result(row: Load) -> LoadResult:
    """Return the row as other rooms see it."""
    return LoadResult(
        uid=row.uid,
        source=row.source,
        dataset=row.dataset,
        business_date=row.business_date,
        file=row.file,
        file_hash=row.file_hash,
        state=str(row.state),
        rows_read=row.rows_read,
        rows_loaded=row.rows_loaded,
        rows_rejected=row.rows_rejected,
        rows_without_record=without_record(row),
        started_at=row.started_at,
        finished_at=row.finished_at,
        findings=tuple(row.findings),
        effects=tuple(effects.from_json(row.effects)),
        answered_by=row.answered_by,
        undoes=row.undoes,
        error=row.error,
    )


def plain_master(session: Session, source: Source, into: str) -> bool:
    """Keep the newest file of a master source as the table `into`, certificate numbers in clear.

    It is how personal numbers reach PostgreSQL without ever lying in the warehouse. Returns False without a file.
    """
    newest = _newest(source)
    if newest is None:
        return False
    scratch = Path(tempfile.mkdtemp(prefix="plain-", dir=engine.scratch()))
    try:
        found = received(session, source, store().path(newest.file_hash), scratch, newest.file)
        read = columns.typed(source, found.relation, found.headers, business_date=newest.business_date, plain=True)
        first = trees.sql(
            "select * exclude (_reason) from _read where _reason is null"
            " qualify row_number() over (partition by _keys order by _line) = 1",
            read=read,
            keys=[trees.name(key) for key in source.keys],
        )
        session.keep(into, first)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True
