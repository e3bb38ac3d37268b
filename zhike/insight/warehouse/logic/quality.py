"""Whether received files are as fresh and as large as usual. Thresholds belong to the sources (`checks`)."""

from __future__ import annotations

from datetime import date
from math import inf, sqrt

from django.db.models import Max

from zhike.insight.warehouse.logic import sources, usual, written
from zhike.insight.warehouse.types import LoadFinding, Source

#: Fewer rejected rows than this never refuse a file: the share of a small file says little.
_FEW_REJECTS = 20


def stale_sources(business_date: date) -> list[LoadFinding]:
    """Return a finding for each source whose newest file lies too far behind `business_date`."""
    last = dict(written.loads().values_list("source").annotate(last=Max("business_date")))
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
    """Return the oldest day of which a file is fresh enough on `business_date`, by the source's own trading days.

    Where its calendar begins later it is the first day of that.
    """
    return next(iter(source.trading_days.known(business_date, within + 1)), business_date)


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


def may_differ(source: Source, middle: float) -> float:
    """Return by how many rows the file of one day may differ from the `middle` of the days before; by any without a share."""
    share = source.checks.drift if source.checks else None
    if share is None:
        return inf
    # Events are counted: by chance alone four a day become nine now and then (three standard deviations).
    return max(share * middle, 3 * sqrt(middle)) if source.grain == "fact" else share * middle


def drift(source: Source, business_date: date | None, rows: int) -> list[dict[str, object]]:
    """Return a finding when the rows of one day's file differ from the median of the days before by more than allowed."""
    share_allowed = source.checks.drift if source.checks else None
    if share_allowed is None or business_date is None:
        return []
    before = usual.of_source(source.key, business_date)
    middle = before.median
    if middle is None:
        return []
    if abs(rows - middle) <= may_differ(source, middle):
        return []
    share = round(100 * (rows - middle) / middle)
    facts = {"rows": rows, "median": middle, "days": len(before.rows), "allowed": share_allowed}
    zh = f"本文件 {rows:,} 行，比之前 {facts['days']} 个业务日的中位数 {middle:,.0f} 行{'多' if share > 0 else '少'} {abs(share)}%"
    en = f"{rows:,} rows, {share:+d} % against the median {middle:,.0f} of the {facts['days']} days before"
    return [LoadFinding("load.drift", zh, en, facts).as_dict()]
