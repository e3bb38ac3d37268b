"""A party that somebody made in the browser is the one that a system's file is about, not another."""

from __future__ import annotations

import pytest

from tests.factories.lake import asked
from tests.integration.insight import test_identity
from tests.integration.insight.conftest import never_ask
from zhike.insight.identity import api as identity
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.permissions import api as permissions
from zhike.platform.records import api as records

SYSTEM = permissions.system_principal("test")
#: A file has a row at least.
NOBODY = ["n,旁人甲,,,"]
PERSON = "990101198001011244"


@pytest.fixture(autouse=True)
def _database(installation, monkeypatch):
    never_ask(monkeypatch)
    fields = {"kind": "'person'", "name": "name", "mobile": "phone", "certificate_number": "certificate"}
    match = {"certificate": "certificate", "phone": "phone", "name": "name"}
    systems = [
        {"system": name, "dataset": f"who.{name}", "key": "key", "match": match | {"number": other}, "fields": fields}
        for name, other in (("a", "key"), ("b", "other"))
    ]
    keys = [
        {"key": "certificate", "conflicts": True},
        {"key": "number"},
        {"key": "phone", "normalize": {"fold": "phone", "shortest": 7}},
        {"key": "name", "normalize": {"fold": "name"}},
    ]
    definitions = test_identity.snapshot(systems=systems, keys=keys)
    monkeypatch.setattr(test_identity, "snapshot", lambda: definitions)


def by_hand(name, mobile=None, certificate=None):
    given = {"name": name, "mobile": mobile, "certificate_number": certificate}
    return objects.create("party", {key: value for key, value in given.items() if value}, principal=SYSTEM)


def test_the_same_certificate_is_the_same_party_and_its_fields_are_then_the_sources(tmp_path):
    made = by_hand("手工", certificate="990101800101124")

    found = test_identity.parties(tmp_path, [f"1,柜台,10100000301,{PERSON},"], NOBODY)

    assert found["a1"] == made.id
    assert bulk.facts("party", [made.id], ["name", "mobile"])[made.id] == {"name": "柜台", "mobile": "10100000301"}
    record = records.get("party", made.uid, principal=SYSTEM)
    assert record.from_source and record.source_key == "a:1"
    again = identity.run(snapshot=test_identity.snapshot())
    assert (again.created, again.merged) == (0, 0)
    assert dict(asked("select system || source_key, party_id from _links", links=identity.LINK)) == found


def test_rules_hold_for_what_people_made_as_for_systems(tmp_path):
    same = by_hand("李　明一", mobile="10100000302")
    phone = by_hand("王二", mobile="10100000303")
    other = by_hand("赵三", certificate="990101198001011164")
    named = by_hand("钱四")

    found = test_identity.parties(
        tmp_path,
        ["2,李明一,+8610100000302,,", "3,王五,10100000303,,", f"4,赵三,,{PERSON},", "5,钱四,10100000305,,"],
        NOBODY,
    )

    assert found["a2"] == same.id
    assert len({phone.id, other.id, named.id, found["a3"], found["a4"], found["a5"]}) == 6


def test_conflicting_certificates_never_join_though_all_else_is_the_same(tmp_path):
    made = by_hand("孙六", mobile="10100000306", certificate="990101198001011164")

    found = test_identity.parties(tmp_path, ["6,孙六,10100000306,990101198101011241,"], NOBODY)

    assert found["a6"] != made.id


def test_a_party_that_was_known_before_keeps_its_number_and_the_one_made_later_follows(tmp_path):
    rows = ["7,周七,10100000307,990101198201011249,"]
    known = test_identity.parties(tmp_path, rows, NOBODY)["a7"]
    made = by_hand("周七", mobile="10100000307")

    after = identity.run(snapshot=test_identity.snapshot())

    assert after.merged == 1
    assert dict(asked("select system || source_key, party_id from _links", links=identity.LINK))["a7"] == known
    assert not objects.records_by_id("party", [made.id], principal=SYSTEM)


def test_a_certificate_that_the_source_corrects_later_leaves_the_party_whole(tmp_path):
    made = by_hand("吴八", certificate="990101198301011245")
    test_identity.parties(tmp_path, ["8,吴八,,990101198301011245,"], NOBODY)

    after = test_identity.parties(tmp_path, ["8,吴八,,990101198301011325,"], NOBODY)

    assert after["a8"] == made.id
