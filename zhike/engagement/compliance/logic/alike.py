"""The gate over a set of any size: who are alike in everything that the checks look at are judged once, and counted.

The database groups the set by what the checks read; the checks themselves are those that decide about one party.
What a group is like is what one of its parties is like, so that nothing is invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from zhike.engagement.compliance.logic import gate, suitability
from zhike.engagement.compliance.logic.checks import Check, Situation, total_labels
from zhike.engagement.compliance.types import Planned, Suitability, Tally
from zhike.kernel import clock
from zhike.kernel.written import Written, listed, name, placeholder, written
from zhike.platform.objects import catalogue, sets
from zhike.platform.objects.sets import Ask, Rows

#: What a step of the grouping may take. Millions of people make few groups, which no planner can know: with less memory
#: it prefers to sort them all by everything that is looked at.
_MEMORY = "256MB"


@dataclass(frozen=True, slots=True)
class _Judged:
    """A planned contact with the checks that are for it; its columns are numbered by its place."""

    place: int
    planned: Planned
    checks: Sequence[Check]
    now: datetime
    today: date

    @property
    def windows(self) -> list[datetime]:
        """The instants since which its checks count reserved contacts, the latest first."""
        days = sorted({days for check in self.checks for days in check.days_counted()})
        return [self.now - timedelta(days=n) for n in days]

    @property
    def missing(self) -> Mapping[str, Ask]:
        """By column, of whom a variable has no value."""
        return {f"missing {self.place} {n}": ask for n, (_name, ask) in enumerate(self.planned.missing)}


def tally(ids: Rows, planned: Sequence[Planned]) -> list[Tally]:
    """Return what the gate would say now to the parties of a set, for each of the contacts planned with them."""
    table = gate.suitability_table()
    now, today = clock.now(), clock.today()
    judged = [_Judged(n, one, gate.checks_for(one.touch), now, today) for n, one in enumerate(planned)]
    wanted = {key for one in judged for check in one.checks for key in check.fields_read()}
    wanted |= set(suitability.fields_read(table))
    found = [_Counting(one) for one in judged]
    for row in _groups(ids, judged, sorted(wanted), suitability.days_read(table)):
        for counting in found:
            counting.add(row, table)
    return [counting.tally for counting in found]


class _Counting:
    """The tally of one planned contact, group by group."""

    def __init__(self, judged: _Judged) -> None:
        self._judged = judged
        self._asked = 0
        self._refused: Counter[str] = Counter()
        self._labels: dict[str, Mapping[str, str]] = {}

    def add(self, row: Mapping[str, Any], table: Suitability) -> None:
        """Judge what the parties of a group have in common."""
        if self._judged.planned.among is not None and not row[f"among {self._judged.place}"]:
            return
        self._asked += row["n"]
        verdict = gate.verdict_on(0, self._situation(row, table) if row["live"] else None, self._judged.checks)
        if verdict.reasons:
            first = verdict.reasons[0]
            self._refused[first.code] += row["n"]
            self._labels[first.code] = total_labels(first.code, first.labels)

    def _situation(self, row: Mapping[str, Any], table: Suitability) -> Situation:
        judged = self._judged
        names = zip(judged.missing, (name for name, _ask in judged.planned.missing), strict=True)
        return Situation(
            judged.planned.touch,
            judged.now,
            judged.today,
            {name.removeprefix("of "): value for name, value in row.items() if name.startswith("of ")},
            row.get(f"reserved {judged.place}") or (),
            table,
            [name for column, name in names if row[column]],
        )

    @property
    def tally(self) -> Tally:
        """What was counted."""
        return Tally(self._asked, [(code, self._labels[code], n) for code, n in self._refused.most_common()])


def _groups(ids: Rows, judged: Sequence[_Judged], keys: Sequence[str], days: Sequence[str]) -> list[dict[str, Any]]:
    """Return the groups of parties that are alike, each with its size `n` and what one of its parties is like."""
    asked: dict[str, Ask] = {f"of {key}": _field(key) for key in keys}
    for one in judged:
        asked |= one.missing
        if one.planned.among is not None:
            asked[f"among {one.place}"] = one.planned.among
    facts = sets.facts(catalogue.object_with_role("party").key, ids, asked)
    values: dict[str, Any] = {**facts.values, "as_of_day": judged[0].today}
    grouped = {key: written("f.{key}", key=name(key)) for key in ("live", *asked)}
    shown = dict(grouped)
    for key in days:
        of = name(f"of {key}")
        grouped[f"of {key}"] = written("f.{of} < %(as_of_day)s::date", of=of)
        shown[f"of {key}"] = written("min(f.{of})", of=of)
    joins = []
    for one in judged:
        if one.windows:
            joins.append(_reserved(one, values))
            reserved = Written(f"r{one.place}")
            grouped |= {f"{one.place} in {n}": Written(f"{reserved}.in{n}") for n in range(len(one.windows))}
            shown[f"reserved {one.place}"] = written("min({reserved}.at)", reserved=reserved)
    sql = written(
        "select {shown}, count(*) as n from ({facts}) f {joins} group by {grouped} order by min(f.id)",
        shown=listed(written("{asked} as {key}", asked=asked, key=name(key)) for key, asked in shown.items()),
        facts=facts.sql,
        joins=listed(joins, " "),
        grouped=listed(grouped.values()),
    )
    with connection.cursor() as cursor:
        cursor.execute("select set_config('work_mem', %s, true)", [_MEMORY])
        cursor.execute(sql, values)
        return [dict(zip((*shown, "n"), row, strict=True)) for row in cursor.fetchall()]


def _field(key: str) -> Ask:
    return lambda sight: sight.field(key)


def _reserved(judged: _Judged, values: dict[str, Any]) -> Written:
    """The reserved contacts of each party within the windows of the checks, and how many lie in each window."""
    place = f"r{judged.place}"
    values[f"{place}_channel"] = judged.planned.touch.channel
    for n, since in enumerate(judged.windows):
        values[f"{place}_{n}"] = since
    windows = [placeholder(f"{place}_{n}") for n in range(len(judged.windows))]
    counted = "count(*) filter (where at > {since}) as {key}"
    return written(
        "left join (select party_id, array_agg(at) as at, {counted} from compliance_capreservation"
        " where channel = {channel} and at > {widest} group by party_id) {place} on {place}.party_id = f.id",
        counted=listed(written(counted, since=one, key=name(f"in{n}")) for n, one in enumerate(windows)),
        channel=placeholder(f"{place}_channel"),
        widest=windows[-1],
        place=Written(place),
    )
