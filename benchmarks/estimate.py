"""The estimate of a campaign, from the audience's condition to the stored result, against the best SQL by hand.

By hand: the same condition in the same engine, the same way of the ids to PostgreSQL, then one statement that finds
each person's first refusal of the mail and of the call with the rules written into it, and counts. Both give the same
totals. Time may be 1.5 times as long; `detail` says by how much the process grew.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import audience_count, installation
from benchmarks.measure import CUSTOMERS, Result

RATIO, ROUNDS = 1.5, 5
TEMPLATE = "equity_fund_introduction"
EVERYBODY = {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": "0", "type": "decimal"}}
_HAND = """
with given as (
  select id from hand
  where ('x' || substr(md5('{uid}:' || id), 1, 8))::bit(32)::bigint % 10000 >= {percent} * 100),
said as (
  select distinct on ({consent.party}, {consent.channel})
    {consent.party} as party, {consent.channel} as channel, {consent.state} as state
  from {consent} where deleted_at is null and {consent.purpose} = 'marketing' and {consent.channel} in ('email', 'phone')
    and {consent.valid_from} <= '{day}' and ({consent.valid_to} is null or {consent.valid_to} > '{day}')
    and {consent.party} in (select id from given)
  order by {consent.party}, {consent.channel}, {consent.valid_from} desc, ({consent.state} = 'withdrawn') desc, id desc),
agreed as (
  select party, max(state) filter (where channel = 'email') as email, max(state) filter (where channel = 'phone') as phone
  from said group by party),
serving as (
  select distinct {coverage.party} as party from {coverage} where deleted_at is null and {coverage.kind} = 'service'
    and {coverage.valid_from} <= '{day}' and ({coverage.valid_to} is null or {coverage.valid_to} > '{day}')),
places as (
  select party_id, count(*) as n from compliance_capreservation
  where channel = 'email' and at > now() - interval '7 days' group by party_id),
seen as (
  select s.party is not null as served, a.email, a.phone, c.n, p.id is null as gone,
    coalesce(p.{party.status} in ('normal', 'dormant'), false) as open,
    coalesce(p.{party.marketing_suppressed}, false) as quiet, coalesce(p.{party.complaint_open}, false) as complaint,
    coalesce(p.{party.email}, '') = '' or coalesce(p.{party.name}, '') = ''
      or not (p.{party.email} ~ '{pattern}' and char_length(p.{party.email}) <= 200) as lacking,
    coalesce(p.{party.professional_type} like 'professional%%', false) as expert,
    p.{party.risk_level} as level, coalesce(p.{party.risk_valid_until} < '{day}', true) as expired,
    p.{party.risk_level} in ('C4', 'C5') and not coalesce(p.{party.lowest_risk_class}, false) as fits
  from given g left join {party} p on p.id = g.id and p.deleted_at is null
  left join agreed a on a.party = g.id left join serving s on s.party = p.id left join places c on c.party_id = g.id),
told as (
  select served,
    case when gone then 'party_gone' when not open then 'party_status' when email = 'withdrawn' then 'consent_withdrawn'
      when email is null then 'no_consent' when quiet then 'suppressed' when complaint then 'complaint_freeze'
      when lacking then 'missing_variable' when expert then case when n >= 2 then 'frequency_cap' end
      when level is null then 'not_assessed' when expired then 'assessment_expired' when not fits then 'above_level'
      when n >= 2 then 'frequency_cap' end as mail,
    case when gone then 'party_gone' when not open then 'party_status' when phone = 'withdrawn' then 'consent_withdrawn'
      when phone is null then 'no_consent' when quiet then 'suppressed' when complaint then 'complaint_freeze'
      when expert then null when level is null then 'not_assessed' when expired then 'assessment_expired'
      when not fits then 'above_level' end as work
  from seen)
select served, mail, work, count(*) from told group by 1, 2, 3
"""


def run(scale: str) -> Result:
    """Measure among the customers of the scale."""
    with installation.customers("estimate", scale):
        if scale == "small":
            _publish(CUSTOMERS[scale])
            _tell(CUSTOMERS[scale])
        return _measure(scale)


def _publish(customers: int) -> None:
    from zhike.insight.serving.logic import served_files
    from zhike.insight.warehouse import api as warehouse

    found = warehouse.publication()
    if found is None or served_files.DATASET not in found.versions:
        audience_count.publish(customers)


def _tell(customers: int) -> None:
    """Give the firm's people addresses and declarations, unless they have them."""
    from django.db import connection

    from zhike.platform.exchange import api as exchange
    from zhike.platform.exchange.types import LoadColumn

    with connection.cursor() as cursor:
        cursor.execute(f"select exists (select from {Names('consent')})")
        if cursor.fetchone()[0]:
            return
        party = Names("party")
        cursor.execute(
            f"update {party} set {party.email} = case id %% 50 when 0 then null when 1 then 'nobody' else 'a' || id || '@example.com' end"
            f" where deleted_at is null",
            [],
        )
    columns = [
        LoadColumn("party", by="id"),
        *(LoadColumn(key) for key in ("purpose", "channel", "state", "valid_from", "evidence")),
    ]
    since = installation.DAY - timedelta(days=400)
    rows = (
        (
            None,
            f"k{n}:{channel}",
            n,
            "marketing",
            channel,
            "withdrawn" if n % 9 == 0 else "granted",
            since.isoformat(),
            "录音",
        )
        for n in range(1, customers + 1)
        for channel in ("email", "phone", "sms")
        if n % 7 or channel == "sms"
    )
    exchange.load("consent", columns=columns, rows=rows)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


class Names:
    """The physical names of an object and of its fields."""

    def __init__(self, object: str) -> None:
        from zhike.platform.objects import catalogue

        self._owner = catalogue.describe(object)

    def __str__(self) -> str:
        return str(self._owner.table)

    def __getattr__(self, field: str) -> str:
        return str(self._owner.fields[field].column)


def _measure(scale: str) -> Result:
    from zhike.engagement.campaigns import api as campaigns
    from zhike.engagement.campaigns import standing
    from zhike.engagement.campaigns.logic import runs
    from zhike.engagement.campaigns.types import CampaignPlan
    from zhike.insight.audiences import api as audiences
    from zhike.kernel import clock, jobs
    from zhike.platform.permissions import api as permissions

    system = permissions.system_principal("bench")
    with clock.travel(clock.at(installation.DAY, 10)), _removed_afterwards():
        audience = audiences.create(name="全部客户", condition=EVERYBODY, principal=system)
        plan = CampaignPlan("试算", audience.uid, TEMPLATE, "net_inflow >= 10000", 5)
        campaign = campaigns.create(plan, principal=system)

        def product() -> Any:
            jobs.run_now(runs.ESTIMATE, "bench", {"campaign": str(campaign.uid), "by": system.name})
            return standing.estimate(campaign.uid, principal=system).result

        hand = _ByHand(campaign)
        found, by_hand = product(), hand()
        told = (
            found.count,
            found.control,
            dict(found_of(found.refusals)),
            found.covered,
            dict(found_of(found.work_refusals)),
        )
        assert told == by_hand, (told, by_hand)
        times: tuple[list[float], list[float]] = ([], [])
        with _growth() as grown:
            for _round in range(ROUNDS):
                for task, kept in zip((product, hand), times, strict=True):
                    started = time.perf_counter()
                    task()
                    kept.append((time.perf_counter() - started) * 1000)
    value, base = map(statistics.median, times)
    detail = {
        "audience": found.count,
        "reachable": found.reachable,
        "peak_growth_mib": grown[0],
        "load": os.getloadavg()[0],
    }
    return Result("estimate", scale, value, base, f"<= {RATIO} x SQL by hand", value <= base * RATIO, detail=detail)


@contextmanager
def _removed_afterwards() -> Iterator[None]:
    """Take away the audience, the campaign and its runs; the journal's lines about them stay."""
    from zhike.engagement.campaigns.models import Campaign
    from zhike.insight.audiences.models import Audience
    from zhike.kernel.models import Run

    kept = [(model, set(model.objects.values_list("pk", flat=True))) for model in (Run, Campaign, Audience)]
    try:
        yield
    finally:
        for model, before in kept:
            model.objects.exclude(pk__in=before).delete()


def found_of(refusals: Any) -> Iterator[tuple[str, int]]:
    """Yield refusals by code."""
    for code, _labels, n in refusals:
        yield code, n


class _ByHand:
    """The estimate as somebody would write it who needs it once."""

    def __init__(self, campaign: Any) -> None:
        from zhike.insight.serving.logic.published import published
        from zhike.platform.fields import api as fields

        self._wide = published()
        names = {key: Names(key) for key in ("party", "consent", "coverage")}
        pattern = f"^(?:{fields.bound('email').pattern})$".replace("'", "''")
        self._sql = _HAND.format(
            uid=campaign.uid, percent=campaign.control_percent, day=installation.DAY, pattern=pattern, **names
        ).replace("%%", "%")

    def __call__(self) -> Any:
        import numpy
        from django.db import connection, transaction

        from zhike.expressions import trees

        with self._wide.session() as engine:
            ids = engine.arrow(trees.sql("select party_id from wide where total_asset >= 0"))["party_id"].to_numpy()
        rows = numpy.empty(len(ids), dtype=[("columns", ">i2"), ("length", ">i4"), ("id", ">i8")])
        rows["columns"], rows["length"], rows["id"] = 1, 8, ids
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("create temporary table hand (id bigint not null) on commit drop")
            with cursor.copy("copy hand from stdin (format binary)") as stream:
                stream.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8) + rows.tobytes() + b"\xff\xff")
            cursor.execute("analyze hand")
            cursor.execute("set local work_mem = '256MB'")  # as the product has it
            cursor.execute(self._sql)
            groups = cursor.fetchall()
        return self._told(len(ids), groups)

    def _told(self, count: int, groups: list[tuple[bool, str | None, str | None, int]]) -> Any:
        mail: dict[str, int] = {}
        work: dict[str, int] = {}
        treated = covered = 0
        for served, refused, unwanted, n in groups:
            treated += n
            covered += n * served
            if refused:
                mail[refused] = mail.get(refused, 0) + n
            if served and unwanted:
                work[unwanted] = work.get(unwanted, 0) + n
        return count, count - treated, mail, covered, work


@contextmanager
def _growth() -> Iterator[list[int]]:
    """Give, at the end, by how many MiB the process was larger than at the beginning, at most."""
    found, ended, before = [0], threading.Event(), _resident()

    def watch() -> None:
        while not ended.wait(0.02):
            found[0] = max(found[0], _resident() - before)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
