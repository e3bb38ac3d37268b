"""One run of the check says all: a fault hides no other one, and nobody is blamed for what could not be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories.packs import pack
from zhike.kernel import definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Finding
from zhike.platform.packs import api as packs
from zhike.platform.packs.errors import PackBroken

pytestmark = pytest.mark.django_db

THING = """kind: object
key: thing
labels: {zh: 物品, en: Thing}
display: name
fields:
  - {key: name, type: text, labels: {zh: 名称, en: Name}}
  - {key: size, type: integer, labels: {zh: 尺寸, en: Size}}
  - {key: maker, type: reference, target: party, labels: {zh: 厂家, en: Maker}}
refinements:
  - {key: large, labels: {zh: 大件, en: Large}, condition: "size > 10"}
list: {columns: [name, size], tabs: [large, all]}
"""
SOURCE = """kind: source
key: shop_sale
labels: {zh: 销售, en: Sales}
system: shop
dataset: shop.sale
grain: fact
file: "sales_{business_date:%Y%m%d}.csv"
keys: [no]
subject: {key: buyer, system: counter}
columns:
  - {key: no, from: no, type: text}
  - {key: buyer, from: buyer, type: text}
  - {key: amount, from: amount, type: decimal}
"""
MEASURE = """kind: measure
key: sales
labels: {zh: 销售额, en: Sales}
dataset: shop.sale
aggregate: sum
value: amount
type: decimal
source: 试
"""
ROLE = """kind: role
key: keeper
labels: {zh: 保管, en: Keeper}
grants:
  - {on: thing, operations: [read], where: large}
"""
FILES = {"thing": THING, "source": SOURCE, "measure": MEASURE, "role": ROLE}


def found(tmp_path, **files):
    """What the check says of these files, others as they are above: (file, line, code), in the order of files."""
    folder = pack(tmp_path / "trial", **{**FILES, **files})
    return sorted((Path(f.path).name, f.line, f.code) for f in packs.check([Path("packs"), folder]))


def said(tmp_path, **files):
    folder = pack(tmp_path / "trial", **{**FILES, **files})
    return [f.message for f in packs.check([Path("packs"), folder])]


def changed(text, *slips):
    for old, new in slips:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def test_the_files_themselves_are_without_fault(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("broken", "line", "code"),
    [
        (SOURCE + "columns: [", 14, "definition.unreadable"),
        (SOURCE.replace("kind: source", "kind: sauce"), 1, "definition.unknown_kind"),
        (SOURCE.replace("kind: source\n", ""), 1, "definition.missing_key"),
        ("- " + SOURCE.replace("\n", "\n  "), 1, "definition.unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_hides_no_fault_of_another_and_blames_none(tmp_path, broken, line, code):
    thing = changed(THING, ("display: name", "display: nam"), ("size > 10", "sice > 10"))
    measure = changed(MEASURE, ("value: amount", "value: amount +"))
    role = changed(ROLE, ("on: thing", "on: thingy"))
    assert found(tmp_path, source=broken, thing=thing, measure=measure, role=role) == [
        ("measure.yaml", 6, "definition.malformed"),
        ("role.yaml", 5, "role.unknown_resource"),
        ("source.yaml", line, code),
        ("thing.yaml", 4, "object.unknown_field"),
        ("thing.yaml", 10, "expression.invalid"),
    ]
    assert found(tmp_path, source=broken) == [("source.yaml", line, code)]


def test_what_an_unreadable_file_may_define_is_told_from_what_it_cannot(tmp_path):
    unreadable = THING.replace("fields:", "fields: [")
    also = changed(ROLE, ("key: keeper", "key: other"), ("on: thing", "on: thingy"))
    assert found(tmp_path, thing=unreadable) == [("thing.yaml", 6, "definition.unreadable")]
    assert found(tmp_path, thing=unreadable, also=also) == [
        ("also.yaml", 5, "role.unknown_resource"),
        ("thing.yaml", 6, "definition.unreadable"),
    ]


def test_a_pack_that_cannot_be_read_is_looked_at_all_the_same(tmp_path):
    files = {**FILES, "role": changed(ROLE, ("on: thing", "on: thingy"))}
    folder = pack(tmp_path / "trial", "name: trial\nversion: 1\nlabels: {zh: 试}\ncolour: red\n", **files)
    assert [(Path(f.path).name, f.line, f.code, f.message) for f in packs.check([Path("packs"), folder])][:3] == [
        ("pack.yaml", 4, "pack.malformed", "there is no key 'colour'; there are: labels, name, replaces, requires, version"),
        ("pack.yaml", 2, "pack.malformed", "`version` is a text; it is 1 (a number or word of YAML goes in quotes)"),
        ("pack.yaml", 3, "pack.malformed", "`en` is missing"),
    ]  # fmt: skip
    assert [(Path(f.path).name, f.code) for f in packs.check([Path("packs"), folder])][3:] == [
        ("role.yaml", "role.unknown_resource")
    ]
    with pytest.raises(PackBroken):
        packs.apply([Path("packs"), folder])


def test_faults_of_fields_hide_no_rule_and_no_cross_check_of_the_same_definition(tmp_path):
    source = changed(
        SOURCE,
        ("grain: fact", "grain: facts"),
        ("keys: [no]", 'keys: [nr]\ndecimal: ","\ngrouping: ","\nencoding: latin'),
        ("from: no, type: text", "from: no, type: txt"),
        ("from: buyer, type: text", 'from: buyer, expression: "upper(buyer)", type: text, requird: true'),
        ("from: amount, type: decimal", "from: amount, type: decimal, format: '%Y', low: x, high: z"),
        ("columns:\n", "columns:\n  - {key: at, from: at, type: date}\n"),
    )
    assert found(tmp_path, source=source) == [
        ("source.yaml", 6, "definition.unknown_value"),
        ("source.yaml", 8, "source.unknown_column"),
        ("source.yaml", 10, "definition.malformed"),
        ("source.yaml", 11, "definition.unknown_value"),
        ("source.yaml", 15, "definition.malformed"),
        ("source.yaml", 16, "definition.malformed"),
        ("source.yaml", 16, "definition.unknown_key"),
        ("source.yaml", 17, "definition.malformed"),
        ("source.yaml", 17, "definition.malformed"),
        ("source.yaml", 17, "definition.malformed"),
    ]


def test_a_part_of_unknown_type_hides_nothing_that_all_types_have(tmp_path):
    thing = changed(
        THING,
        ("type: text, labels: {zh: 名称, en: Name}", "type: texture, labels: {zh: 名称}, personal: yes"),
        ("size > 10", "sice > 10 and name = 1"),
        ("target: party", "target: partei"),
        ("columns: [name, size]", "columns: [name, siz]"),
    )
    assert found(tmp_path, thing=thing) == [
        ("thing.yaml", 6, "definition.missing_key"),
        ("thing.yaml", 6, "definition.unknown_value"),
        ("thing.yaml", 6, "definition.wrong_type"),
        ("thing.yaml", 8, "definition.unknown_reference"),
        ("thing.yaml", 10, "expression.invalid"),
        ("thing.yaml", 11, "object.unknown_field"),
    ]


def test_lines_are_right_behind_items_that_could_not_be_read(tmp_path):
    source = changed(
        SOURCE,
        ("columns:\n", "columnz:\n  - {key: a, from: a}\n  - 5\n"),
        ("type: decimal}", "type: decimal, reference: [shop.nothing, a]}"),
    )
    assert found(tmp_path, source=source) == [
        ("source.yaml", 10, "definition.unknown_key"),
        ("source.yaml", 11, "definition.missing_key"),
        ("source.yaml", 12, "definition.wrong_type"),
        ("source.yaml", 15, "dataset.unknown"),
    ]


def test_what_others_say_of_a_faulty_definition_waits_until_it_is_right(tmp_path):
    source = changed(SOURCE, ("subject: {key: buyer, system: counter}", "subject: {kee: buyer, system: counter}"))
    assert found(tmp_path, source=source) == [
        ("source.yaml", 9, "definition.missing_key"),
        ("source.yaml", 9, "definition.unknown_key"),
    ]
    thing = changed(THING, ("  - {key: large,", "  - {kay: 3, key: Large,"))
    assert found(tmp_path, thing=thing) == [
        ("thing.yaml", 10, "definition.malformed"),
        ("thing.yaml", 10, "definition.unknown_key"),
    ]


def test_references_to_a_kind_wait_while_one_of_it_has_no_key(tmp_path):
    thing = changed(THING, ("target: party", "target: partei"), ("display: name", "display: nam"))
    assert ("thing.yaml", 8, "definition.unknown_reference") in found(tmp_path, thing=thing)
    nameless = THING.replace("key: thing\n", "")
    assert found(tmp_path, thing=thing, nameless=nameless) == [
        ("nameless.yaml", 1, "definition.missing_key"),
        ("thing.yaml", 4, "object.unknown_field"),
    ]


def test_a_key_that_stands_twice_hides_nothing(tmp_path):
    role = changed(ROLE, ("key: keeper", "key: keeper\nkey: keeper"), ("on: thing", "on: thingy"))
    assert found(tmp_path, role=role) == [
        ("role.yaml", 3, "definition.doubled_key"),
        ("role.yaml", 6, "role.unknown_resource"),
    ]


def test_definitions_without_a_key_are_told_apart_and_a_doubled_one_is_looked_at(tmp_path):
    nameless = ROLE.replace("key: keeper\n", "")
    doubled = changed(ROLE, ("labels: {zh: 保管, en: Keeper}", "labels: {zh: 保管}"))
    assert found(tmp_path, one=nameless, two=changed(nameless, ("on: thing", "on: thingy")), z=doubled) == [
        ("one.yaml", 1, "definition.missing_key"),
        ("two.yaml", 1, "definition.missing_key"),
        ("two.yaml", 4, "role.unknown_resource"),
        ("z.yaml", 2, "definition.doubled"),
        ("z.yaml", 3, "definition.missing_key"),
    ]


def test_rules_of_one_definition_are_all_told_each_at_its_key(tmp_path):
    measure = changed(
        MEASURE, ("aggregate: sum", "aggregate: avg\nacross: min\ngoal: true"), ("type: decimal", "type: date")
    )
    folder = pack(tmp_path / "trial", **{**FILES, "measure": measure})
    assert [(f.line, f.message) for f in packs.check([Path("packs"), folder])] == [
        (6, "`across` says nothing about avg: accounts are taken together"),
        (9, "of days there is only the first and the last (min, max), no avg"),
        (7, "a goal adds up over the accounts of a party: no `across`"),
        (7, "a goal is a number"),
        (8, "it gives decimal; it has to give date"),
    ]


def test_the_words_say_what_exists(tmp_path):
    [message] = said(tmp_path, role=ROLE.replace("kind: role\n", ""))
    assert message.startswith("`kind` is missing; there are: calendar, ") and "template" in message
    assert said(tmp_path, role=changed(ROLE, ("en: Keeper}", "en: Keeper, full}"))) == [
        "there is no key 'full'; there are: en, zh"
    ]
    assert said(tmp_path, role=changed(ROLE, ("operations: [read]", "operations: []"))) == [
        "`operations` holds at least 1; it holds 0"
    ]
    assert said(tmp_path, role=changed(ROLE, ("operations: [read]", "operations: [read, 5]"))) == [
        "item 2 of `operations` is a text; it is 5 (a number or word of YAML goes in quotes)"
    ]
    assert said(tmp_path, role=ROLE.replace("key: keeper\n", "key: keeper\nuuid: x\n")) == [
        "`uuid` is a uuid such as 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001; it is 'x'"
    ]


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("type: decimal, default: '12345.678', digits: 6, scale: 2", "'12345.678'; it takes a number of at most 4 digits and 2 decimals"),
        ("type: integer, default: 10000000000000000000", "'10000000000000000000'; it takes a whole number"),
        ("type: email, default: nobody", "'nobody'; it takes an address such as name@example.com"),
        ("type: choice, default: blue, options: [{key: red, labels: {zh: 红, en: Red}}]", "'blue'; it takes one of: red"),
        ("type: multi_choice, default: [blue], options: [{key: red, labels: {zh: 红, en: Red}}]", "'blue'; it takes one of: red"),
    ],
)  # fmt: skip
def test_a_default_that_its_own_field_would_refuse_is_a_finding(tmp_path, field, says):
    thing = changed(THING, ("key: size, type: integer", f"key: size, {field}"))
    messages = [message for message in said(tmp_path, thing=thing) if "default" in message]
    assert messages == [f"the field would refuse its own default {says}"]
    assert ("thing.yaml", 7, "definition.malformed") in found(tmp_path, thing=thing)


def test_more_decimals_than_digits_are_a_finding(tmp_path):
    thing = changed(THING, ("type: integer", "type: decimal, digits: 3"))
    assert said(tmp_path, thing=thing) == ["`scale` is at most `digits`: 4 of 3 digits cannot be decimals"]


def test_a_definition_of_another_pack_is_taken_over_only_by_saying_so(tmp_path):
    packs.apply([Path("packs"), pack(tmp_path / "trial", **FILES)])
    other = pack(tmp_path / "other", role=ROLE)

    [finding] = packs.check([Path("packs"), other])
    assert (Path(finding.path).name, finding.line, finding.code) == ("role.yaml", 2, "pack.taken_over")
    assert finding.message == (
        "role 'keeper' belongs to the pack 'trial';"
        " give it a key of its own, or name that pack under `replaces` in pack.yaml"
    )
    with pytest.raises(PackBroken):
        packs.apply([Path("packs"), other])

    manifest = "name: other\nversion: 2.0.0\nreplaces: [trial]\nlabels: {zh: 试, en: Trial}\n"
    assert [c.key for c in packs.apply([Path("packs"), pack(tmp_path / "other", manifest)]).changes] == ["keeper"]
    (tmp_path / "trial" / "role.yaml").unlink()
    assert packs.check([Path("packs"), tmp_path / "trial"]) == []


def test_a_key_keeps_its_uuid(tmp_path):
    born = ROLE.replace("key: keeper\n", "key: keeper\nuuid: 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001\n")
    packs.apply([Path("packs"), pack(tmp_path / "trial", **{**FILES, "role": born})])
    assert said(tmp_path, role=born.replace("e001", "e002")) == [
        "role keeper has the uuid 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001 in this installation and keeps it"
    ]
    assert found(tmp_path, role=born.replace("e001", "e002")) == [("role.yaml", 3, "definition.uuid_frozen")]
    assert found(tmp_path, role=ROLE) == [("role.yaml", 1, "definition.uuid_frozen")]


TAG = """kind: tag
key: buyers
labels: {zh: 买家, en: Buyers}
source: 试
levels:
  - {key: a, when: nothing_1 = 1}
  - {key: b, labels: {zh: 标, en: B}, when: nothing_2 = 1, statu: done}
  - {key: b, labels: {zh: 标, en: B}, when: nothing_3 = 1}
"""
MASTER = """kind: master
key: things
labels: {zh: 物品, en: Things}
object: thing
dataset: shop.sale
source_key: nothing_1
lookups:
  - {dataset: shop.sale, by: nothing_2, columns: [nothing_3, buyer], where: nothing_4 = 1}
columns:
  - {field: nam, value: nothing_3}
  - {field: size, value: buyer, reference: nothing_5}
"""
PAGE = """kind: page
key: shelf
labels: {zh: 货架, en: Shelf}
operation: thing.read
columns: [[last_lode, due_wrok, first]]
blocks:
  first: {use: due_wrok}
  due_work: {use: due_work}
  spare: {use: due_work}
"""


def test_every_level_of_a_tag_is_looked_at(tmp_path):
    assert found(tmp_path, tag=TAG) == [
        ("tag.yaml", 5, "definition.malformed"),
        ("tag.yaml", 6, "definition.missing_key"),
        ("tag.yaml", 6, "expression.invalid"),
        ("tag.yaml", 7, "definition.unknown_key"),
        ("tag.yaml", 7, "expression.invalid"),
        ("tag.yaml", 8, "expression.invalid"),
    ]


def test_faults_of_a_feeds_lookups_hide_none_of_its_others_and_each_name_is_blamed_once(tmp_path):
    assert found(tmp_path, master=MASTER) == [
        ("master.yaml", 6, "expression.invalid"),
        ("master.yaml", 8, "dataset.unknown_column"),
        ("master.yaml", 8, "dataset.unknown_column"),
        ("master.yaml", 8, "expression.invalid"),
        ("master.yaml", 10, "object.unknown_field"),
        ("master.yaml", 11, "definition.malformed"),
        ("master.yaml", 11, "expression.invalid"),
        ("master.yaml", 11, "expression.type"),
        ("master.yaml", 11, "master.no_reference"),
    ]
    near = changed(MASTER, ("dataset: shop.sale\n", "dataset: shop.sales\n"))
    both = [*found(tmp_path, master=MASTER), ("master.yaml", 5, "dataset.unknown")]
    assert found(tmp_path, master=near) == sorted(both)


def test_a_measure_is_not_blamed_for_its_source_and_its_own_columns_are_looked_at(tmp_path):
    measure = MEASURE + "where: paid = 1\n"
    own, subject = ("measure.yaml", 9, "expression.invalid"), "subject: {key: buyer, system: counter}"
    for slip, code in (("system: countr", "source.unknown_system"), ("accounts: shop.sole", "dataset.unknown")):
        source = changed(SOURCE, (subject, "subject: {key: buyer, " + slip + "}"))
        assert found(tmp_path, measure=measure, source=source) == [own, ("source.yaml", 9, code)]
    source = changed(SOURCE, (subject, "subject: {key: buyer, system: shop}"))
    assert said(tmp_path, source=source) == [
        "whose the rows of shop.sale are, `subject` of source 'shop_sale' does not tell:"
        " No identity knows 'shop'. They know: app, call_center, counter"
    ]
    # The dataset's name is nearly one that there is: what is asked of its rows is looked at by that.
    near = changed(measure, ("shop.sale", "shop.sales"))
    assert found(tmp_path, measure=near) == [("measure.yaml", 4, "dataset.unknown"), own]


def test_a_page_says_which_blocks_may_stand_where(tmp_path):
    blocks = said(tmp_path, page=PAGE)
    assert found(tmp_path, page=PAGE) == [
        ("page.yaml", 5, "page.unknown_block"),
        ("page.yaml", 5, "page.unknown_block"),
        ("page.yaml", 7, "definition.unknown_value"),
        ("page.yaml", 9, "page.unplaced_block"),
    ]
    assert [text.partition(":")[0] for text in blocks] == [
        "`use` is one of",
        "there is no block 'last_lode'; there are",
        "there is no block 'due_wrok'; there are",
        "block 'spare' has settings and stands nowhere",
    ]
    assert blocks[0].endswith("it is 'due_wrok'. Did you mean 'due_work'?")
    assert "spare" in blocks[1] and blocks[1].endswith("Did you mean 'last_load'?")


def test_a_check_that_fails_is_said_and_hides_nothing(tmp_path, monkeypatch, caplog):
    kind = definitions.kind_named("measure")

    def broken(_measure, _everything):
        yield Finding("measure.first", Labels("出错之前", "said before it fails"))
        raise TypeError("a fault of the program")

    monkeypatch.setitem(definitions._kinds, "measure", replace(kind, check=broken))
    role = changed(ROLE, ("on: thing", "on: thingy"))
    assert [one for one in found(tmp_path, role=role) if one[0] in ("measure.yaml", "role.yaml")] == [
        ("measure.yaml", 1, "definition.unchecked"),
        ("measure.yaml", 1, "measure.first"),
        ("role.yaml", 5, "role.unknown_resource"),
    ]
    assert all("TypeError: a fault of the program" in record.exc_text for record in caplog.records)
    assert caplog.records
