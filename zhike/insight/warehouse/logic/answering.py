"""What a person says of a load: that a waiting one is right, that it is not, or that the last one be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q

from zhike.expressions import trees
from zhike.insight.warehouse.errors import NewerLoad, NotWaiting
from zhike.insight.warehouse.logic import changes, engine, loading, sources, tables, written
from zhike.insight.warehouse.logic.effects import as_json
from zhike.insight.warehouse.logic.loading import Instead
from zhike.insight.warehouse.logic.writer import only_writer
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import Effect, LoadFinding, LoadResult, Source
from zhike.kernel import clock
from zhike.kernel.ids import uuid7
from zhike.kernel.jobs import RunHandle


def waiting(row: Load) -> Load:
    """Return a load that waits for an answer. Raises NotWaiting."""
    if row.state != Load.State.WAITING:
        raise NotWaiting(file=row.file)
    return row


def acceptable(row: Load) -> Load:
    """Return a load that may be accepted. Raises NotWaiting, and NewerLoad where another came after it."""
    return _newest(waiting(row))


def last(row: Load) -> Load:
    """Return the load that its source's data are of. Raises NewerLoad where it is another."""
    if row.state != Load.State.DONE or not row.rows_loaded:
        raise NewerLoad(file=row.file, newer=getattr(_after(row), "file", row.file))
    return _newest(row)


def answerable(row: Load) -> tuple[bool, bool, str]:
    """Return whether a load waits for an answer, whether it can be taken back, and the file that came after it.

    A load that waits is accepted only where nothing came after it; it is discarded whatever came.
    """
    newer = _after(row)
    done = row.state == Load.State.DONE and row.rows_loaded > 0
    return row.state == Load.State.WAITING, newer is None and done, newer.file if newer else ""


def failed_since(row: Load) -> Load | None:
    """The last load that was to take the place of one, and failed: the data are still those of the one."""
    if row.state != Load.State.DONE or _after(row) is not None:
        return None
    later = Load.objects.filter(source=row.source, state=Load.State.FAILED, id__gt=row.pk)
    if row.first_date and row.business_date and _is_of_facts(row):
        same = Q(first_date__lte=row.business_date, business_date__gte=row.first_date)
        later = later.filter(same | Q(first_date=None))  # nobody knows of which days a file is that could not be read
    return later.order_by("id").last()


def _newest(row: Load) -> Load:
    newer = _after(row)
    if newer is not None:
        raise NewerLoad(file=row.file, newer=newer.file)
    return row


def _after(row: Load) -> Load | None:
    """The load that came after one and stands in its way: of a whole state any, of facts one of some of the same days."""
    newer = Load.objects.filter(source=row.source, state=Load.State.DONE, id__gt=row.pk, rows_loaded__gt=0)
    if row.first_date and row.business_date and _is_of_facts(row):
        newer = newer.filter(first_date__lte=row.business_date, business_date__gte=row.first_date)
    return newer.first()


def _is_of_facts(row: Load) -> bool:
    return (found := sources.all_sources().get(row.source)) is not None and found.grain == "fact"


def answer(row: Load, state: str, actor: str, run: uuid.UUID | None) -> None:
    """Note what somebody said, and the run that does it."""
    row.state, row.answered_by = state, actor
    row.run = run or row.run
    row.save(update_fields=["state", "answered_by", "run"])


def put_back(row: Load, source: Source, handle: RunHandle | None) -> LoadResult:
    """Put there again what was there before a load that was taken back; done twice it is the same.

    What that would do is counted as of any file that comes. Where it is more than may be done unasked, the file before
    waits as a load of its own, and until a person accepts it the data stay those of the load that was to be taken back.
    """
    with only_writer(handle):
        _stands(row, Load.State.UNDONE)  # what is newer would have the file before kept only
        before = before_it(row, source)
        if not before:
            _empty(source, *_days([row]))
            return loading.as_result(_noted(row, before))
        *others, last = [_foreseen(row, one, before, source, handle) for one in before]
        failed = next((one for one in (*others, last) if one.state != Load.State.WAITING), None)
        Load.objects.filter(pk__in=[one.pk for one in others], state=Load.State.WAITING).delete()
        effects = [effect for one in (*others, last) for effect in loading.as_result(one).effects]
        if failed is not None or any(effect.waits for effect in effects):
            _stands(row, Load.State.DONE)
            return loading.as_result(failed or _waiting_for(row, last, effects))
        return _put(row, source, before, last, handle)


def load_accepted(row: Load, source: Source, handle: RunHandle | None) -> LoadResult:
    """Load the file of a load that waited; with one that waited to be put back, take the other load back."""
    if row.undoes is None:
        return loading.accept(row, source, handle)
    with only_writer(handle):
        taken = Load.objects.get(uid=row.undoes)
        taken.answered_by = row.answered_by
        _stands(taken, Load.State.UNDONE)
        return _put(taken, source, before_it(taken, source), row, handle)


def _stands(row: Load, state: Load.State) -> None:
    row.state = state
    row.save(update_fields=["state", "answered_by"])


def _foreseen(row: Load, one: Load, before: Sequence[Load], source: Source, handle: RunHandle | None) -> Load:
    """Count what a file would do in the place of a load: the days that no other file brings back are its own to answer."""
    days: list[date] = []
    if source.grain == "fact":
        first, last = _days([row])
        all_days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        others = [_days([other]) for other in before if other.pk != one.pk]
        days = [day for day in all_days if not any(begin <= day <= end for begin, end in others)]
    result = _loaded(one, source, handle, accepted=False, instead=Instead(row.uid, days))
    return Load.objects.get(uid=result.uid)


def _waiting_for(row: Load, last: Load, effects: Sequence[Effect]) -> Load:
    """Let a file that is to be put back say what it waits for."""
    said = LoadFinding(
        "load.puts_back",
        f"撤销“{row.file}”的导入，恢复为本文件的数据",
        f"'{row.file}' is to be taken back, and the data of this file put there again",
    )
    last.effects = as_json(effects)
    last.findings = [*last.findings, said.as_dict()]
    last.save(update_fields=["effects", "findings"])
    return last


def _put(row: Load, source: Source, before: Sequence[Load], last: Load, handle: RunHandle | None) -> LoadResult:
    """Put the files before a load in its place; `last` is the load that does so with the last of them."""
    if source.grain == "fact":
        _empty(source, *_days([row, *before]))
    for one in before[:-1]:
        result = _loaded(one, source, handle, accepted=True)
        if result.state != "done":
            return result
    result = loading.accept(last, source, handle)
    if result.state != "done":
        return result
    last.undoes = None
    last.save(update_fields=["undoes"])
    return loading.as_result(_noted(row, before))


def _loaded(
    one: Load, source: Source, handle: RunHandle | None, *, accepted: bool, instead: Instead | None = None
) -> LoadResult:
    return loading.load_file(
        source,
        loading.store().path(one.file_hash),
        business_date=one.business_date if one.first_date == one.business_date else None,
        name=one.file,
        handle=handle,
        again=True,
        accepted=accepted,
        instead=instead,
    )


def before_it(row: Load, source: Source) -> Sequence[Load]:
    """The loads whose rows were there before a load, oldest first: of a whole state the newest, of facts those with days
    in common that no later one of the same day replaced."""
    loads = written.loads(source=source.key).exclude(rows_loaded=0).exclude(pk=row.pk)
    if source.grain == "master":
        return list(loads.order_by("business_date", "id"))[-1:]
    found: list[Load] = []
    while True:
        first, end = _days([row, *found])
        wider = list(loads.filter(first_date__lte=end, business_date__gte=first).order_by("id"))
        if len(wider) == len(found):
            break
        found = wider
    last = {one.first_date: one.pk for one in found if one.first_date == one.business_date}
    return [one for one in found if one.first_date != one.business_date or last[one.first_date] == one.pk]


def _days(rows: Sequence[Load]) -> tuple[date, date]:
    firsts = [one.first_date or one.business_date or date.max for one in rows]
    lasts = [one.business_date or date.min for one in rows]
    return min(firsts), max(lasts)


def _empty(source: Source, first: date, end: date) -> None:
    """Take the rows of these days away; of a whole state all."""
    with engine.over_tables() as connection:
        session = Session(connection)
        for part, files in tables.parts_of(source.dataset).items():
            if part != tables.LATEST and not (first.isoformat()[: len(part)] <= part <= end.isoformat()[: len(part)]):
                continue
            of = {"rows": tables.reading(files), "first": trees.value(first), "end": trees.value(end)}
            kept = (
                trees.sql("select * from _rows where false", rows=of["rows"])
                if part == tables.LATEST
                else trees.sql("select * from _rows where business_date not between _first and _end", **of)
            )
            session.write(source.dataset, part, kept, sorted_by=source.order)


def _kept_since(row: Load, before: Sequence[Load]) -> str:
    """The newest file that was kept only, because the one that was taken back was there, and is newer than what is back."""
    kept = Load.objects.filter(source=row.source, state=Load.State.DONE, business_date__lte=row.business_date)
    kept = kept.filter(findings__contains=[{"code": written.KEPT_ONLY}])
    if before:
        kept = kept.filter(business_date__gt=before[-1].business_date)
    return getattr(kept.order_by("business_date", "id").last(), "file", "")


def _noted(row: Load, before: Sequence[Load]) -> Load:
    """Make the load that says what was taken back."""
    back = before[-1].file if before else ""
    kept = _kept_since(row, before)
    said = LoadFinding(
        "load.undone",
        f"已撤销“{row.file}”的装载，"
        + (f"恢复为“{back}”的数据" if back else "这些日期没有更早的文件，数据已清空")
        + (f"；“{kept}”较新，当时只存档，如需使用请重新导入" if kept else ""),
        f"'{row.file}' was taken back; "
        + (f"the data of '{back}' are there again" if back else "nothing was there before")
        + (f"; '{kept}' is newer and was kept only: send it again to have it loaded" if kept else ""),
    )
    return Load.objects.create(
        uid=uuid7(),
        source=row.source,
        dataset=row.dataset,
        first_date=row.first_date,
        business_date=row.business_date,
        file=row.file,
        file_hash=row.file_hash,
        state=Load.State.RESTORED,
        findings=[said.as_dict()],
        owner=row.answered_by,
        answered_by=row.answered_by,
        undoes=row.uid,
        change=changes.number(),
        started_at=clock.now(),
        finished_at=clock.now(),
    )
