"""Lookups as packs write them: every slip is a finding with its line; a stored field may become one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from tests.factories.packs import english, pack
from tests.factories.records import SYSTEM
from zhike.kernel.definition_errors import DestructiveChange
from zhike.kernel.errors import Refused
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.models import PhysicalField
from zhike.platform.objects.types import RecordQuery
from zhike.platform.packs import api as packs
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

LOOKUP = "lookup: {relation: visits, field: mood, newest: on_day, otherwise: none, where: \"note = '50% off'\"}"
OPTIONS = "options: [{key: good, labels: {zh: 好, en: Good}}, {key: none, labels: {zh: 无, en: None}}]"
SHOP = f"""kind: object
key: shop
labels: {{zh: 门店, en: Shop}}
display: name
fields:
  - {{key: name, type: text, labels: {{zh: 名称, en: Name}}}}
  - {{key: mood, type: choice, labels: {{zh: 印象, en: Mood}},
     {LOOKUP},
     {OPTIONS}}}
relations:
  - {{key: visits, object: visit, through: shop, labels: {{zh: 拜访, en: Visits}}}}
form: {{fields: [name]}}
"""
VISIT = """kind: object
key: visit
labels: {zh: 拜访, en: Visit}
fields:
  - {key: shop, type: reference, target: shop, labels: {zh: 门店, en: Shop}}
  - {key: mood, type: choice, labels: {zh: 印象, en: Mood}, options: [{key: good, labels: {zh: 好, en: Good}}]}
  - {key: on_day, type: date, labels: {zh: 日期, en: Day}}
  - {key: note, type: text, labels: {zh: 备注, en: Note}}
  - {key: tags, type: multi_choice, labels: {zh: 标签, en: Tags}, options: [{key: new, labels: {zh: 新, en: New}}]}
"""


def folders(tmp_path, shop=SHOP):
    return [Path("packs"), pack(tmp_path / "trial", shop=shop, visit=VISIT)]


def found(tmp_path, shop):
    return [(Path(f.path).name, f.line, f.code) for f in packs.check(folders(tmp_path, shop))]


def test_the_lookup_itself_is_without_fault(tmp_path):
    assert found(tmp_path, SHOP) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("relation: visits", "relation: visit", 8, "object.unknown_relation"),
        ("field: mood,", "field: moods,", 8, "object.unknown_field"),
        ("newest: on_day", "newest: on_date", 8, "object.unknown_field"),
        ("newest: on_day", "newest: tags", 8, "object.unsortable"),
        ("otherwise: none", "otherwise: nothing", 8, "value.not_an_option"),
        ("otherwise: none", "prefer: nothing", 8, "value.not_an_option"),
        ("note =", "notes =", 8, "expression.invalid"),
        ("note = '50% off'", "note", 8, "expression.type"),
        ("note = '50% off'", "shop.name = 'x'", 8, "expression.invalid"),
        ("field: mood,", "field: note,", 8, "lookup.other_type"),
        ("{key: good, labels: {zh: 好, en: Good}}, ", "", 8, "lookup.missing_option"),
        ("type: choice,", "type: choice, required: true,", 7, "lookup.no_column"),
        ("type: choice,", "type: choice, default: none,", 7, "lookup.no_column"),
        ("fields: [name]}", "fields: [name, mood]}", 12, "lookup.not_editable"),
        ("display: name", "display: mood", 4, "lookup.not_stored"),
        ("display: name", "display: name\ndisplay_with: [mood]", 5, "lookup.not_stored"),
    ],
)
def test_a_slip_is_a_finding_with_its_line(tmp_path, old, new, line, code):
    assert old in SHOP
    assert ("shop.yaml", line, code) in found(tmp_path, SHOP.replace(old, new, 1))


def test_the_faults_inside_one_lookup_are_all_told_in_one_run(tmp_path):
    slips = [
        ("field: mood,", "field: moods,"),
        ("otherwise: none", "otherwise: nothing, prefer: no"),
        ("note =", "notes ="),
    ]
    shop = SHOP
    for old, new in slips:
        shop = shop.replace(old, new, 1)
    inside = [
        ("shop.yaml", 8, "expression.invalid"),
        ("shop.yaml", 8, "object.unknown_field"),
        ("shop.yaml", 8, "value.not_an_option"),
        ("shop.yaml", 8, "value.not_an_option"),
    ]
    assert sorted(found(tmp_path, shop)) == inside
    # A relation that is nearly one of the object's own counts as that.
    relation = ("shop.yaml", 8, "object.unknown_relation")
    assert sorted(found(tmp_path, shop.replace("relation: visits", "relation: visit"))) == sorted([*inside, relation])
    far = shop.replace("relation: visits", "relation: elsewhere")
    assert sorted(found(tmp_path, far)) == [relation, *inside[2:]]
    missing = ("shop.yaml", 8, "definition.missing_key")
    assert sorted(found(tmp_path, shop.replace(" newest: on_day,", ""))) == sorted([*inside, missing])


def test_options_and_the_default_are_looked_at_beside_another_fault_of_the_field(tmp_path):
    shop = SHOP.replace(LOOKUP, "default: blue").replace(
        "{key: none, labels: {zh: 无, en: None}}", "{key: good, labels: {zh: 无}}"
    )
    assert [(f.line, f.message) for f in packs.check(folders(tmp_path, shop))] == [
        (9, "`en` is missing"),
        (9, "options are listed twice: good"),
        (8, "the field would refuse its own default 'blue'; it takes one of: good, good"),
    ]


def test_a_stored_field_becomes_a_lookup_and_keeps_its_column(tmp_path):
    packs.apply(folders(tmp_path, SHOP.replace(LOOKUP + ",", "")))
    shop = objects.create("shop", {"name": "甲", "mood": "good"}, principal=SYSTEM)
    column = PhysicalField.objects.get(object__key="shop", key="mood").column

    with pytest.raises(DestructiveChange):
        packs.apply(folders(tmp_path))
    [change] = packs.apply(folders(tmp_path), yes=True).changes
    said = "field mood is looked up in visits from now on; what was entered stays in its column, out of sight"
    assert (change.destructive, english(change.notes)) == (True, (said,))
    assert records.get("shop", shop.uid, principal=SYSTEM).values["mood"] == "none"
    visit = {"shop": str(shop.uid), "mood": "good", "on_day": date(2026, 3, 1).isoformat()}
    objects.create("visit", visit, principal=SYSTEM)
    assert records.get("shop", shop.uid, principal=SYSTEM).values["mood"] == "none"
    objects.create("visit", {**visit, "note": "50% off"}, principal=SYSTEM)
    assert records.get("shop", shop.uid, principal=SYSTEM).values["mood"] == "good"

    packs.apply(folders(tmp_path, SHOP.replace(LOOKUP + ",", "")))
    assert PhysicalField.objects.get(object__key="shop", key="mood").column == column
    assert records.get("shop", shop.uid, principal=SYSTEM).values["mood"] == "good"


def test_a_masked_value_stays_masked(tmp_path):
    shop = (
        SHOP.replace("type: choice", "type: text")
        .replace(f",\n     {OPTIONS}", "")
        .replace("field: mood,", "field: note,")
    )
    secret = VISIT.replace("key: note, type: text,", "key: note, type: text, mask: name,")
    assert "mask" in secret and OPTIONS not in shop
    paths = [Path("packs"), pack(tmp_path / "trial", shop=shop, visit=secret)]
    assert [(Path(f.path).name, f.line, f.code) for f in packs.check(paths)] == [("shop.yaml", 8, "lookup.unmasked")]
    pack(tmp_path / "trial", shop=shop.replace("mood, type: text,", "mood, type: text, mask: name,"), visit=secret)
    assert packs.check(paths) == []


SECRET_SHOP = SHOP.replace("type: choice", "type: text").replace(f",\n     {OPTIONS}", "")
SECRET_SHOP = SECRET_SHOP.replace("mood, type: text,", "mood, type: text, mask: name,").replace(
    LOOKUP, LOOKUP[:-31] + "}"
)
SECRET_VISIT = VISIT.replace("key: mood, type: choice,", "key: mood, type: text, personal: true, mask: name,")
SECRET_VISIT = SECRET_VISIT.replace(", options: [{key: good, labels: {zh: 好, en: Good}}]}", "}", 1)
SECRET_VISIT += "refinements: [{key: noted, labels: {zh: 有备注, en: Noted}, condition: note is not empty}]\n"
READS, NOTED = "{on: visit, operations: [read]}", "{on: visit, operations: [read], where: noted}"
#: Rights on visits and on fields → what somebody who may read shops sees of the lookup, and whether it may ask about it.
SEEN = [
    (READS, "shop: {clear: [mood]}, visit: {clear: [mood]}", "欧阳", True),
    (READS, "shop: {clear: [mood]}", "欧*", False),
    (READS, "visit: {clear: [mood]}", "欧*", False),
    (READS, "shop: {clear: [mood]}, visit: {refused: [mood]}", None, False),
    (NOTED, "shop: {clear: [mood]}, visit: {clear: [mood]}", None, False),
    ("", "shop: {clear: [mood]}, visit: {clear: [mood]}", None, False),
]


@pytest.fixture
def shown(tmp_path):
    """A shop whose lookup shows a personal value of its visit, and a role for each of `SEEN`."""
    roles = {
        f"role_{number}": f"kind: role\nkey: seer_{number}\nlabels: {{zh: 某, en: Seer}}\n"
        f"grants: [{{on: shop, operations: [read, unmask]}}, {grants}]\nfields: {{{fields}}}\n"
        for number, (grants, fields, _seen, _asks) in enumerate(SEEN)
    }
    packs.apply([Path("packs"), pack(tmp_path / "trial", shop=SECRET_SHOP, visit=SECRET_VISIT, **roles)])
    shop = objects.create("shop", {"name": "甲"}, principal=SYSTEM)
    said = {"shop": str(shop.uid), "mood": "欧阳", "on_day": "2026-03-01"}
    objects.create("visit", said, principal=SYSTEM)
    return shop


def test_a_lookup_shows_nobody_more_than_the_field_it_shows(shown):
    asked = {"op": "=", "left": {"field": "mood"}, "right": {"value": "欧阳", "type": "text"}}
    for number, (_grants, _fields, seen, asks) in enumerate(SEEN):
        who = Principal(kind="staff", name="某", employee_no="E9", posts=(Post(f"seer_{number}"),))
        record = records.get("shop", shown.uid, principal=who)
        [row] = objects.page(RecordQuery("shop", columns=("name", "mood")), principal=who).rows
        assert (record.values.get("mood"), row.values.get("mood")) == (seen, seen), number
        assert ("mood" in record.refused) is (seen is None), number
        assert catalogue.may_ask("shop", "mood", principal=who) is asks, number
        for ask in (
            lambda who=who: objects.count(RecordQuery("shop", condition=asked), principal=who).count,
            lambda who=who: len(objects.summarize(RecordQuery("shop"), group_by="mood", principal=who)),
        ):
            if asks:
                assert ask() == 1
            else:
                with pytest.raises(Refused):
                    ask()
        if seen is None:
            with pytest.raises(Refused):
                records.unmask("shop", shown.uid, "mood", reason="回访客户", principal=who)


def test_a_lookup_of_a_personal_field_is_personal_and_erasing_wipes_where_it_lies(shown):
    described = catalogue.describe("shop").fields
    assert (described["mood"].personal, described["mood"].holds_personal, described["name"].personal) == (True,) + (
        False,
    ) * 2
    erased = records.erase("shop", shown.uid, reason="客户要求删除", principal=SYSTEM)
    assert (erased.fields, erased.related) == (("mood",), {"visit": 1})


def test_erasing_wipes_the_column_that_a_field_left_behind(tmp_path):
    packs.apply(folders(tmp_path, SHOP.replace(LOOKUP + ",", "")))
    shop = objects.create("shop", {"name": "甲", "mood": "good"}, principal=SYSTEM)
    column = PhysicalField.objects.get(object__key="shop", key="mood").column
    packs.apply(folders(tmp_path), yes=True)

    records.erase("shop", shop.uid, reason="客户要求删除", principal=SYSTEM)

    with connection.cursor() as cursor:
        cursor.execute(f'select "{column}" from "{catalogue.describe("shop").table}" where uid = %s', [shop.uid])
        assert cursor.fetchone() == (None,)


AREA = """kind: object
key: area
labels: {zh: 片区, en: Area}
display: name
fields:
  - {key: name, type: text, labels: {zh: 名称, en: Name}}
  - {key: open, type: boolean, labels: {zh: 开放, en: Open}}
refinements: [{key: open, labels: {zh: 开放, en: Open}, condition: open}]
"""
AREA_VISIT = VISIT.replace("key: visit\n", "key: visit\naccess: {through: area}\n").replace(
    "fields:\n",
    "fields:\n  - {key: area, type: reference, target: area, required: true, labels: {zh: 片区, en: Area}}\n",
)


@pytest.mark.parametrize(
    ("areas", "seen"),
    [(", {on: area, operations: [read]}", "good"), (", {on: area, operations: [read], where: open}", None), ("", None)],
)
def test_a_lookup_shows_nothing_of_records_whose_parent_is_kept_from_its_viewer(tmp_path, areas, seen):
    role = f"kind: role\nkey: seer\nlabels: {{zh: 某, en: Seer}}\ngrants: [{{on: shop, operations: [read]}}, {READS}{areas}]\n"
    shop = SHOP.replace(", where: \"note = '50% off'\"", "")
    packs.apply([Path("packs"), pack(tmp_path / "trial", shop=shop, visit=AREA_VISIT, area=AREA, role=role)])
    area = objects.create("area", {"name": "东", "open": False}, principal=SYSTEM)
    shop = objects.create("shop", {"name": "甲"}, principal=SYSTEM)
    visit = {"shop": str(shop.uid), "area": str(area.uid), "mood": "good", "on_day": "2026-03-01"}
    objects.create("visit", visit, principal=SYSTEM)
    who = Principal(kind="staff", name="某", employee_no="E9", posts=(Post("seer"),))

    record = records.get("shop", shop.uid, principal=who)

    assert (record.values.get("mood"), "mood" in record.refused) == (seen, seen is None)


def test_a_lookup_is_unmasked_by_whoever_may_unmask_what_it_shows(shown, tmp_path):
    who = Principal(kind="staff", name="某", employee_no="E9", posts=(Post("seer_1"),))
    with pytest.raises(Refused) as refused:
        records.unmask("shop", shown.uid, "mood", reason="客户来电核实", principal=who)
    assert refused.value.facts == {"operation": "visit.unmask"}
