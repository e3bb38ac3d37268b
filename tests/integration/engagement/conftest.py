"""A mail server that counts, and campaigns on the golden day."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller

from tests.integration.insight.conftest import golden_day, golden_files, installation

__all__ = ["golden_day", "golden_files", "installation"]


class Mailbox:
    """Counts messages by decision; answers as told."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()
        self.rcpt_answer = "250 ok"
        self.data_answer = "250 kept"
        self.settings: dict[str, object] = {}

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # type: ignore[no-untyped-def]
        """Accept or refuse a recipient."""
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server, session, envelope) -> str:  # type: ignore[no-untyped-def]
        """Count a message by its decision."""
        for line in envelope.content.decode().splitlines():
            if line.startswith("X-Zhike-Decision:"):
                self.messages[line.split(":")[1].strip()] += 1
        return self.data_answer


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A running mail server of the test's own."""
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.settings = {"host": "127.0.0.1", "port": port, "sender": "service@zhike.example"}
    yield box
    controller.stop()


@pytest.fixture
def desk(golden_day) -> Iterator[SimpleNamespace]:  # type: ignore[no-untyped-def]
    """The morning after the golden day: an audience of all its twelve parties, and how to launch a campaign on it."""
    from tests.factories import campaigns as heavy
    from tests.factories.records import SYSTEM
    from zhike.engagement.campaigns import api as campaigns
    from zhike.engagement.campaigns import standing
    from zhike.engagement.campaigns.types import CampaignPlan
    from zhike.engagement.compliance.models import CapReservation
    from zhike.insight.audiences import api as audiences
    from zhike.kernel import clock, database
    from zhike.kernel.trading_days import trading_calendar

    morning = clock.at(trading_calendar().add(golden_day, 1), 9, 30)
    database.set_clock_offset(database.read_clock_offset() + morning - clock.now())
    condition = {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": "0", "type": "decimal"}}
    everybody = audiences.create(name="全部客户", condition=condition, principal=SYSTEM)

    def launch(template: str, control: int = 0, goal: str = "net_inflow >= 10000", days: int = 5):  # type: ignore[no-untyped-def]
        plan = CampaignPlan(
            name="服务体检",
            audience=everybody.uid,
            template=template,
            goal=goal,
            goal_days=days,
            script="您好",
            control_percent=control,
        )
        made = campaigns.create(plan, principal=SYSTEM)
        seen = heavy.estimate(made.uid, principal=SYSTEM)
        made = heavy.confirm(
            made.uid, revision=made.revision, count=seen.count, business_date=seen.business_date, principal=SYSTEM
        )
        return campaigns.launch(made.uid, revision=made.revision, principal=SYSTEM), seen

    CapReservation.objects.all().delete()
    yield SimpleNamespace(launch=launch, audience=everybody, day=golden_day, morning=morning)
    for running in standing.campaigns(principal=SYSTEM):
        if "stop" in campaigns.possible_acts(running):
            campaigns.stop(running.uid, revision=running.revision, principal=SYSTEM)
    database.set_clock_offset(database.read_clock_offset() * 0)
