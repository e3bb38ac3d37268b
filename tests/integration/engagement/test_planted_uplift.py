"""The sample broker plants an uplift; a campaign with a fixed seed finds it."""

from __future__ import annotations

import json
import uuid
from datetime import date

from django.conf import settings
from django.db import connection

from tests.factories import campaigns as heavy
from tests.factories.records import SYSTEM
from zhike.cli import trial
from zhike.cli.output import Output
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import standing
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.campaigns.types import CampaignPlan
from zhike.engagement.channels.models import Delivery
from zhike.insight.audiences import api as audiences
from zhike.kernel import clock
from zhike.platform.objects import catalogue

FIXED = uuid.UUID("01a20000-0000-7000-8000-000000000001")
CUSTOMERS, DAYS, END, WINDOW = 2_000, 25, date(2026, 3, 17), 20


def test_a_fixed_seed_finds_the_planted_uplift(installation, monkeypatch):
    monkeypatch.setenv("ZHIKE_HOME", str(settings.HOME))
    _number_parties_from_one()
    output = Output(as_json=True)
    trial.load_sample(CUSTOMERS, DAYS, END, 20260317, output)
    assert all(path.stat().st_nlink > 1 for path in trial.sample_folder().glob("*_2*.csv")), (
        "kept once, under two names"
    )
    condition = {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": "0", "type": "decimal"}}
    everybody = audiences.create(name="全部", condition=condition, principal=SYSTEM)
    # The day of reach itself shows no reaction, so the last of the campaign's days is the last of the sample's.
    days = WINDOW - 1
    plan = CampaignPlan("服务体检", everybody.uid, "service_checkup", "net_inflow >= 10000", days, control_percent=50)
    made = campaigns.create(plan, principal=SYSTEM)
    Campaign.objects.filter(uid=made.uid).update(uid=FIXED)
    seen = heavy.estimate(FIXED, principal=SYSTEM)
    made = heavy.confirm(FIXED, revision=1, count=seen.count, business_date=END, principal=SYSTEM)
    campaigns.launch(FIXED, revision=made.revision, principal=SYSTEM)
    while campaigns.advance():
        pass
    Delivery.objects.filter(origin_uid=FIXED).update(state="sent", sent_at=clock.now())

    run_stage = trial._stage
    last = trial.trading_days_after(END, WINDOW)[-1]
    monkeypatch.setattr(trial, "_stage", lambda day, out: run_stage(day, out) if day == last else None)
    trial.advance_sample(WINDOW, output)

    found = heavy.effect(FIXED, principal=SYSTEM)
    counts = standing.counts(standing.get(FIXED, principal=SYSTEM), principal=SYSTEM)
    inflow = next(measure for measure in found.measures if measure.key == "net_inflow")
    truth = json.loads((trial.sample_folder() / "truth.json").read_text(encoding="utf-8"))["uplift"]
    observed = found.observed_days / truth["days"]
    planted = observed * truth["probability"] * (truth["low"] + truth["high"]) / 2 * counts.sent / counts.treated
    assert (found.business_date, found.observed_days) == (last, WINDOW - 1)
    assert found.complete and found.balance.holds
    conversion = next(measure for measure in found.measures if measure.primary)
    assert (conversion.key, conversion.state, conversion.significant) == ("conversion", "judged", True)
    assert (inflow.state, inflow.significant) == ("shown", False), "only the primary measure is judged"
    assert float(inflow.low) > 0
    # The interval is about capped amounts; what was planted is in those without a cap.
    assert abs(float(inflow.capped.raw) - planted) < 3 * inflow.error
    control = Campaign.objects.get(uid=FIXED).members.filter(group="control").count()
    assert (inflow.n_treated, inflow.n_control) == (counts.treated, control)


def _number_parties_from_one():
    """Groups are drawn by party id, and tests before this one have used up ids of the database it was copied from."""
    with connection.cursor() as cursor:
        table = catalogue.describe("party").table
        cursor.execute("select setval(pg_get_serial_sequence(%s, 'id'), 1, false)", [table])
