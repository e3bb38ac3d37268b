"""Objects and extensions as packs write them: every slip is a finding with its line; extensions make objects wider."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from tests.factories.packs import english, pack
from tests.factories.records import SYSTEM
from zhike.cli.definitions import print_plan
from zhike.cli.output import Output
from zhike.kernel import definitions
from zhike.kernel.definition_errors import DestructiveChange
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.logic import change_notes
from zhike.platform.objects.models import PhysicalField
from zhike.platform.packs import api as packs
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

THING = """kind: object
key: thing
labels: {zh: 物品, en: Thing}
display: name
fields:
  - {key: name, type: text, labels: {zh: 名称, en: Name}}
  - {key: size, type: integer, labels: {zh: 尺寸, en: Size}}
  - {key: colour, type: choice, labels: {zh: 颜色, en: Colour}, options: [{key: red, labels: {zh: 红, en: Red}}]}
  - {key: maker, type: reference, target: party, labels: {zh: 厂家, en: Maker}}
relations:
  - {key: parts, object: part, through: thing, labels: {zh: 零件, en: Parts}}
refinements:
  - {key: large, labels: {zh: 大件, en: Large}, condition: "size > 10"}
list: {columns: [name, size, colour], sort: {field: size, direction: desc}, tabs: [large, all]}
detail:
  sections:
    - {labels: {zh: 资料, en: Facts}, fields: [name, size]}
form: {fields: [name, size, colour]}
"""
PART = """kind: object
key: part
labels: {zh: 零件, en: Part}
fields:
  - {key: thing, type: reference, target: thing, labels: {zh: 物品, en: Thing}}
"""
WIDER = """kind: extension
key: wider
of: thing
labels: {zh: 更多, en: More}
fields:
  - {key: weight, type: decimal, labels: {zh: 重量, en: Weight}}
refinements:
  - {key: heavy, labels: {zh: 重, en: Heavy}, condition: "weight > 5 and size > 1"}
list: {columns: [name, weight], sort: {field: weight, direction: asc}, tabs: [heavy, large]}
"""


def found(tmp_path, thing, **files):
    folders = [Path("packs"), pack(tmp_path / "trial", thing=thing, part=PART, **files)]
    return [(Path(f.path).name, f.line, f.code) for f in packs.check(folders)]


def test_the_object_itself_is_without_fault(tmp_path):
    assert found(tmp_path, THING) == []
    assert found(tmp_path, THING, wider=WIDER) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("type: text,", "type: text, requird: true,", 6, "definition.unknown_key"),
        ("type: text,", "type: text, currency: CNY,", 6, "definition.unknown_key"),
        ("type: text,", "type: text, mask: faces,", 6, "definition.unknown_value"),
        ("type: integer,", "type: integer, default: abc,", 7, "definition.wrong_type"),
        ("type: integer,", "type: whole,", 7, "definition.unknown_value"),
        ("options: [{key: red, labels: {zh: 红, en: Red}}]", "required: true", 8, "definition.missing_key"),
        ("key: colour, type: choice,", "key: colour, type: choice, default: blue,", 8, "definition.malformed"),
        ("target: party,", "target: partei,", 9, "definition.unknown_reference"),
        ("object: part,", "object: parts,", 11, "definition.unknown_reference"),
        ("through: thing,", "through: thingy,", 11, "object.unknown_field"),
        ("size > 10", "sice > 10", 13, "expression.invalid"),
        ("size > 10", "size", 13, "expression.type"),
        ("display: name", "display: nam", 4, "object.unknown_field"),
        ("display: name", "display: name\ndisplay_with: [size, siz]", 5, "object.unknown_field"),
        ("display: name", "display: name\ndisplay_with: [maker]", 5, "object.display_points"),
        ("display: name", "display_with: [size]", 4, "definition.malformed"),
        ("columns: [name, size, colour]", "columns: [name, siz, colour]", 14, "object.unknown_field"),
        ("sort: {field: size,", "sort: {field: siz,", 14, "object.unknown_field"),
        ("sort: {field: size,", "sort: {field: maker,", 14, "object.unsortable"),
        ("tabs: [large, all]", "tabs: [larg, all]", 14, "object.unknown_refinement"),
        ("fields: [name, size]}", "fields: [name, sise]}", 17, "object.unknown_field"),
        ("form: {fields: [name, size, colour]}", "form: {fields: [name, hue]}", 18, "object.unknown_field"),
        ("{key: size,", "{key: name,", 7, "object.doubled_key"),
        ("{key: size, type", "{type", 7, "definition.missing_key"),
        ("display: name", "display: name\naccess: {through: size}", 5, "object.unknown_field"),
        ("display: name", "display: name\nrole: gadget", 5, "definition.unknown_value"),
        ("display: name", "display: name\npage: gadget", 5, "definition.unknown_reference"),
        ("zh: 名称, en: Name", "zh: 名称", 6, "definition.missing_key"),
    ],
)
def test_a_slip_is_a_finding_with_its_line(tmp_path, old, new, line, code):
    assert old in THING
    assert ("thing.yaml", line, code) in found(tmp_path, THING.replace(old, new, 1))


def test_fields_that_are_no_list_are_a_finding(tmp_path):
    start, end = THING.index("  - {key: name"), THING.index("relations:")
    mapping = THING[:start] + "  name: {type: text}\n" + THING[end:]
    assert found(tmp_path, mapping)[0][:2] == ("thing.yaml", 5)


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("of: thing", "of: think", 3, "definition.unknown_reference"),
        ("key: weight,", "key: size,", 6, "extension.taken"),
        ("key: heavy,", "key: large,", 8, "extension.taken"),
        ("weight > 5", "wait > 5", 8, "expression.invalid"),
        ("columns: [name, weight]", "columns: [name, wait]", 9, "object.unknown_field"),
    ],
)
def test_a_slip_in_an_extension_is_a_finding_with_its_line(tmp_path, old, new, line, code):
    assert ("wider.yaml", line, code) in found(tmp_path, THING, wider=WIDER.replace(old, new, 1))


def test_two_extensions_do_not_take_the_same_place(tmp_path):
    other = WIDER.replace("key: wider", "key: other").replace("heavy", "light").replace("weight", "mass")
    assert ("other.yaml", 9, "extension.taken") in found(tmp_path, THING, wider=WIDER, other=other)


def test_an_extension_widens_the_object_and_its_table(tmp_path):
    base = pack(tmp_path / "trial", thing=THING, part=PART)
    packs.apply([Path("packs"), base])
    more = pack(tmp_path / "more", wider=WIDER)
    [change] = packs.apply([Path("packs"), base, more]).changes
    assert (change.kind, change.action, change.destructive) == ("extension", "create", False)
    assert english(change.notes) == ("add column weight (no rewrite, no lock beyond 1500ms)",)

    thing = catalogue.describe("thing")
    assert list(thing.fields) == ["name", "size", "colour", "maker", "weight"]
    assert list(thing.refinements) == ["large", "heavy"]
    assert thing.definition.list.columns == ("name", "weight")
    record = objects.create("thing", {"name": "桌", "weight": "7.5"}, principal=SYSTEM)
    assert record.values["weight"] == "7.5"


def test_a_field_that_moves_to_an_extension_keeps_its_column_and_values(tmp_path):
    weight = "  - {key: weight, type: decimal, labels: {zh: 重量, en: Weight}}\n"
    base = pack(tmp_path / "trial", thing=THING.replace("relations:", weight + "relations:"), part=PART)
    packs.apply([Path("packs"), base])
    record = objects.create("thing", {"name": "桌", "weight": "7.5"}, principal=SYSTEM)
    column = PhysicalField.objects.get(object__key="thing", key="weight").column

    pack(tmp_path / "trial", thing=THING)
    more = pack(tmp_path / "more", wider=WIDER)
    changes = packs.apply([Path("packs"), base, more]).changes

    assert [(change.kind, change.destructive) for change in changes] == [("object", False), ("extension", False)]
    assert PhysicalField.objects.get(object__key="thing", key="weight").column == column
    assert not PhysicalField.objects.get(object__key="thing", key="weight").retired
    assert records.get("thing", record.uid, principal=SYSTEM).values["weight"] == "7.5"


def test_a_field_that_leaves_an_extension_needs_consent(tmp_path):
    base, more = pack(tmp_path / "trial", thing=THING, part=PART), pack(tmp_path / "more", wider=WIDER)
    packs.apply([Path("packs"), base, more])
    pack(tmp_path / "more", wider=WIDER.replace("weight", "mass"))
    with pytest.raises(DestructiveChange):
        packs.apply([Path("packs"), base, more])
    assert english(packs.apply([Path("packs"), base, more], yes=True).changes[0].notes)[1] == (
        "hide field weight; its column and values stay"
    )


def test_every_table_has_the_system_columns():
    tables = [catalogue.describe(key).table for key in ("party", "coverage", "product")]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                "select column_name, data_type from information_schema.columns where table_name = %s"
                " and column_name in ('unit_id', 'owner', 'security_level') order by 1",
                [table],
            )
            assert cursor.fetchall() == [("owner", "text"), ("security_level", "smallint"), ("unit_id", "bigint")]


def test_a_plan_says_that_no_role_may_read_a_new_object_and_what_to_do(tmp_path, capsys):
    folder = pack(tmp_path / "trial", thing=THING, part=PART)
    reader = "kind: role\nkey: maker\nlabels: {zh: 匠, en: Maker}\ngrants: [{on: part, operations: [read]}]\n"
    pack(tmp_path / "trial", maker=reader)

    plan = packs.plan([Path("packs"), folder])
    notes = {change.key: english(change.notes) for change in plan.changes}
    assert notes["part"] == ("new table",)
    assert notes["thing"] == (
        "new table",
        "no role may read 'thing': add it to the `grants` and the `menu` of a role",
    )
    print_plan(plan, Output(as_json=False))
    said = capsys.readouterr().out
    assert "新建数据表；没有角色可读取“thing”：请在角色的 `grants` 和 `menu` 中加上" in said
    assert "new table" not in said


def test_what_ships_is_read_by_some_role():
    snapshot = definitions.snapshot()
    unread = [key for key in snapshot.named("object") if change_notes.unread(key, snapshot)]
    assert unread == []
