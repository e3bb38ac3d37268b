"""Fields that show the newest related record: consents by channel, the same by every way of asking, on every day."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from tests.factories.records import SYSTEM, build_firm, consent, customer
from zhike.kernel import clock
from zhike.kernel.errors import Invalid
from zhike.platform.exchange import api as exchange
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.errors import Unsortable
from zhike.platform.objects.types import RecordQuery
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 17)


@pytest.fixture(autouse=True)
def today():
    with clock.travel(clock.at(TODAY, 9, 0)):
        yield


@pytest.fixture
def party():
    build_firm()
    return customer("张三丰")


def states(party):
    values = records.get("party", party.uid, principal=SYSTEM).values
    return [values[f"consent_{channel}"] for channel in ("email", "sms", "phone")]


def asked(state, channel="phone"):
    condition = {"op": "=", "left": {"field": f"consent_{channel}"}, "right": {"value": state, "type": "text"}}
    return RecordQuery("party", condition=condition)


def change(record, **given):
    return objects.update("consent", record.uid, given, revision=record.revision, principal=SYSTEM)


def test_who_never_said_anything_has_not_agreed(party):
    assert states(party) == ["granted", "none", "none"]


def test_the_newest_declaration_that_holds_today_counts(party):
    consent(party, "phone", since=date(2026, 3, 18))
    assert states(party)[2] == "none"
    old = consent(party, "phone", since=date(2025, 1, 1))
    assert states(party)[2] == "granted"
    consent(party, "phone", "withdrawn", since=date(2026, 2, 1))
    assert states(party)[2] == "withdrawn"
    consent(party, "phone", since=date(2025, 6, 1))
    assert states(party)[2] == "withdrawn"
    again = consent(party, "phone", since=TODAY)
    assert states(party)[2] == "granted"
    assert change(old, valid_to="2026-03-18").revision == 2
    again = change(again, state="withdrawn")
    assert states(party)[2] == "withdrawn"
    again = change(again, state="granted")
    assert states(party)[2] == "granted"
    objects.delete("consent", again.uid, revision=again.revision, principal=SYSTEM)
    assert states(party)[2] == "withdrawn"


@pytest.mark.parametrize("order", [("granted", "withdrawn"), ("withdrawn", "granted")])
def test_of_two_declarations_of_a_day_the_withdrawal_counts(party, tmp_path, order):
    for state in order:
        consent(party, "sms", state, since=TODAY)
    assert states(party)[1] == "withdrawn"
    exchange.export("party", fields=["consent_sms"], into=tmp_path / "party.csv")
    with (tmp_path / "party.csv").open(encoding="utf-8") as file:
        assert [row["consent_sms"] for row in csv.DictReader(file)] == ["withdrawn"]


def test_a_consent_ends_with_its_day_without_anybody_doing_anything(party):
    ending = consent(party, "phone", since=date(2026, 1, 1))
    change(ending, valid_to="2026-03-18")
    assert states(party)[2] == "granted"
    with clock.travel(clock.at(date(2026, 3, 18), 0, 1)):
        assert states(party)[2] == "none"


def test_another_purpose_says_nothing_about_marketing(party):
    said = {
        "purpose": "personalized",
        "channel": "sms",
        "state": "granted",
        "valid_from": "2024-01-02",
        "evidence": "签署",
    }
    objects.create("consent", {"party": str(party.uid), **said}, principal=SYSTEM)
    assert states(party)[1] == "none"


def test_every_way_of_asking_gives_the_same(party, tmp_path):
    others = [customer(f"李{n}") for n in "一二三"]
    consent(party, "phone")
    consent(others[0], "phone")
    consent(others[1], "phone", "withdrawn")
    agreed = {party.uid, others[0].uid}

    listed = objects.page(asked("granted"), principal=SYSTEM).rows
    assert {row.uid for row in listed} == agreed
    assert {row.uid: row.values["consent_phone"] for row in columns(("name", "consent_phone"))} == {
        **dict.fromkeys(agreed, "granted"),
        others[1].uid: "withdrawn",
        others[2].uid: "none",
    }
    assert [objects.count(asked(state), principal=SYSTEM).count for state in ("granted", "withdrawn", "none")] == [
        2,
        1,
        1,
    ]
    grouped = objects.summarize(RecordQuery("party"), principal=SYSTEM, group_by="consent_phone")
    assert {value: count for value, count, _sums in grouped} == {"granted": 2, "withdrawn": 1, "none": 1}
    ids = {row.id: row.uid for row in columns(("name",))}
    facts = bulk.facts("party", list(ids), ["consent_phone"])
    assert {ids[key] for key, row in facts.items() if row["consent_phone"] == "granted"} == agreed
    assert exchange.export("party", fields=["name", "consent_phone"], into=tmp_path / "party.csv") == 4
    with (tmp_path / "party.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["uid"]: row["consent_phone"] for row in rows} == {
        **{str(uid): "granted" for uid in agreed},
        str(others[1].uid): "withdrawn",
        str(others[2].uid): "none",
    }
    of_party = {"op": "=", "left": {"field": "party.consent_phone"}, "right": {"value": "withdrawn", "type": "text"}}
    [row] = objects.page(RecordQuery("coverage", condition=of_party), principal=SYSTEM).rows
    assert row.values["party"]["uid"] == str(others[1].uid)


def columns(keys):
    return objects.page(RecordQuery("party", columns=keys), principal=SYSTEM).rows


def test_nobody_writes_it_or_sorts_by_it(party):
    with pytest.raises(Invalid) as refused:
        objects.update("party", party.uid, {"consent_sms": "granted"}, revision=1, principal=SYSTEM)
    assert [(f["code"], f["field"]) for f in refused.value.findings] == [("record.stamped", "consent_sms")]
    with pytest.raises(Unsortable) as unsorted:
        objects.page(RecordQuery("party", sort=(("consent_sms", "asc"),)), principal=SYSTEM)
    assert "name" in unsorted.value.facts["has"]
    assert "consent_sms" not in unsorted.value.facts["has"]


def test_erasing_a_customer_takes_the_evidence_along(party):
    found = objects.page(RecordQuery("consent"), principal=SYSTEM).rows
    assert len(found) == 1
    erased = records.erase("party", party.uid, reason="客户要求删除个人信息", principal=SYSTEM)
    assert erased.related["consent"] == 1
    assert objects.page(RecordQuery("consent"), principal=SYSTEM).rows == []


def test_a_declaration_is_proven_and_its_day_plausible(party):
    said = {"party": str(party.uid), "purpose": "marketing", "channel": "sms", "state": "granted"}
    with pytest.raises(Invalid) as unproven:
        objects.create("consent", {**said, "valid_from": "2026-03-01"}, principal=SYSTEM)
    assert [(f["code"], f["field"]) for f in unproven.value.findings] == [("record.required", "evidence")]
    for day in ("1900-01-01", "2027-03-19", "9999-01-01"):
        with pytest.raises(Invalid) as implausible:
            objects.create("consent", {**said, "valid_from": day, "evidence": "签署"}, principal=SYSTEM)
        assert [f["code"] for f in implausible.value.findings] == ["record.rule.plausible"]
    assert states(party)[1] == "none"
