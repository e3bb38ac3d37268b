"""A loaded row must be what a record written at the desk must be: else it is left out, and why is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories.records import SYSTEM, build_firm, customer
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery
from zhike.platform.packs import api as packs

pytestmark = pytest.mark.django_db

CONSENT = {
    "purpose": "marketing",
    "channel": "sms",
    "state": "granted",
    "valid_from": "2026-01-01",
    "valid_to": None,
    "evidence": "签署",
}


@pytest.fixture
def party():
    build_firm()
    return customer("张三丰")


def load(object, rows, keys, **more):
    return exchange.load(object, columns=[LoadColumn(key) for key in keys], rows=rows, **more)


def load_consents(*rows):
    """Load consents given as (source key, party's id, what differs from an ordinary one)."""
    columns = [LoadColumn("party", by="id"), *(LoadColumn(key) for key in CONSENT)]
    lines = [(None, key, party, *{**CONSENT, **other}.values()) for key, party, other in rows]
    return exchange.load("consent", columns=columns, rows=lines)


def told(counts):
    """What is said of each rejected row: its key, and code and field of each fault."""
    return [(row.source_key, [(fault.code, fault.field) for fault in row.faults]) for row in counts.rejections]


def loaded_consents(party):
    rows = bulk.related("consent", "party", [party.id], ["channel", "evidence"])
    return sorted(row["evidence"] for row in rows if row["channel"] == "sms")


def test_a_row_without_what_a_record_needs_is_left_out(party):
    found = load_consents(
        ("c:1", party.id, {}),
        ("c:2", party.id, {"evidence": None}),
        ("c:3", party.id, {"evidence": "  ", "valid_from": None}),
        ("c:4", None, {}),
        (None, party.id, {"evidence": "无编号"}),
        (" ", party.id, {"evidence": "空编号"}),
    )
    assert (found.read, found.created, found.rejected, found.unchanged) == (6, 1, 5, 0)
    assert told(found) == [
        (" ", [("record.no_key", "")]),
        ("c:2", [("record.required", "evidence")]),
        ("c:3", [("record.required", "valid_from"), ("record.required", "evidence")]),
        ("c:4", [("record.required", "party")]),
        ("", [("record.no_key", "")]),
    ]
    assert found.rejections[1].faults[0].labels == {"zh": "凭证：必填", "en": "Evidence is required"}
    assert loaded_consents(party) == ["签署"]


def test_what_is_no_option_or_points_at_nothing_is_left_out(party):
    found = load_consents(
        ("c:1", party.id, {"state": "perhaps"}),
        ("c:2", party.id + 10_000, {}),
        ("c:3", party.id, {"state": "withdrawn"}),
    )
    assert (found.created, told(found)) == (
        1,
        [("c:1", [("value.not_an_option", "state")]), ("c:2", [("record.no_target", "party")])],
    )
    assert found.rejections[0].faults[0].labels["zh"] == "意思表示：应为以下之一：granted、withdrawn"


def test_a_row_that_no_longer_is_in_order_leaves_its_record_as_it_was(party):
    load_consents(("c:1", party.id, {"evidence": "E1"}))
    found = load_consents(("c:1", party.id, {"evidence": None}))
    assert (found.updated, told(found)) == (0, [("c:1", [("record.required", "evidence")])])
    assert loaded_consents(party) == ["E1"]
    partial = load("consent", [(None, "c:1", "2026-02-01")], ["valid_to"])
    assert (partial.updated, partial.rejected) == (1, 0)
    stranger = load("consent", [(None, "c:9", "2026-02-01")], ["valid_to"])
    assert {fault.field for fault in stranger.rejections[0].faults} == {
        "party",
        "purpose",
        "channel",
        "state",
        "valid_from",
        "evidence",
    }


def test_a_row_that_no_table_can_hold_is_left_out_and_the_rest_is_loaded(party):
    rows = [
        (801, "c:1", "好名", "310101199001011234"),
        (802, "c:2", "坏\x00名", None),
        (803, "c:3", "半\ud83d字", None),
        (804, "c:4", "好名二", "3101\x00"),
        (805, "c:5", "好名三", "9" * 201),
        (806, "c:6\x00", "好名四", None),
        (807, "c:7", "长" * 201, None),
    ]
    keys = ["name", "certificate_number"]
    first = load("party", rows, keys, by_id=True)
    assert (first.read, first.created, first.rejected) == (7, 1, 6)
    expected = [
        ("c:2", [("value.bad_character", "name")]),
        ("c:3", [("value.bad_character", "name")]),
        ("c:4", [("value.bad_character", "certificate_number")]),
        ("c:5", [("value.too_long", "certificate_number")]),
        ("c:6", [("record.bad_key", "")]),
        ("c:7", [("value.too_long", "name")]),
    ]
    assert told(first) == expected
    again = load("party", rows, keys, by_id=True)  # now there are records to compare with
    assert (again.created, again.updated, again.unchanged, told(again)) == (0, 0, 1, expected)


def test_of_rows_with_one_key_the_first_counts_and_the_others_are_told(party):
    found = load_consents(
        ("c:1", party.id, {"evidence": "E1"}),
        ("c:1", party.id, {"evidence": "E2"}),
        ("c:2", party.id, {"evidence": "E3"}),
    )
    assert (found.created, told(found)) == (2, [("c:1", [("record.duplicate_key", "")])])
    assert loaded_consents(party) == ["E1", "E3"]


def test_a_value_that_another_record_has_is_left_out(party):
    keys = ["employee_no", "name"]
    load("employee", [(None, "c:1", "E7001", "甲")], keys)
    found = load(
        "employee",
        [
            (None, "c:1", "E7001", "甲乙"),
            (None, "c:2", "E7001", "丙"),
            (None, "c:3", "E7002", "丁"),
            (None, "c:4", "E7002", "戊"),
        ],
        keys,
    )
    assert (found.created, found.updated) == (1, 1)
    assert told(found) == [
        ("c:2", [("record.duplicate", "employee_no")]),
        ("c:4", [("record.duplicate", "employee_no")]),
    ]
    assert found.rejections[0].faults[0].labels["zh"] == "工号：已存在相同的值"


def test_a_value_of_a_deleted_record_is_free_again(party):
    keys = ["employee_no", "name"]
    load("employee", [(None, "c:1", "E7001", "甲")], keys)
    [gone] = objects.page(RecordQuery("employee", text="E7001"), principal=SYSTEM).rows
    objects.delete("employee", gone.uid, revision=gone.revision, principal=SYSTEM)
    found = load("employee", [(None, "c:2", "E7001", "乙")], keys)
    assert (found.created, told(found)) == (1, [])
    assert [row.display for row in objects.page(RecordQuery("employee", text="E7001"), principal=SYSTEM).rows] == ["乙"]


THING = """kind: object
key: thing
labels: {zh: 物, en: Thing}
display: name
fields:
  - {key: name, type: text, owner: source, labels: {zh: 名, en: Name}}
  - {key: share, type: decimal, digits: 6, scale: 2, owner: source, labels: {zh: 数, en: Share}}
  - {key: amount, type: money, owner: source, labels: {zh: 额, en: Amount}}
  - {key: site, type: url, owner: source, labels: {zh: 网, en: Site}}
  - {key: phone, type: phone, owner: source, labels: {zh: 电, en: Phone}}
  - {key: level, type: choice, owner: source, default: b, labels: {zh: 级, en: Level}, options: [
      {key: a, labels: {zh: 甲, en: A}}, {key: b, labels: {zh: 乙, en: B}}]}
  - {key: above, type: reference, target: thing, owner: source, labels: {zh: 上级, en: Above}}
  - {key: seen_by, type: user, owner: source, labels: {zh: 人, en: Seen by}}
  - {key: note, type: text, labels: {zh: 注, en: Note}}
rules:
  - {key: noted, condition: "note is empty or note != name", labels: {zh: 注与名相同, en: The note says the name}}
"""
ABOUT_OTHERS = """
  - {key: under, condition: "above.name != '乙'", labels: {zh: 不可属于乙, en: Nothing is under 乙}}
"""


@pytest.fixture
def thing(tmp_path):
    build_firm()
    (tmp_path / "pack.yaml").write_text("name: more\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 多, en: More}\n")
    (tmp_path / "thing.yaml").write_text(THING)
    packs.apply([Path("packs"), tmp_path])


def things():
    query = RecordQuery("thing", columns=("name", "level", "above", "phone", "note"))
    rows = objects.page(query, principal=SYSTEM).rows
    return {
        row.display: {key: value["display"] if isinstance(value, dict) else value for key, value in row.values.items()}
        for row in rows
    }


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("share", "NaN", "value.not_number"),
        ("share", float("inf"), "value.not_number"),
        ("share", "10000", "value.too_many_digits"),
        ("share", "1.005", "value.too_many_digits"),
        ("amount", {"amount": "1", "currency": "XYZ"}, "value.not_currency"),
        ("amount", {"amount": "-Infinity", "currency": "HKD"}, "value.not_number"),
        ("site", "javascript:alert(1)", "value.not_url"),
        ("phone", "12", "value.not_phone"),
        ("level", "c", "value.not_an_option"),
        ("seen_by", "E9999", "record.no_target"),
        ("above", "c:9", "record.no_target"),
    ],
)
def test_a_value_that_the_desk_would_refuse_is_left_out(thing, key, value, code):
    found = load("thing", [(None, "c:1", "甲", None), (None, "c:2", "乙", value)], ["name", key])
    assert (found.created, told(found)) == (1, [("c:2", [(code, key)])])
    assert list(things()) == ["甲"]


def test_a_new_record_has_the_defaults_of_what_its_load_does_not_fill(thing):
    load("thing", [(None, "c:1", "甲"), (None, "c:2", "乙")], ["name"])
    assert {name: row["level"] for name, row in things().items()} == {"甲": "b", "乙": "b"}
    load("thing", [(None, "c:1", "a"), (None, "c:3", None)], ["level"])
    load("thing", [(None, "c:1", "丙")], ["name"])
    assert things()["丙"]["level"] == "a"


def test_a_telephone_number_is_kept_without_its_blanks(thing):
    rows = [(None, "c:1", "甲", "138 0000 1234")]
    load("thing", rows, ["name", "phone"])
    assert things()["甲"]["phone"] == "13800001234"
    assert load("thing", rows, ["name", "phone"]).unchanged == 1


def test_rows_refer_to_records_that_come_with_them(thing):
    rows = [(None, "c:1", "甲", "c:2"), (None, "c:2", "乙", None), (None, "c:3", "丙", "c:9")]
    found = load("thing", rows, ["name", "above"])
    assert (found.created, told(found)) == (2, [("c:3", [("record.no_target", "above")])])
    assert things()["甲"]["above"] == "乙"
    again = load("thing", rows[:2], ["name", "above"])
    assert (again.updated, again.unchanged) == (0, 2)


def test_what_refers_to_a_row_that_is_left_out_is_left_out_too(thing):
    rows = [
        (None, "c:1", "甲", None, "c:2"),
        (None, "c:2", "乙", None, "c:3"),
        (None, "c:3", "丙", "x", None),
        (None, "c:4", "丁", None, None),
    ]
    found = load("thing", rows, ["name", "level", "above"])
    assert (found.created, told(found)) == (
        1,
        [
            ("c:1", [("record.no_target", "above")]),
            ("c:2", [("record.no_target", "above")]),
            ("c:3", [("value.not_an_option", "level")]),
        ],
    )
    assert list(things()) == ["丁"]


def test_rules_of_a_load_ask_what_the_desk_has_said_and_not_what_the_file_says(thing):
    load("thing", [(None, "c:1", "甲", "旧")], ["name", "note"])
    unharmed = load("thing", [(None, "c:1", "乙", "乙")], ["name", "note"])
    assert (unharmed.updated, unharmed.rejections) == (1, ())
    assert things()["乙"]["note"] == "旧"
    broken = load("thing", [(None, "c:1", "旧", "新"), (None, "c:2", "丁", "丁")], ["name", "note"])
    assert (broken.updated, broken.created) == (0, 0)
    assert [(row.source_key, row.rules) for row in broken.rejections] == [("c:1", ("noted",)), ("c:2", ("noted",))]
    assert list(things()) == ["乙"]


@pytest.fixture
def with_rule_about_others(thing, tmp_path):
    (tmp_path / "thing.yaml").write_text(THING + ABOUT_OTHERS.lstrip("\n"))
    packs.apply([Path("packs"), tmp_path])


def broken_rules(found):
    return [(row.source_key, row.rules) for row in found.rejections]


def test_a_rule_about_another_record_is_held_against_one_that_comes_with_the_same_load(with_rule_about_others):
    rows = [
        (None, "c:1", "甲", "c:2"),
        (None, "c:2", "乙", None),
        (None, "c:3", "丙", None),
        (None, "c:4", "丁", "c:3"),
    ]
    found = load("thing", rows, ["name", "above"])
    assert (found.read, found.created, found.rejected) == (4, 3, 1)
    assert broken_rules(found) == [("c:1", ("under",))]
    assert {name: row["above"] for name, row in things().items()} == {"乙": None, "丙": None, "丁": "丙"}
    again = load("thing", rows, ["name", "above"])
    assert (again.unchanged, broken_rules(again)) == (3, [("c:1", ("under",))])


def test_a_rule_about_another_record_sees_it_as_the_load_leaves_it(with_rule_about_others):
    load("thing", [(None, "c:1", "甲", "c:2"), (None, "c:2", "戊", None)], ["name", "above"])
    # Above c:1 stands a record that becomes 乙, and c:3 comes under one that is 乙 no longer.
    load("thing", [(None, "c:9", "乙", None)], ["name", "above"])
    rows = [
        (None, "c:1", "己", "c:2"),
        (None, "c:2", "乙", None),
        (None, "c:3", "庚", "c:9"),
        (None, "c:9", "辛", None),
    ]
    found = load("thing", rows, ["name", "above"])
    assert (found.created, found.updated, broken_rules(found)) == (1, 2, [("c:1", ("under",))])
    assert {name: row["above"] for name, row in things().items()} == {"甲": "乙", "乙": None, "庚": "辛", "辛": None}


def test_what_is_under_a_record_left_out_by_a_rule_about_others_is_left_out_too(with_rule_about_others):
    rows = [(None, "c:1", "甲", "c:2"), (None, "c:2", "丙", "c:3"), (None, "c:3", "乙", None)]
    found = load("thing", rows, ["name", "above"])
    assert broken_rules(found) == [("c:1", ()), ("c:2", ("under",))]
    assert told(found)[0] == ("c:1", [("record.no_target", "above")])
    assert list(things()) == ["乙"]


@pytest.mark.parametrize("rule", ["total_asset > 0", "above.total_asset > 0"])
def test_no_rule_is_about_a_published_figure_which_a_load_would_not_know(thing, tmp_path, rule):
    """Figures follow the records they are computed from, so no record is kept out by one."""
    path = tmp_path / "thing.yaml"
    path.write_text(THING.replace("note is empty or note != name", rule))
    [finding] = packs.check([Path("packs"), tmp_path])
    assert (finding.path, finding.line, finding.code) == (str(path), 17, "expression.invalid")
    assert "'total_asset'" in finding.message
