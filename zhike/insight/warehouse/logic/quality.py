"""Whether received files are as fresh and as large as usual. Thresholds belong to the sources (`checks`)."""

from __future__ import annotations

from datetime import date
from math import sqrt
from statistics import median

from django.db.models import Max, QuerySet

from zhike.insight.warehouse.logic import sources
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.types import LoadFinding, Source
from zhike.kernel import clock

#: The finding of a load of a whole state that came after a newer one: its bytes are kept, its rows are not written.
KEPT_ONLY = "load.older_than_current"
#: A day is compared with at most this many days before it, and with none before there are this few.
_COMPARED, _FEWEST = 20, 5
#: Fewer rejected rows than this never refuse a file: the share of a small file says little.
_FEW_REJECTS = 20


def done(**by: str) -> QuerySet[Load]:
    """Return the loads whose rows were written.

    One that was kept only changed nothing; one of a day to come, from when such were not refused, stands in nobody's way.
    """
    rows = Load.objects.filter(state=Load.State.DONE, **by).exclude(first_date__gt=clock.today())
    return rows.exclude(findings__contains=[{"code": KEPT_ONLY}])


def stale_sources(business_date: date) -> list[LoadFinding]:
    """Return a finding for each source whose newest file lies too far behind `business_date`."""
    last = dict(done().values_list("source").annotate(last=Max("business_date")))
    findings = []
    for source in sorted(sources.all_sources().values(), key=lambda found: found.key):
        within = source.checks.fresh_within if source.checks else None
        if within is None:
            continue
        wanted = fresh_from(source, business_date, within)
        found = last.get(source.key)
        if found is None or found < wanted:
            findings.append(_stale(source, found, wanted))
    return findings


def fresh_from(source: Source, business_date: date, within: int) -> date:
    """Return the oldest day of which a file is fresh enough on `business_date`, by the source's own trading days."""
    calendar = source.trading_days
    last = business_date if calendar.is_trading_day(business_date) else calendar.add(business_date, -1)
    return calendar.add(last, -within) if within else last


def _stale(source: Source, last: date | None, wanted: date) -> LoadFinding:
    return LoadFinding(
        "source.stale",
        f"数据源“{source.labels.zh}”的最新文件为 {last or '无'}，应不早于 {wanted}",
        f"the newest file of source '{source.key}' is of {last or 'no day'}; it should not be older than {wanted}",
        {"source": source.key, "owner": source.owner, "last": str(last) if last else None, "wanted": str(wanted)},
    )


def refusal(source: Source, read: int, rejected: int) -> list[dict[str, object]]:
    """Return why a file may change nothing.

    All its rows, or a larger share than its source allows, were rejected; or it is the whole state and holds no row.
    """
    if not read and source.grain == "master":
        return [
            LoadFinding(
                "load.empty", "文件没有数据行，数据未更改", "the file has no rows; nothing was changed"
            ).as_dict()
        ]
    if read and rejected == read:
        zh, en = "全部行被拒绝，数据未更改", "every row was rejected; nothing was changed"
        return [LoadFinding("load.everything_rejected", zh, en).as_dict()]
    allowed = source.checks.rejects if source.checks else None
    if allowed is None or rejected < _FEW_REJECTS or rejected <= allowed * read:
        return []
    facts = {"read": read, "rejected": rejected, "allowed": allowed}
    zh = f"{read:,} 行中有 {rejected:,} 行被拒绝，超过上限 {allowed:.0%}，数据未更改"
    en = f"{rejected:,} of {read:,} rows were rejected, more than the {allowed:.0%} allowed; nothing was changed"
    return [LoadFinding("load.too_many_rejected", zh, en, facts).as_dict()]


def usual_rows(source: Source, business_date: date) -> tuple[float, int]:
    """Return the median of the rows of the days before, and of how many; 0 before there are enough of them."""
    counts: dict[date, int] = {}
    before = done(source=source.key).filter(business_date__lt=business_date)
    for first, day, count in before.order_by("-business_date", "-id").values_list(
        "first_date", "business_date", "rows_loaded"
    )[: 2 * _COMPARED]:
        if day is not None and first == day:
            counts.setdefault(day, count)
    compared = list(counts.values())[:_COMPARED]
    return (median(compared) if len(counts) >= _FEWEST else 0), len(compared)


def drift(source: Source, business_date: date | None, rows: int) -> list[dict[str, object]]:
    """Return a finding when the rows of one day's file differ from the median of the days before by more than allowed."""
    share_allowed = source.checks.drift if source.checks else None
    if share_allowed is None or business_date is None:
        return []
    usual, days = usual_rows(source, business_date)
    allowed = share_allowed * usual
    if source.grain == "fact":
        # Events are counted: by chance alone four a day become nine now and then (three standard deviations).
        allowed = max(allowed, 3 * sqrt(usual))
    if not usual or abs(rows - usual) <= allowed:
        return []
    share = round(100 * (rows - usual) / usual)
    facts = {"rows": rows, "median": usual, "days": days, "allowed": share_allowed}
    zh = f"本文件 {rows:,} 行，比之前 {facts['days']} 个业务日的中位数 {usual:,.0f} 行{'多' if share > 0 else '少'} {abs(share)}%"
    en = f"{rows:,} rows, {share:+d} % against the median {usual:,.0f} of the {facts['days']} days before"
    return [LoadFinding("load.drift", zh, en, facts).as_dict()]
