"""All blocks of the customer's page for one party against the raw queries of the same data by hand."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction

from benchmarks import installation
from benchmarks.installation import Service
from benchmarks.measure import Result, interleaved

ALLOWED_MS = 60
#: What the page shows of the warehouse: the trading days of a year.
DAYS = timedelta(days=365)
INTERACTIONS = 40
DECISIONS = 10


def run(scale: str) -> Result:
    """Measure what a covering manager waits for."""
    with installation.customers("customer_360", scale), transaction.atomic():
        found = measure(scale, installation.service())
        transaction.set_rollback(True)
    return found


def measure(scale: str, service: Service) -> Result:
    """Measure the page of a customer as the manager sees it who serves it, in the caller's transaction."""
    from benchmarks import endpoint
    from zhike.platform.objects import api as objects
    from zhike.platform.permissions import api as permissions

    _past(service)
    browser = endpoint.signed_in(service.employee_no, "account_manager", service.unit)
    system = permissions.system_principal("benchmark")
    uid = objects.displays("party", [service.party], principal=system)[service.party]["uid"]
    address = f"/api/v1/pages/customer?record={uid}"
    queries = _raw_queries(service.party)
    with installation.engine() as days:
        of_days = _raw_days(service.party, days)

        def baseline() -> None:
            with connection.cursor() as cursor:
                for sql in queries:
                    cursor.execute(sql)
                    cursor.fetchall()
            for sql in of_days:
                days.execute(sql).fetchall()

        page = partial(browser.get, address)
        value, base = interleaved(page, baseline, rounds=endpoint.ROUNDS, clock=time.process_time)
        waited, raw = interleaved(page, baseline, rounds=15)
    _page, bare = endpoint.more_cpu(browser, address)
    states = Counter(block["state"] for block in browser.get(address).json()["blocks"].values())
    detail = {
        "blocks": dict(states),
        "raw_queries": len(queries) + len(of_days),
        "more_cpu_ms": round(value - base, 2),
        "bare_cpu_ms": round(bare, 2),
        "request_ms": round(waited, 2),
        "raw_ms": round(raw, 2),
    }
    bar = f"CPU <= raw + {ALLOWED_MS} ms"
    return Result("customer_360", scale, value, base, bar, value <= base + ALLOWED_MS, detail=detail)


def _raw_days(party_id: int, days: Any) -> Sequence[str]:
    """The party's tags, assets by day and by account, and largest flows by hand; nothing where no day is published."""
    from zhike.insight.warehouse import api as warehouse

    published = warehouse.publication()
    asset, flow = "core.counter_daily_asset", "core.counter_cash_flow"
    if published is None or asset not in published.versions:
        return []
    last = published.business_date
    first = last - DAYS
    owners = installation.files("identity.account_party")
    of_party = f"select account_id from {owners} where party_id = {party_id}"
    accounts = ", ".join(str(row[0]) for row in days.execute(of_party).fetchall()) or "null"
    totals = installation.files(asset, first=first, last=last)
    newest = installation.files(asset, first=last, last=last)
    flows = installation.files(flow, first=first, last=last)
    tags = installation.files("mart.tag", first=last, last=last)
    return [
        of_party,
        f"select business_date, sum(total_cny) from {totals} where account_id in ({accounts})"
        f" and business_date between date '{first}' and date '{last}' group by 1 order by 1",
        "select business_date, sum(case direction when 'in' then amount_cny else -amount_cny end) as total"
        f" from {flows} where account_id in ({accounts}) and business_date between date '{first}' and date '{last}'"
        " group by 1 order by abs(total) desc limit 6",
        f"select * from {tags} where party_id = {party_id}",
        f"select account_id, currency, total, total_cny from {newest} where account_id in ({accounts})"
        f" and business_date = date '{last}'",
    ]


def _raw_queries(party_id: int) -> Sequence[str]:
    """The record by id, its roles, coverages, interactions, history, decisions, work and served wide row."""
    from zhike.platform.objects import catalogue
    from zhike.platform.objects.models import SideTable

    party = catalogue.describe("party")
    children = [catalogue.describe(key) for key in ("account_role", "party_relationship", "coverage", "interaction")]
    wide = SideTable.objects.get(object="party", current=True).table
    return [
        f"select * from {party.table} where id = {party_id} and deleted_at is null",
        *(
            f"select * from {child.table} where deleted_at is null and {child.fields['party'].column} = {party_id} limit 50"
            for child in children
        ),
        f"select * from audit_entry where subject = 'party' and subject_id = {party_id} order by at desc limit 200",
        f"select * from compliance_decision where party_id = {party_id} order by decided_at desc limit 50",
        f"select * from work_workitem where record_id = {party_id} order by due_at limit 50",
        f"select * from {wide} where id = {party_id}",
    ]


def _past(service: Service) -> None:
    """Give a party what years of service leave: interactions, decisions of campaigns, work. All is rolled back."""
    from zhike.engagement.compliance.models import Decision
    from zhike.kernel import actions, clock
    from zhike.kernel.ids import uuid7
    from zhike.platform.exchange import api as exchange
    from zhike.platform.exchange.types import LoadColumn
    from zhike.platform.permissions import api as permissions
    from zhike.platform.work.types import GiveWork, NewWork

    columns = [LoadColumn("party", by="id"), *map(LoadColumn, ("channel", "subject", "at", "employee_no"))]
    rows = (
        (
            None,
            f"bench{n}",
            service.party,
            "phone",
            f"回访{n}",
            f"2026-01-{1 + n % 28:02d}T09:00:00+08:00",
            service.employee_no,
        )
        for n in range(INTERACTIONS)
    )
    exchange.load("interaction", columns=columns, rows=rows)
    for n in range(DECISIONS):
        origin = uuid7()
        Decision.objects.create(
            uid=uuid7(),
            origin_kind="campaign",
            origin_uid=origin,
            step="first",
            party_id=service.party,
            channel="email",
            allowed=n % 2 == 0,
            reasons=[],
            decided_at=clock.now(),
        )
        given = GiveWork(
            kind="follow_up",
            origin_kind="campaign",
            origin_uid=origin,
            origin_title=f"活动{n}",
            object="party",
            results="follow_up",
            step="first",
            items=(
                NewWork(
                    record=service.party,
                    assignee=service.employee_no,
                    subject=f"活动{n}",
                    script="您好",
                    due_at=clock.now(),
                ),
            ),
        )
        actions.run("work.give", given, asker=permissions.system_principal("benchmark"))
