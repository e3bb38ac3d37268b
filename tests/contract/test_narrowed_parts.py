"""Grants on parts of the product are narrowed like those on objects: to what one made or was given, or one's units have."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.factories.records import SYSTEM, build_firm, customer, holding
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import screens, standing
from zhike.engagement.campaigns.models import Campaign
from zhike.insight.audiences import api as audiences
from zhike.insight.audiences.models import Audience
from zhike.insight.warehouse import received, runs
from zhike.insight.warehouse.models import Load
from zhike.kernel import clock
from zhike.kernel.errors import NotFound, Refused
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Run
from zhike.platform.organization import api as organization
from zhike.platform.packs import api as packs
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.work import api as work
from zhike.platform.work.models import WorkItem

pytestmark = pytest.mark.django_db

ROLE = """kind: role
key: {key}
labels: {{zh: {key}, en: {key}}}
grants:
  - {{on: audience, operations: [read, update, delete], where: {where}}}
  - {{on: campaign, operations: [read, update, delete, launch], where: {where}}}
  - {{on: work, operations: [read, complete], where: {where}}}
{more}"""
MINE = """  - {on: load, operations: [read], where: mine}
  - {on: run, operations: [read, cancel], where: mine}
"""


@pytest.fixture
def firm(tmp_path):
    (tmp_path / "pack.yaml").write_text(
        "name: parts\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 部分, en: Parts}\n"
    )
    for where in ("mine", "my_units"):
        (tmp_path / f"{where}.yaml").write_text(
            ROLE.format(key=f"by_{where}", where=where, more=MINE if where == "mine" else "")
        )
    packs.apply([Path("packs"), tmp_path])
    return build_firm()


def now():
    return {"created_at": clock.now(), "updated_at": clock.now()}


def make_audience(number, unit):
    said = {
        "name": "客群",
        "condition": {"op": "=", "left": {"field": "gone"}, "right": {"value": 1, "type": "integer"}},
    }
    return Audience.objects.create(uid=uuid7(), owner=number, owner_name=number, unit_id=unit, **said, **now()).uid


def make_campaign(number, unit):
    said = {"name": "活动", "audience_uid": uuid7(), "audience_name": "客群", "template": "service_checkup"}
    goal = {"goal": "net_inflow >= 10000", "goal_days": 5}
    made = Campaign.objects.create(uid=uuid7(), owner=number, owner_name=number, unit_id=unit, **said, **goal, **now())
    return made.uid


def make_work(number, unit):
    origin = {"origin_kind": "campaign", "origin_uid": uuid7(), "origin_title": "活动", "kind": "follow_up"}
    due = {"result_set": "follow_up", "due_at": clock.now(), "urgent_at": clock.now(), "created_at": clock.now()}
    return WorkItem.objects.create(uid=uuid7(), assignee=number, unit_id=unit, subject="回访", **origin, **due).uid


def make_load(number, _unit):
    said = {"source": "bank", "dataset": "bank", "file": "a.csv", "file_hash": "x", "started_at": clock.now()}
    return Load.objects.create(uid=uuid7(), owner=f"user:{number}", **said).uid


def make_run(number, _unit):
    return Run.objects.create(uid=uuid7(), kind="stage", title="x", actor=f"user:{number}", created_at=clock.now()).uid


@dataclass(frozen=True)
class Part:
    """How a row of a part of the product is made, listed, opened and changed."""

    make: Callable[[str, int], uuid.UUID]
    listed: Callable[..., list[object]]
    change: Callable[[uuid.UUID, object], object]
    narrowed_by: tuple[str, ...] = ("mine", "my_units")


PARTS = {
    "audience": Part(
        make_audience,
        lambda who: audiences.audiences(principal=who),
        lambda uid, who: audiences.delete(uid, revision=1, principal=who),
    ),
    "campaign": Part(
        make_campaign,
        lambda who: standing.campaigns(principal=who),
        lambda uid, who: campaigns.delete(uid, revision=1, principal=who),
    ),
    "work": Part(
        make_work,
        lambda who: work.todo(principal=who)[0],
        lambda uid, who: work.complete(uid, result="declined", note="", revision=1, principal=who),
    ),
    "load": Part(
        make_load,
        lambda who: received.loads(principal=who)[0],
        lambda uid, who: received.load(uid, principal=who),
        ("mine",),
    ),
    "run": Part(
        make_run,
        lambda who: [Run.objects.get(uid=run["uid"]) for run in runs.newest(principal=who)],
        lambda uid, who: runs.cancel(uid, principal=who),
        ("mine",),
    ),
}
NARROWED = [(part, where) for part, found in PARTS.items() for where in found.narrowed_by]


@pytest.mark.parametrize(("part", "where"), NARROWED)
def test_a_narrowed_grant_reaches_its_rows_and_no_others(firm, part, where):
    found = PARTS[part]
    units = {code: organization.unit_by_code(code).id for code in ("B1", "B2")}
    rows = {(number, code): found.make(number, units[code]) for number in ("E2001", "E9") for code in units}
    head = holding(firm.branch_head, f"by_{where}")  # E2001, of B1
    reached = {uid for (number, code), uid in rows.items() if (number == "E2001" if where == "mine" else code == "B1")}

    assert {row.uid for row in found.listed(head)} == reached
    for uid in rows.values():
        if uid in reached:
            found.change(uid, head)
        else:
            with pytest.raises(NotFound):
                found.change(uid, head)


@pytest.mark.parametrize("part", PARTS)
def test_without_a_grant_nothing_is_reached(firm, part):
    uid = PARTS[part].make("E9", organization.unit_by_code("B1").id)
    nobody = holding(firm.branch_head, "none")
    for ask in (lambda: PARTS[part].listed(nobody), lambda: PARTS[part].change(uid, nobody)):
        with pytest.raises(Refused):
            ask()


@pytest.mark.parametrize("part", ["audience", "campaign", "work"])
def test_what_nobody_made_or_was_given_is_not_that_of_somebody_without_a_number(firm, part):
    PARTS[part].make("", organization.unit_by_code("B1").id)
    without = Principal(kind="supplier", name="某供应商", posts=(Post("by_mine"),))
    assert PARTS[part].listed(without) == []
    assert not parts.reaches(without, f"{part}.read", mine="", unit=None)


def test_screens_offer_what_the_narrowed_grant_allows(firm):
    """A campaign that one sees by one post and may change by another of another unit is not offered for change."""
    uid = make_campaign("E9", organization.unit_by_code("B1").id)
    campaign = standing.get(uid, principal=SYSTEM)
    assert campaigns.permitted_acts(campaign, holding(firm.branch_head, "by_my_units")) == ["edit", "delete", "confirm"]
    assert campaigns.permitted_acts(campaign, holding(firm.branch_head, "by_mine")) == []
    assert screens.campaign_out(campaign, holding(firm.branch_head, "by_my_units"))["permitted"] == [
        "edit",
        "delete",
        "confirm",
    ]


#: What a campaign in hand answers, by door: whoever may not read the campaign is told that there is none.
OF_A_CAMPAIGN = {
    "counts": standing.counts,
    "counts_of": lambda campaign, *, principal: standing.counts_of([campaign], principal=principal),
    "unknown": lambda campaign, *, principal: standing.unknown([campaign], principal=principal),
    "work_of": lambda campaign, *, principal: standing.work_of([campaign], principal=principal),
    "confirmation": standing.confirmation,
    "timeline": standing.timeline,
    "put_off": standing.put_off,
}


@pytest.mark.parametrize("ask", OF_A_CAMPAIGN.values(), ids=OF_A_CAMPAIGN)
def test_a_campaign_in_hand_is_no_right_to_what_is_known_of_it(firm, ask):
    campaign = standing.get(make_campaign("E9", organization.unit_by_code("B1").id), principal=SYSTEM)
    ask(campaign, principal=holding(firm.branch_head, "by_my_units"))
    with pytest.raises(NotFound):
        ask(campaign, principal=holding(firm.branch_head, "by_mine"))


def test_what_reached_a_customer_is_told_to_whoever_sees_the_customer(firm):
    party = customer("张三丰")
    assert standing.touches_of_party(party.uid, principal=firm.manager).decisions == []
    with pytest.raises(NotFound):
        standing.touches_of_party(party.uid, principal=firm.other_manager)
    make_audience("E9", organization.unit_by_code("B1").id)
    [audience] = audiences.audiences(principal=holding(firm.branch_head, "by_my_units"))
    assert audience.permitted == ("update", "delete")


@pytest.mark.parametrize(
    ("on", "where"), [("load", "my_units"), ("run", "my_units"), ("user", "mine"), ("work", "vip")]
)
def test_a_part_is_narrowed_only_as_its_room_says(tmp_path, on, where):
    (tmp_path / "pack.yaml").write_text(
        "name: parts\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 部分, en: Parts}\n"
    )
    text = f"kind: role\nkey: one\nlabels: {{zh: 一, en: One}}\ngrants:\n  - {{on: {on}, operations: [read], where: {where}}}\n"
    (tmp_path / "one.yaml").write_text(text)
    [finding] = packs.check([Path("packs"), tmp_path])
    assert (finding.code, finding.line) == ("role.unknown_refinement", 5)
    assert "all" in finding.message
    assert parts.registered()[on].narrowed_by == {"work": ("mine", "my_units"), "user": ()}.get(on, ("mine",))
