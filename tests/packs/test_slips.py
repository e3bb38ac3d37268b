"""Slips that cannot mean anything: each is a finding with its line, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.factories.packs import pack
from zhike.cli.definitions import as_yaml
from zhike.kernel import definition_changes, definition_reading, definitions, yaml_files
from zhike.kernel.definition_changes import Edit
from zhike.kernel.models import StoredDefinition
from zhike.platform.packs import api as packs

pytestmark = pytest.mark.django_db

THING = """kind: object
key: thing
labels: {zh: 物品, en: Thing}
display: name
fields:
  - {key: name, type: text, labels: {zh: 名称, en: Name}}
  - {key: size, type: integer, labels: {zh: 尺寸, en: Size}}
  - {key: owner, type: reference, target: party, labels: {zh: 主, en: Owner}}
  - {key: parent, type: reference, target: thing, labels: {zh: 上级, en: Parent}}
list:
  columns: [name, size]
"""
BOX = """kind: object
key: box
labels: {zh: 箱, en: Box}
fields:
  - {key: thing, type: reference, target: thing, labels: {zh: 物, en: Thing}}
"""
WIDER = """kind: extension
key: wider_party
of: party
labels: {zh: 更多, en: More}
fields:
  - {key: mood, type: text, labels: {zh: 心情, en: Mood}}
"""
FIGURE = """kind: indicator
key: my_assets
labels: {zh: 我的资产, en: My assets}
type: money
formula: total_asset + 1
"""
PAGE = """kind: page
key: things
labels: {zh: 物, en: Things}
operation: thing.read
record: party
columns:
  - [things]
blocks:
  things:
    use: related_records
    object: thing
    through: owner
    columns: [name, total_asset]
"""


def found(tmp_path, **files):
    """What the check says of a pack with these files: (file, line, code)."""
    folder = pack(tmp_path / "trial", **files)
    return sorted((Path(f.path).name, f.line, f.code) for f in packs.check([Path("packs"), folder]))


def changed(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


def test_the_files_themselves_are_without_fault(tmp_path):
    page = changed(PAGE, "total_asset", "size")
    assert found(tmp_path, thing=THING, box=BOX, wider=WIDER, figure=FIGURE, page=page) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("columns: [name, size]", "columns: [name, total_asset]", 11, "object.other_figure"),
        ("columns: [name, size]", "sort: {field: activity}", 11, "object.other_figure"),
        ("columns: [name, size]", "columns: [name, size, name]", 11, "definition.malformed"),
        ("columns: [name, size]", "columns: []", 11, "definition.empty"),
        ("columns: [name, size]", "columns: [name, size]\n  sort:", 12, "definition.empty"),
        ("columns: [name, size]", "columns: [name，size]", 11, "definition.malformed"),
        ("display: name", "display: name\ndisplay_with: [size, size]", 5, "definition.malformed"),
        ("display: name", "display: name\ndisplay_with: [size, name]", 5, "object.display_doubled"),
        ("display: name", "display: name\naccess: {through: parent}", 5, "object.access_circle"),
        ("list:", "relations:\n  - {key: size, object: box, through: thing, labels: {zh: 箱, en: B}}\nlist:", 11,
         "object.doubled_key"),
        ("list:", "refinements:\n  - {key: all, labels: {zh: 全, en: A}, condition: \"size > 1\"}\nlist:", 11,
         "object.reserved_key"),
    ],
)  # fmt: skip
def test_a_slip_in_an_object_is_a_finding_with_its_line(tmp_path, old, new, line, code):
    assert found(tmp_path, thing=changed(THING, old, new), box=BOX) == [("thing.yaml", line, code)]


TAG = """kind: tag
key: mine
labels: {zh: 我的, en: Mine}
lifecycle:
  - {state: draft}
  - {state: live, from: 2026-05-06, units: [B0001]}
levels:
  - {key: high, labels: {zh: 高, en: High}, when: "total_asset > 5"}
"""
GROWTH = """kind: indicator
key: my_growth
labels: {zh: 增长, en: Growth}
type: percent
compare: {of: total_asset, with: asset_change_1d, as: growth}
"""
OPENED = """kind: indicator
key: my_first
labels: {zh: 最早, en: First}
type: date
formula: risk_valid_until
"""
SALE = """kind: source
key: shop_sale
labels: {zh: 销售, en: Sales}
system: shop
dataset: shop.sale
grain: fact
file: "sales_{business_date:%Y%m%d}.csv"
keys: [no]
columns:
  - {key: no, from: no, type: text}
  - {key: paid, from: paid, type: integer, values: {"01": "1", "02": "2"}}
"""
LETTER = """kind: template
key: letter
labels: {zh: 信, en: Letter}
channel: email
subject: "{{ name }}"
body: "x"
variables:
  - {key: name, labels: {zh: 名, en: Name}, value: name, mask: name}
"""
KEEPER = """kind: role
key: keeper
labels: {zh: 保管, en: Keeper}
grants:
  - {on: party, operations: [read]}
fields:
  party: {clear: [mobile], refused: [email]}
"""
SLIPS = [
    (TAG, "  - {state: draft}\n  - {state: live, from: 2026-05-06, units: [B0001]}",
     "  - {state: live, from: 2026-05-06, units: [B0001]}\n  - {state: draft}", 4),
    (GROWTH, "with: asset_change_1d", "with: total_asset", 5),
    (GROWTH, "type: percent", "type: date", 4),
    (OPENED, "type: date", "type: date\nformat: change", 5),
    (OPENED, "type: date", "type: date\nunit: 元", 5),
    (SALE, '"02": "2"', '"02": two', 11),
    (KEEPER, "refused: [email]", "refused: [mobile]", 7),
    (THING, "{key: size, type: integer,", "{key: size, type: integer, unique: true, default: 1,", 7),
    (THING, "{key: size, type: integer,", "{key: size, type: integer, role: mobile,", 7),
    (THING, "{key: size, type: integer,", "{key: size, type: text, default: '',", 7),
    (THING, "{key: size, type: integer,", "{key: size, type: choice, options: [{key: a, labels: {zh: 甲, en: A}},"
     " {key: b, labels: {zh: 甲, en: B}}],", 7),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "line"), SLIPS)
def test_values_that_cannot_mean_anything_together_are_a_finding(text, old, new, line):
    def faults(body):
        file = yaml_files.parse(body.encode())
        kind = definitions.kind_named(file.body["kind"])
        return [(file.line(f.where), f.code) for f in definition_reading.read(file.body, kind).findings]

    assert faults(text) == []
    assert faults(changed(text, old, new)) == [(line, "definition.malformed")]


def test_what_is_declared_and_used_nowhere_is_a_finding(tmp_path):
    letter = changed(LETTER, "{{ name }}", "Hello")
    assert found(tmp_path, letter=letter) == [("letter.yaml", 8, "template.unused_variable")]


@pytest.mark.parametrize("value", ["name", "姓名", "mobile", "substring(mobile, 1, 3)", "customer_no"])
def test_a_variable_that_previews_would_show_in_clear_is_a_finding(tmp_path, value):
    letter = changed(LETTER, "value: name, mask: name", f'value: "{value}"')
    assert found(tmp_path, letter=letter) == [("letter.yaml", 8, "template.unmasked_variable")]


@pytest.mark.parametrize("variable", ["value: sex", "value: mobile, mask: mobile", "value: total_asset"])
def test_what_no_screen_masks_needs_no_mask(tmp_path, variable):
    assert found(tmp_path, letter=changed(LETTER, "value: name, mask: name", variable)) == []


def test_a_mask_that_there_is_not_is_a_finding(tmp_path):
    assert found(tmp_path, letter=changed(LETTER, "mask: name", "mask: nmae")) == [
        ("letter.yaml", 8, "definition.unknown_value")
    ]


def test_rights_that_hang_on_each_other_are_a_finding_at_each(tmp_path):
    thing = changed(THING, "display: name", "display: name\naccess: {through: other}")
    thing = changed(thing, "list:", "  - {key: other, type: reference, target: box, labels: {zh: 箱, en: B}}\nlist:")
    box = changed(BOX, "fields:", "access: {through: thing}\nfields:")
    assert found(tmp_path, thing=thing, box=box) == [
        ("box.yaml", 4, "object.access_circle"),
        ("thing.yaml", 5, "object.access_circle"),
    ]


def test_a_block_shows_no_figure_of_the_party_beside_other_records(tmp_path):
    assert found(tmp_path, thing=THING, page=PAGE) == [("page.yaml", 13, "page.unknown_field")]


def test_a_field_of_the_party_and_a_figure_do_not_share_a_key(tmp_path):
    taken = changed(WIDER, "key: mood", "key: my_assets")
    both = [("figure.yaml", 2, "indicator.taken"), ("wider.yaml", 6, "object.figure_taken")]
    assert found(tmp_path, figure=FIGURE, wider=taken) == both
    mobile = changed(FIGURE, "my_assets", "mobile")
    assert ("figure.yaml", 2, "indicator.taken") in found(tmp_path, figure=mobile, wider=WIDER)
    (tmp_path / "trial" / "figure.yaml").unlink()
    definition_changes.change([Edit.of(yaml_files.parse(FIGURE.encode()).body)], reason="试")
    assert ("wider.yaml", 6, "object.figure_taken") in found(tmp_path, wider=taken)


def test_an_indicator_called_like_a_field_of_the_object_itself_is_blamed_alone(tmp_path):
    assert found(tmp_path, figure=changed(FIGURE, "my_assets", "mobile")) == [("figure.yaml", 2, "indicator.taken")]


def test_what_a_file_said_before_it_became_unreadable_is_not_judged(tmp_path):
    figure = yaml_files.parse(FIGURE.encode()).body
    definition_changes.change([Edit("indicator", "my_assets", figure, "pack", "trial")], reason="试")
    broken = changed(FIGURE, "kind: indicator", "kind:\tindicator")
    taken = changed(WIDER, "key: mood", "key: my_assets")
    assert [name for name, _line, _code in found(tmp_path, figure=broken, wider=taken)] == ["figure.yaml", "wider.yaml"]


def test_files_that_nobody_reads_are_findings(tmp_path):
    folder = pack(tmp_path / "mine", thing=THING, box=BOX)
    strays = ["a.yml", "b.YAML", "c.yaml~", "d.yaml.bak", "e.json", "sub/pack.yaml"]
    for name in (*strays, "README.md", ".hidden.yml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(BOX, encoding="utf-8")
    told = [(str(Path(f.path).relative_to(folder)), f.code) for f in packs.check([Path("packs"), folder])]
    assert told == [(name, "definition.stray") for name in strays]


def test_a_folder_of_definitions_beside_packs_needs_its_pack_yaml(tmp_path):
    pack(tmp_path / "one", requires="[]", thing=changed(THING, "target: party", "target: thing"))
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "box.yaml").write_text(BOX, encoding="utf-8")
    (tmp_path / "texts").mkdir()
    assert [(Path(f.path).name, f.code) for f in packs.check([tmp_path])] == [("two", "pack.no_manifest")]


def test_a_copied_uuid_is_said_at_its_line_and_a_changed_key_at_its_own(tmp_path):
    uuid = "7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001"
    born = f"labels: {{zh: 物品, en: Thing}}\nkind: object\nuuid: {uuid}\nkey: thing\n" + THING.split("\n", 3)[3]
    folder = pack(tmp_path / "trial", thing=born)
    packs.apply([Path("packs"), folder])
    copied = f"kind: object\nkey: box\nlabels: {{zh: 箱, en: Box}}\nuuid: {uuid}\n" + BOX.split("\n", 3)[3]
    assert found(tmp_path, thing=born, box=copied) == [("box.yaml", 4, "definition.key_frozen")]
    (folder / "box.yaml").unlink()
    other = changed(born, uuid, "7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e002")
    assert found(tmp_path, thing=other) == [("thing.yaml", 3, "definition.uuid_frozen")]


def test_what_is_exported_and_given_back_changes_nothing():
    names = [(row.kind, row.key) for row in StoredDefinition.objects.all()]
    texts = [as_yaml(definition_changes.export(*name)) for name in names]
    again = [Edit.of(yaml_files.parse(text.encode()).body) for text in texts]
    assert len(again) > 80 and definition_changes.plan(again).edits == ()
    changed = Edit.of({**again[0].body, "labels": {"zh": "改", "en": "Changed"}})
    assert [(one.kind, one.key) for one in definition_changes.plan([*again[1:], changed]).changes] == [names[0]]


def test_every_finding_has_a_sentence_in_both_languages(tmp_path):
    broken = changed(changed(THING, "display: name", "display: nam"), "[name, size]", "[name, total_asset, siz]")
    files = {"thing": broken, "box": BOX + "colour: red\n", "figure": changed(FIGURE, "total_asset", "asset")}
    folder = pack(tmp_path / "trial", requires="[core, nothing]", **files)
    said = [finding.said for finding in packs.check([Path("packs"), folder])]
    assert len(said) >= 6
    assert [one for one in said if not re.search("[\u4e00-\u9fff]", one.zh) or one.zh == one.en] == []
