"""The golden day with its people, a running campaign and everything that has an address."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from tests.factories import campaigns as heavy
from tests.factories import golden
from tests.factories.records import SYSTEM
from tests.integration.insight.conftest import golden_day, golden_files, installation

__all__ = ["golden_day", "golden_files", "installation"]
ROLES = {"E00101": "account_manager", "E00100": "branch_head", "E90001": "operator"}
EVERYBODY = {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": "0", "type": "decimal"}}


@pytest.fixture(scope="module")
def house(golden_day) -> Iterator[SimpleNamespace]:  # type: ignore[no-untyped-def]
    """The morning after the golden day: users by role, and the uids of what is there by kind."""
    from django.conf import settings

    from zhike.insight.audiences import api as audiences
    from zhike.insight.warehouse.models import Load
    from zhike.kernel import clock, database
    from zhike.kernel.models import Run
    from zhike.kernel.trading_days import trading_calendar
    from zhike.platform.objects import api as objects
    from zhike.platform.objects.types import RecordQuery
    from zhike.platform.organization import api as organization
    from zhike.platform.permissions import api as permissions
    from zhike.platform.work.models import WorkItem

    morning = clock.at(trading_calendar().add(golden_day, 1), 9, 30)
    database.set_clock_offset(database.read_clock_offset() + morning - clock.now())
    users = {}
    for number, name, unit, _post in golden.inputs()["employees"]:
        if number in ROLES:
            staff, _password = organization.add_user(employee_no=number, name=name, role=ROLES[number], unit=unit)
            users[ROLES[number]] = staff.id
    steward, _password = organization.add_user(employee_no="D0001", name="数据", role="data_steward", unit="HQ")
    users["data_steward"] = steward.id
    guest, _password = organization.add_user(employee_no="E09999", name="过客", role="account_manager", unit=unit)
    audience = audiences.create(name="全部客户", condition=EVERYBODY, principal=SYSTEM)
    audiences.take_snapshot(audience.uid, principal=SYSTEM)
    running, draft, seen = launched(audience)
    manager = permissions.principal_of_user(users["account_manager"])
    served = objects.page(RecordQuery("party", limit=1), principal=manager).rows[0].uid
    parties = [row.uid for row in objects.page(RecordQuery("party", limit=50), principal=SYSTEM).rows]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mail = Controller(Sink(), hostname="127.0.0.1", port=port)
    mail.start()
    before, settings.SMTP = settings.SMTP, {**settings.SMTP, "port": port}
    yield SimpleNamespace(
        users=users,
        guests=[str(guest.uid)],
        parties=[str(uid) for uid in parties],
        audiences=[str(audience.uid)],
        campaigns=[str(running.uid), str(draft.uid)],
        draft=str(draft.uid),
        served=str(served),
        unknown_message=lambda: unknown_message(running.uid),
        loads=[str(uid) for uid in Load.objects.values_list("uid", flat=True)[:3]],
        runs=[str(uid) for uid in Run.objects.values_list("uid", flat=True)[:3]],
        work=[str(uid) for uid in WorkItem.objects.values_list("uid", flat=True)[:20]],
        unit=str(organization.all_units()[0].uid),
        day=golden_day,
        count=seen.count,
    )
    settings.SMTP = before
    mail.stop()
    database.set_clock_offset(database.read_clock_offset() * 0)


def launched(audience):  # type: ignore[no-untyped-def]
    """Launch one campaign on an audience and draft another; return both, and what was estimated."""
    from zhike.engagement.campaigns import api as campaigns
    from zhike.engagement.campaigns.types import CampaignPlan

    plan = CampaignPlan("服务体检", audience.uid, "service_checkup", "net_inflow >= 10000", 5, script="您好")
    running, draft = (campaigns.create(plan, principal=SYSTEM) for _n in range(2))
    seen = heavy.estimate(running.uid, principal=SYSTEM)
    running = heavy.confirm(
        running.uid, revision=1, count=seen.count, business_date=seen.business_date, principal=SYSTEM
    )
    campaigns.launch(running.uid, revision=running.revision, principal=SYSTEM)
    while campaigns.advance():
        pass
    return running, draft, seen


def unknown_message(campaign):  # type: ignore[no-untyped-def]
    """Let one message of a campaign have an unknown outcome; return where its party stands in addresses."""
    from zhike.engagement.channels.models import Delivery
    from zhike.platform.objects import api as objects

    message = Delivery.objects.filter(origin_uid=campaign).order_by("pk")[0]
    Delivery.objects.filter(pk=message.pk).update(state="unknown")
    party = objects.displays("party", [message.party_id], principal=SYSTEM)[message.party_id]
    return {"uid": str(campaign), "party": party["uid"]}
