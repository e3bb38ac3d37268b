"""The verdict of a campaign whose days are over stays; late files make another version, which says why it is there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.factories import campaigns as heavy
from tests.factories import golden
from tests.factories.records import SYSTEM
from tests.integration.insight.conftest import run_stage
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import screens, standing
from zhike.engagement.campaigns.logic import assigned, closing, effects
from zhike.engagement.campaigns.models import Campaign, Verdict
from zhike.insight.warehouse import received
from zhike.kernel import clock, event_delivery
from zhike.kernel.trading_days import trading_calendar

PLAN = golden.inputs()["campaign"]
ENGLISH = replace(SYSTEM, language="en")


@pytest.fixture
def over(desk, tmp_path):
    """A campaign all of whose days are observed, the folder of its days' files, and the last day."""
    launched, _seen = desk.launch(PLAN["template"], control=25, goal=PLAN["goal"], days=PLAN["days"])
    while campaigns.advance():
        pass
    last = golden.write_later(tmp_path, trading_calendar())
    load(tmp_path, last)
    event_delivery.deliver_all()
    return launched, tmp_path, last


def load(folder, last):
    with clock.travel(clock.at(last, 22)):  # no file tells of days to come
        assert {found.state for found in received.load_folder(folder)} <= {"done", "unchanged", "skipped"}
    run_stage(last)


def correct(folder, into):
    """Write the corrected file of the campaign's last day with a flow: ten times the amount; return its name."""
    into.mkdir()
    for path in sorted(folder.glob("counter_cash_flow_*.csv"), reverse=True):
        lines = path.read_bytes().decode("gbk").splitlines()
        if len(lines) > 1 and f"{golden.inputs()['last_day']:%Y%m%d}" not in path.name:  # a day after the campaign's
            break
    heads, values = lines[0].split(","), lines[1].split(",")
    for name in ("发生金额", "发生金额人民币"):
        at = heads.index(name)
        values[at] = str(Decimal(values[at]) * 10)
    (into / path.name).write_bytes("\n".join([lines[0], ",".join(values), *lines[2:], ""]).encode("gbk"))
    return path.name


def shown(campaign, principal=SYSTEM):
    return screens.effect_out(campaign, standing.effect(campaign.uid, principal=principal), principal)


def test_late_files_change_no_verdict_until_it_is_computed_again_and_both_are_kept(over):
    campaign, folder, last = over
    first = heavy.effect(campaign.uid, principal=SYSTEM)
    ([kept], late) = standing.closed(campaign.uid, principal=SYSTEM)
    assert (first.complete, kept.version, kept.files, kept.result, late) == (True, 1, [], first, [])
    assert shown(campaign)["closing"]["may_change"].startswith("观察期各日已到的数据都已计入")

    name = correct(folder, folder / "late")
    with clock.travel(clock.at(last, 22)):
        assert [found.state for found in received.load_folder(folder / "late")] == ["done"]
    found = shown(campaign, ENGLISH)
    assert found["current"] and found["closing"]["late"] == 1
    assert f"1 files about the observed days came after the conclusion ({name})" in found["closing"]["may_change"]

    run_stage(last)
    event_delivery.deliver_all()
    found = standing.effect(campaign.uid, principal=SYSTEM)
    assert (found.result, found.current, found.run) == (first, False, None), "it stays until a person has it computed"
    second = heavy.effect(campaign.uid, principal=SYSTEM)
    assert [one.treated for one in second.measures] != [one.treated for one in first.measures]
    before, newest = standing.closed(campaign.uid, principal=SYSTEM)[0]
    assert (before, newest.version, newest.result) == (kept, 2, second)
    assert [(file.file, file.counted) for file in newest.files] == [(name, True)]
    versions = shown(campaign)["closing"]["versions"]
    assert [(one["version"], one["why"]) for one in versions] == [(2, f"因迟到或更正的文件：{name}"), (1, None)]
    assert shown(campaign)["closing"]["late"] == 0


def test_a_job_done_twice_keeps_one_version_and_another_day_makes_none(over):
    campaign, _folder, last = over
    found = heavy.effect(campaign.uid, principal=SYSTEM)
    row = Campaign.objects.get(uid=campaign.uid)
    closing.close(row, Verdict.objects.get(campaign=row).run, found)
    assert Verdict.objects.filter(campaign=row).count() == 1
    run_stage(last)  # the same files again: another publication, the same figures
    assert standing.effect(campaign.uid, principal=SYSTEM).current


def test_before_the_end_day_nothing_is_closed(over):
    campaign, _folder, _last = over
    Campaign.objects.filter(uid=campaign.uid).update(goal_days=9)
    assert not heavy.effect(campaign.uid, principal=SYSTEM).complete
    assert standing.closed(campaign.uid, principal=SYSTEM) == ([], [])
    assert shown(campaign)["closing"] is None


def test_two_who_are_one_are_lost_in_both_groups_and_nobody_is_counted_twice(over, monkeypatch):
    campaign = Campaign.objects.get(uid=over[0].uid)
    few = sorted(campaign.members.values_list("party_id", flat=True))[:3]
    campaign.members.update(group="treated")
    campaign.members.filter(party_id__in=few).update(group="control")
    by_group = {g: list(campaign.members.filter(group=g).values_list("party_id", flat=True)) for g in effects.GROUPS}
    treated, control = (sorted(by_group[g]) for g in effects.GROUPS)
    whole = assigned.people(campaign)
    assert (whole.assigned, whole.lost) == (
        {"treated": len(treated), "control": len(control)},
        {"treated": 0, "control": 0},
    )

    monkeypatch.setattr(assigned.identity, "survivors", lambda _object: {treated[0]: treated[1]})
    found = assigned.people(campaign)
    assert (found.assigned, found.lost) == (whole.assigned, {"treated": 1, "control": 0})
    monkeypatch.setattr(assigned.identity, "survivors", lambda _object: {control[0]: treated[1]})
    found = assigned.people(campaign)
    assert (found.assigned, found.lost) == (whole.assigned, {"treated": 1, "control": 1})
