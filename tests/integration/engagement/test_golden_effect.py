"""The golden day's campaign: everybody accounted for, every figure of its effect as worked out by hand."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

import pytest

from tests.factories import campaigns as heavy
from tests.factories import golden
from tests.factories.lake import asked
from tests.factories.records import SYSTEM
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import screens, standing
from zhike.engagement.campaigns.logic import groups
from zhike.engagement.campaigns.models import Member
from zhike.engagement.channels import api as channels
from zhike.insight.identity import api as identity
from zhike.insight.warehouse import received
from zhike.kernel import clock
from zhike.kernel.trading_days import trading_calendar
from zhike.kernel.written import Written
from zhike.platform.organization import api as organization

WANTED = golden.expected()["effect"]
PLAN = golden.inputs()["campaign"]


@pytest.fixture
def parties(golden_day) -> dict[int, str]:
    """The golden day's parties by number, named by their last source record (the counter's where there is one)."""
    return dict(
        asked(
            "select party_id, max(system || ':' || source_key) from _links"
            " where system || ':' || source_key <> 'counter:000000011' group by 1",
            links=identity.LINK,
        )
    )


@pytest.fixture
def campaign(desk, mailbox, parties, tmp_path, monkeypatch):
    """The campaign after its days: sent, the later files loaded and computed."""
    from tests.integration.insight.conftest import run_stage

    control = ", ".join(str(party) for party, record in parties.items() if record in PLAN["control"])
    monkeypatch.setattr(groups, "in_control", lambda _campaign, party: Written(f"({party} in ({control}))"))
    launched, _seen = desk.launch(PLAN["template"], control=25, goal=PLAN["goal"], days=PLAN["days"])
    while campaigns.advance():
        pass
    channels.dispatch(mailbox.settings)
    last = golden.write_later(tmp_path, trading_calendar())
    with clock.travel(clock.at(last, 22)):  # no file tells of days to come
        assert {found.state for found in received.load_folder(tmp_path)} == {"done"}
    run_stage(last)
    return standing.get(launched.uid, principal=SYSTEM)


def _numbers(difference) -> dict[str, object]:
    keys = ("state", "n_treated", "n_control", "some_treated", "some_control", "expected", "treated", "control")
    keys = (*keys, "difference", "low", "high")
    return {key: getattr(difference, key) for key in keys}


def _decimals(values: dict[str, object]) -> dict[str, object]:
    return {
        key: Decimal(value) if isinstance(value, str) and key != "state" else value for key, value in values.items()
    }


def test_every_figure_of_the_effect(campaign, parties):
    assert asdict(standing.counts(campaign, principal=SYSTEM)) == WANTED["counts"]
    refused = Member.objects.filter(campaign_id=campaign.id, state="refused").values_list("party_id", flat=True)
    assert sorted(parties[party] for party in refused) == WANTED["refused"]

    found = heavy.effect(campaign.uid, principal=SYSTEM)

    assert (found.observed_days, found.days, found.business_date) == (5, 5, golden.inputs()["last_day"])
    measures = {measure.key: _numbers(measure) for measure in found.measures}
    assert measures == {key: _decimals(WANTED[key]) for key in ("net_inflow", "conversion")}
    assert not any(measure.significant for measure in found.measures)
    assert {g: list(line) for g, line in found.curve.items()} == {
        g: [Decimal(value) for value in line] for g, line in WANTED["curve"].items()
    }
    codes = {unit.id: unit.code for unit in organization.all_units()}
    branches = {
        codes[row["unit_id"]]: {
            **{key: getattr(row["difference"], key) for key in ("treated", "control", "difference")},
            "small": row["small"],
        }
        for row in found.units
    }
    assert branches == {code: _decimals(row) for code, row in WANTED["branches"].items()}
    assert {(row["difference"].low, row["difference"].significant) for row in found.units} == {(None, False)}
    for group in ("treated", "control"):
        rows, _more, count = standing.members(campaign.uid, state=f"converted_{group}", principal=SYSTEM)
        assert {parties[row.party_id] for row in rows} == {
            record
            for record, row in WANTED["people"].items()
            if row["converted"] and (record in PLAN["control"]) == (group == "control")
        }
        assert count == len(rows)
    assert standing.members(campaign.uid, state="work_done", principal=SYSTEM)[2] == 0
    given, _more, _count = standing.members(campaign.uid, state="work", principal=SYSTEM)
    assert [parties[row.party_id] for row in given] == WANTED["work"]
    refused, _more, count = standing.members(campaign.uid, state="work_refused", principal=SYSTEM)
    reasons = {parties[row.party_id]: [reason["code"] for reason in row.reasons] for row in refused}
    assert (reasons, count) == (WANTED["work_refused"], 2)
    for row in screens.effect_out(campaign, standing.effect(campaign.uid, principal=SYSTEM), SYSTEM)["branches"]:
        for key, state in (("chosen", ""), ("control", "control"), ("sent", "sent"), ("refused", "refused")):
            behind = standing.members(campaign.uid, state=state, unit=row["uid"], principal=SYSTEM)
            assert (behind[2], len(behind[0])) == (row[key], row[key]), (row["name"], key)
    people = {
        parties[row.party_id]: {"net_inflow": row.much, "converted": row.converted}
        for row in standing.members(campaign.uid, principal=SYSTEM)[0]
    }
    assert people == {record: _decimals(row) for record, row in WANTED["people"].items()}
