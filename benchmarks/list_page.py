"""A list page by total assets: manager, branch head and head office against the same SQL with the same scope."""

from __future__ import annotations

from django.db import connection

from benchmarks import installation
from benchmarks.measure import Result, interleaved

ALLOWED_MS = 15
_RAW = """
select t.id, t.uid, t.revision, t.source_key, t.{name}, w.total_asset, w.net_inflow_30d from {party} t join {wide} w on w.id = t.id
where t.deleted_at is null and w.total_asset is not null {scope} order by w.total_asset desc, w.id desc limit 51
"""


def run(scale: str) -> Result:
    """Return the worst of the three roles."""
    with installation.customers("list_page", scale):
        return measure(scale)


def measure(scale: str) -> Result:
    """Measure on an installation that has its data."""
    from zhike.kernel import definitions
    from zhike.platform.objects import api as objects
    from zhike.platform.objects import catalogue
    from zhike.platform.objects.models import SideTable
    from zhike.platform.objects.types import RecordQuery
    from zhike.platform.permissions.types import Post, Principal

    service = installation.service()
    unit, manager = service.unit, service.employee_no
    party, coverage = catalogue.describe("party"), catalogue.describe("coverage")
    wide = SideTable.objects.get(object="party", current=True).table
    query = RecordQuery(
        "party",
        sort=("total_asset", "desc"),
        columns=("name", "customer_no", "mobile", "total_asset", "net_inflow_30d", "risk_level"),
    )
    covered = (
        f"and exists (select 1 from {coverage.table} c where c.{coverage.fields['party'].column} = t.id and c.deleted_at is null"
        f" and c.{coverage.fields['employee_no'].column} = '{manager}')"
    )
    roles = {
        "account_manager": (manager, (unit,), covered),
        "branch_head": ("E900001", (unit,), f"and t.{party.fields['branch'].column} = {unit}"),
        "operator": ("P000001", (), ""),
    }
    detail: dict[str, object] = {}
    worst = (0.0, 0.0)
    for role, (number, units, scope) in roles.items():
        post = Post(role, next(iter(units), None), units)
        principal = Principal(kind="staff", name=role, user_id=1, employee_no=number, posts=(post,))
        raw = _RAW.format(name=party.fields["name"].column, party=party.table, wide=wide, scope=scope)

        def baseline(sql: str = raw) -> None:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                cursor.fetchall()

        def product(asking: Principal = principal) -> None:
            with definitions.pinned():  # as the middleware does for each request
                objects.page(query, principal=asking)

        value, base = interleaved(product, baseline, rounds=15)
        detail[role] = {"product_ms": round(value, 2), "raw_ms": round(base, 2)}
        if value - base >= worst[0] - worst[1]:
            worst = (value, base)
    value, base = worst
    return Result(
        "list_page", scale, value, base, f"<= raw + {ALLOWED_MS} ms", value <= base + ALLOWED_MS, detail=detail
    )
