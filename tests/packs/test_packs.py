"""One generic test over every pack: it passes its check, applies, and applies again to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.factories.packs import pack
from zhike.kernel.definition_errors import DestructiveChange
from zhike.platform.packs import api as packs
from zhike.platform.packs.errors import PackBroken

pytestmark = pytest.mark.django_db


def test_the_packs_that_ship_are_without_fault_and_already_applied():
    assert packs.check([Path("packs")]) == []
    assert packs.plan([Path("packs")]).changes == ()


def test_a_pack_that_needs_no_other_is_checked_without_the_others():
    assert packs.check([Path("packs/core")]) == []


def test_every_definition_is_translated_and_has_a_stable_uuid():
    for path in sorted(Path("packs").rglob("*.yaml")):
        body = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        if path.name != "pack.yaml":
            assert {"zh", "en"} <= set(body["labels"]), path
            assert body.get("uuid"), path


THING = """kind: object
key: thing
labels: {zh: 物品, en: Thing}
display: name
fields:
  - {key: name, type: text, labels: {zh: 名称, en: Name}}
"""


def test_a_field_is_added_without_touching_what_is_there_and_a_removal_needs_consent(tmp_path):
    folder = pack(tmp_path / "trial", requires="[]", thing=THING)
    assert [c.action for c in packs.apply([folder]).changes] == ["create"]
    assert packs.apply([folder]).changes == ()

    pack(folder, requires="[]", thing=THING + "  - {key: size, type: integer, labels: {zh: 尺寸, en: Size}}\n")
    change = packs.plan([folder]).changes[0]
    assert (change.action, change.destructive) == ("update", False)
    packs.apply([folder])

    pack(folder, requires="[]", thing=THING)
    with pytest.raises(DestructiveChange):
        packs.apply([folder])
    assert packs.apply([folder], yes=True).changes[0].destructive


def test_labels_hold_a_text_per_language_and_nothing_else(tmp_path):
    folder = pack(tmp_path / "trial", requires="[]", thing=THING.replace("en: Name}", "en: Name, full}"))
    assert [(finding.code, "full" in finding.message) for finding in packs.check([folder])] == [
        ("definition.unknown_key", True)
    ]


def test_a_key_is_frozen_at_birth(tmp_path):
    born = "uuid: 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001\n" + THING
    folder = pack(tmp_path / "trial", requires="[]", thing=born)
    packs.apply([folder])

    pack(folder, requires="[]", thing=born.replace("key: thing", "key: item"))
    finding = packs.check([folder])[0]
    assert (finding.line, finding.code) == (3, "definition.key_frozen")
    assert "object thing" in finding.message
    with pytest.raises(PackBroken):
        packs.apply([folder], yes=True)


def test_every_fault_is_listed_with_file_and_line(tmp_path):
    broken = (
        THING.replace("type: text", "type: texture")
        + "refinements:\n  - {key: r, labels: {zh: 细, en: R}, condition: \"colour = 'red'\"}\n"
    )
    folder = pack(
        tmp_path / "trial", requires="[]", thing=broken, other="kind: nothing\nkey: x\nlabels: {zh: 一, en: X}\n"
    )
    found = {(Path(f.path).name, f.line, f.code) for f in packs.check([folder])}
    assert found == {("other.yaml", 1, "definition.unknown_kind"), ("thing.yaml", 6, "definition.unknown_value")}

    (folder / "other.yaml").unlink()
    found = [(Path(f.path).name, f.line, f.code) for f in packs.check([folder])]
    assert found == [("thing.yaml", 6, "definition.unknown_value")]
    pack(folder, requires="[]", thing=broken.replace("texture", "text"))
    finding = packs.check([folder])[0]
    assert (finding.line, finding.code) == (8, "expression.invalid")
    assert "name" in finding.message or "colour" in finding.message
