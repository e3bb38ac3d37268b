"""Who is one person, and which number they keep."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.lake import asked
from tests.factories.records import consent
from tests.integration.insight.conftest import never_ask
from zhike.insight.identity import api as identity
from zhike.insight.identity.types import Identity
from zhike.insight.warehouse import received
from zhike.insight.warehouse.types import Source
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions
from zhike.platform.records import api as records

SYSTEM = permissions.system_principal("test")
HEADERS = "编号,姓名,手机,证件,对方编号"
PHONE = {"keep": "digits", "replace": [{"pattern": "^86(1[0-9]{10})$", "by": "\\1"}], "shortest": 7}


def _source(system: str) -> dict[str, object]:
    names = {"key": "编号", "name": "姓名", "phone": "手机", "certificate": "证件", "other": "对方编号"}
    columns = [{"key": key, "from": header, "type": "text"} for key, header in names.items()]
    columns[3]["certificate"] = True
    return {
        "kind": "source",
        "key": system,
        "labels": {"zh": system, "en": system},
        "system": system,
        "dataset": f"who.{system}",
        "grain": "master",
        "file": f"{system}.csv",
        "date": "given",
        "keys": ["key"],
        "columns": columns,
    }


def snapshot(**changes: object) -> Snapshot:
    systems = [
        {
            "system": "a",
            "dataset": "who.a",
            "key": "key",
            "match": {"certificate": "certificate", "number": "key", "phone": "phone", "name": "name"},
            "fields": {"kind": "'person'", "name": "name", "mobile": "phone"},
        },
        {
            "system": "b",
            "dataset": "who.b",
            "key": "key",
            "match": {"certificate": "certificate", "number": "other", "phone": "phone", "name": "name"},
            "fields": {"kind": "'person'", "name": "name", "mobile": "phone"},
        },
    ]
    body = {
        "kind": "identity",
        "key": "who",
        "labels": {"zh": "", "en": ""},
        "object": "party",
        "systems": systems,
        "keys": [
            {"key": "certificate", "conflicts": True, "blocked": ["000000"]},
            {"key": "number"},
            {"key": "phone", "normalize": PHONE, "blocked": ["13800138000"]},
            {"key": "name", "normalize": {"keep": "no_blanks"}},
        ],
        "rules": [["certificate"], ["number"], ["phone", "name"]],
        "guard": 4,
    }
    return Snapshot(
        -1,
        {
            "source": {name: Source.model_validate(_source(name)) for name in ("a", "b")},
            "identity": {"who": Identity.model_validate(body | changes)},
            "object": definitions.snapshot().named("object"),
        },
    )


def parties(tmp_path, a: list[str], b: list[str]) -> dict[str, int]:
    for name, rows in (("a", a), ("b", b)):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([HEADERS, *rows]) + "\n", encoding="utf-8")
        result = received.load_file(name, path, business_date=date(2026, 3, 17), snapshot=snapshot(), again=True)
        assert result.state == "done", result.error
    identity.run(snapshot=snapshot())
    return dict(asked("select system || source_key, party_id from _links", links=identity.LINK))


@pytest.fixture(autouse=True)
def _database(installation, monkeypatch):
    never_ask(monkeypatch)
    return installation


def test_certificate_joins_however_it_is_typed(tmp_path):
    found = parties(
        tmp_path, ["1,张三,10100000001,99010119800101001x,"], ["2,张三,,９９０１０１１９８００１０１００１Ｘ,"]
    )

    assert found["a1"] == found["b2"]


def test_the_hash_of_a_certificate_knows_no_blanks_but_every_hyphen(tmp_path):
    found = parties(
        tmp_path,
        ["101,孔一,,19790120 1000,", "102,孔二,,19790121-1000,"],
        ["103,孔某,,197901201000,", "104,孔某某,,19790121 1000,"],
    )

    assert found["a101"] == found["b103"]
    assert found["a102"] != found["b104"]


def test_a_known_number_of_the_other_system_joins(tmp_path):
    found = parties(tmp_path, ["3,李四,,990101198001010031,"], ["4,李先生,,,3"])

    assert found["a3"] == found["b4"]


def test_phone_and_name_join_only_together(tmp_path):
    found = parties(
        tmp_path,
        ["5,王五,10100000005,990101198001010051,", "6,王六,10100000006,990101198001010061,"],
        ["7,王五,+86 101-0000-0005,,", "8,王八,10100000006,,"],
    )

    assert found["a5"] == found["b7"]
    assert found["a6"] != found["b8"]


def test_blocked_values_join_nobody(tmp_path):
    found = parties(
        tmp_path, ["9,赵一,13800138000,,", "10,钱二,,000000,"], ["11,赵一,13800138000,,", "12,孙三,,000000,"]
    )

    assert len({found[key] for key in ("a9", "a10", "b11", "b12")}) == 4


def test_conflicting_certificates_never_merge(tmp_path):
    found = parties(
        tmp_path,
        ["13,周七,10100000013,990101198001010131,", "14,周七,10100000013,990101198001010141,"],
        ["15,周七,10100000013,,", "16,周七,10100000013,990101198001010161,14"],
    )

    assert len({found["a13"], found["a14"], found["b16"]}) == 3
    assert found["b15"] not in (found["a13"], found["a14"])


def test_a_key_shared_by_too_many_joins_nobody(tmp_path):
    found = parties(tmp_path, [f"{number},吴九,10100000017,," for number in range(20, 26)], ["26,旁人,,,"])

    assert len({found[f"a{number}"] for number in range(20, 26)}) == 6


def test_ids_survive_and_merged_ones_redirect(tmp_path):
    before = parties(tmp_path, ["30,郑十,,,"], ["31,郑十,10100000030,,"])
    assert before["a30"] != before["b31"]

    after = parties(tmp_path, ["30,郑十,10100000030,,"], ["31,郑十,10100000030,,"])

    lowest = min(before["a30"], before["b31"])
    assert after["a30"] == after["b31"] == lowest
    redirects = dict(asked("select old_id, new_id from _rows", rows="identity.redirect"))
    gone = max(before["a30"], before["b31"])
    assert redirects[gone] == lowest
    assert not objects.records_by_id("party", [gone], principal=SYSTEM)
    later = parties(tmp_path, ["30,郑十,10100000030,,", "32,新人,,,"], ["31,郑十,10100000030,,"])
    assert later["a32"] > gone


def test_what_was_entered_about_a_merged_party_follows_it(tmp_path):
    before = parties(tmp_path, ["33,钱一,,,"], ["34,钱一,10100000034,,"])
    lowest, gone = sorted((before["a33"], before["b34"]))
    found = objects.records_by_id("party", [lowest, gone], principal=SYSTEM)
    consent(found[lowest], "sms", since=date(2026, 1, 5))
    consent(found[gone], "sms", "withdrawn", since=date(2026, 2, 1))
    consent(found[gone], "email", since=date(2026, 2, 1))

    parties(tmp_path, ["33,钱一,10100000034,,"], ["34,钱一,10100000034,,"])

    values = records.get("party", found[lowest].uid, principal=SYSTEM).values
    assert (values["consent_sms"], values["consent_email"]) == ("withdrawn", "granted")
    assert bulk.related("consent", "party", [gone], ["state"]) == []
    assert len(bulk.related("consent", "party", [lowest], ["state"])) == 3


def test_ids_agree_with_records_made_at_the_desk(tmp_path):
    made = objects.create("party", {"name": "手工录入"}, principal=SYSTEM)

    found = parties(tmp_path, ["40,又一个,,,"], ["41,旁人,,,"])

    assert found["a40"] > made.id
    assert objects.create("party", {"name": "再来"}, principal=SYSTEM).id > found["a40"]


def test_the_most_trusted_value_survives(tmp_path):
    found = parties(tmp_path, ["50,冯真,,990101198001010501,"], ["51,冯假,10100000051,990101198001010501,"])

    facts = bulk.facts("party", [found["a50"]], ["name", "mobile"])[found["a50"]]

    assert facts == {"name": "冯真", "mobile": "10100000051"}
    assert objects.count(RecordQuery("party", text="冯真"), principal=SYSTEM).count == 1
