"""The first page of the list of work among many open items, with its counts: a manager and a branch head against SQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import connection, transaction

from benchmarks import installation
from benchmarks.measure import Result, interleaved

ALLOWED_MS = 15
_ADDRESS = "/api/v1/work"
OPEN = {"small": 100_000, "seed": 1_000_000}
#: Every so many items nobody has yet; whoever holds the role in the unit may take them.
_FREE = 50
_FILL = """
insert into work_workitem (uid, kind, origin_kind, origin_uid, origin_title, step, occurrence, object, record_id, assignee,
  candidates, unit_id, subject, script, result_set, due_at, urgent_at, state, result, note, done_by, created_at, revision)
select gen_random_uuid(), 'follow_up', 'benchmark', gen_random_uuid(), '活动', '', 1, 'party', 1 + n %% %(customers)s,
  case when n %% {free} = 0 then '' else 'E' || lpad((n %% %(managers)s)::text, 6, '0') end,
  case when n %% {free} = 0 then array['role:account_manager@' || u.id] else '{{}}' end, u.id, '回访', '', 'follow_up',
  now() + (n %% 5000 - 500) * interval '1 minute', now() + (n %% 5000 - 500) * interval '1 minute', 'open', '', '', '', now(), 1
from generate_series(1, %(items)s) n
join (select id, row_number() over (order by id) - 1 as k, count(*) over () as units from organization_unit where kind = 'branch') u
  on u.k = n %% u.units
"""
_COUNTS = """
select count(*) filter (where state = 'open'), count(*) filter (where state = 'open' and paused_at is null and due_at < now()),
  count(*) filter (where state = 'done'), count(*) filter (where state = 'open' and assignee = '' and candidates && %(as)s)
from work_workitem where {whose}
"""
_PAGE = "select * from work_workitem where state = 'open' and ({whose}) order by urgent_at, id limit 51"
#: The best SQL for one's own: each part by its own index, in its own order, then the first of both.
_OWN = """
select * from ((select * from work_workitem where state = 'open' and assignee = %(me)s order by urgent_at, id limit 51)
  union all (select * from work_workitem where state = 'open' and assignee = '' and candidates && %(as)s
             order by urgent_at, id limit 51)) w order by urgent_at, id limit 51
"""


def run(scale: str) -> Result:
    """Return the worse of the two roles. What is written is rolled back."""
    with installation.customers("todo_page", scale), transaction.atomic():
        found = measure(scale)
        transaction.set_rollback(True)
        return found


def measure(scale: str) -> Result:
    """Measure on an installation that has its customers; the open items are made here."""
    from benchmarks import endpoint
    from zhike.platform.objects import catalogue

    service, party = installation.service(), catalogue.describe("party")
    _fill(OPEN[scale], service)
    name = party.fields["name"].column
    unit = service.unit
    own = "assignee = %(me)s or assignee = '' and state = 'open' and candidates && %(as)s"
    roles = {
        "account_manager": (service.employee_no, _OWN, own),
        "branch_head": ("E900001", _PAGE.format(whose="unit_id = %(unit)s"), "unit_id = %(unit)s"),
    }
    detail: dict[str, object] = {"open": OPEN[scale]}
    worst = (0.0, 0.0)
    for role, (number, page, whose) in roles.items():
        values = {"me": number, "unit": unit, "as": [f"role:{role}@{unit}", f"group:@{unit}", f"person:{number}@"]}
        counts = _COUNTS.format(whose=whose)

        def baseline(page: str = page, counts: str = counts, values: dict[str, object] = values) -> None:
            with connection.cursor() as cursor:
                cursor.execute(page, values)
                at = [column.name for column in cursor.description or ()].index("record_id")
                ids: Sequence[int] = [row[at] for row in cursor.fetchall()]
                cursor.execute(counts, values)
                cursor.fetchall()
                cursor.execute(f"select id, uid, {name} from {party.table} where id = any(%s)", [list(ids)])
                cursor.fetchall()

        browser = endpoint.signed_in(number, role, unit)
        value, base = endpoint.more_cpu(browser, _ADDRESS)
        waited, sql = interleaved(partial(browser.get, _ADDRESS), baseline, rounds=endpoint.ROUNDS)
        detail[role] = {
            "more_cpu_ms": round(value - base, 2),
            "request_ms": round(waited, 2),
            "sql_ms": round(sql, 2),
        }
        if value - base >= worst[0] - worst[1]:
            worst = (value, base)
    value, base = worst
    bar = f"CPU <= bare endpoint + {ALLOWED_MS} ms"
    return Result("todo_page", scale, value, base, bar, value <= base + ALLOWED_MS, detail=detail)


def _fill(items: int, service: installation.Service) -> None:
    from zhike.platform.objects import catalogue

    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {catalogue.describe('party').table}")
        customers = cursor.fetchone()[0]
        managers = max(customers // 300, 2)
        cursor.execute(_FILL.format(free=_FREE), {"items": items, "customers": customers, "managers": managers})
        cursor.execute("analyze work_workitem")
        # The manager has what belongs to a manager, in the unit of the post.
        mine = {"me": service.employee_no, "unit": service.unit}
        cursor.execute(
            "update work_workitem set assignee = %(me)s, unit_id = %(unit)s where id in"
            " (select id from work_workitem where assignee <> '' order by id limit 400)",
            mine,
        )
        cursor.execute(
            "insert into organization_user (uid, employee_no, name, language, is_active, password, session_salt, must_change)"
            " select gen_random_uuid(), 'E' || lpad(n::text, 6, '0'), '经理' || n, 'zh', true, '', '', false"
            " from generate_series(0, %s) n on conflict do nothing",
            [managers],
        )
        cursor.execute("analyze work_workitem")
