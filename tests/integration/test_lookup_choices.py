"""Which related record a lookup chooses, and where it is marked as the one that counts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.factories.records import SYSTEM, build_firm
from zhike.platform.exchange import api as exchange
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.packs import api as packs
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(tmp_path):
    """A box whose newest entry it shows; notes lie in boxes, too, and nothing is looked up in them."""
    (tmp_path / "pack.yaml").write_text("name: boxes\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 箱, en: Boxes}\n")
    fields = (
        "  - {key: box, type: reference, target: box, labels: {zh: 箱, en: Box}}\n"
        "  - {key: text, type: text, labels: {zh: 内容, en: Text}}\n"
        "  - {key: day, type: date, labels: {zh: 日期, en: Day}}\n"
    )
    for key in ("entry", "note"):
        (tmp_path / f"{key}.yaml").write_text(
            f"kind: object\nkey: {key}\nlabels: {{zh: 条目, en: Entry}}\ndisplay: text\nfields:\n{fields}"
        )
    (tmp_path / "box.yaml").write_text(
        """kind: object
key: box
labels: {zh: 箱, en: Box}
display: name
fields:
  - {key: name, type: choice, labels: {zh: 名, en: Name}, options: [{key: a, labels: {zh: 甲, en: A}}]}
  - {key: newest, type: text, labels: {zh: 最新, en: Newest}, lookup: {relation: entries, field: text, newest: day}}
relations:
  - {key: entries, object: entry, through: box, labels: {zh: 条目, en: Entries}}
  - {key: notes, object: note, through: box, labels: {zh: 备注, en: Notes}}
"""
    )
    build_firm()
    packs.apply([Path("packs"), tmp_path])
    return objects.create("box", {"name": "a"}, principal=SYSTEM)


def entry(box, text, day="2026-03-17", kind="entry"):
    return objects.create(kind, {"box": str(box.uid), "text": text, "day": day}, principal=SYSTEM)


def touched(record):
    """Write a record anew, so that it lies behind the others in the table."""
    current = records.get("entry", record.uid, principal=SYSTEM)
    given = {"text": current.values["text"] + "+"}
    objects.update("entry", record.uid, given, revision=current.revision, principal=SYSTEM)


def shown(box, tmp_path):
    """What the box shows alone, in a list, and where it leaves for the warehouse."""
    exchange.export("box", fields=["newest"], into=tmp_path / "box.csv")
    with (tmp_path / "box.csv").open() as file:
        [left] = csv.DictReader(file)
    [row] = objects.page(RecordQuery("box", columns=("newest",)), principal=SYSTEM).rows
    return records.get("box", box.uid, principal=SYSTEM).values["newest"], row.values["newest"], left["newest"]


@pytest.mark.parametrize("changed", [(), (0,), (0, 1), (2, 0), (2, 1, 0)])
def test_of_two_records_of_one_day_the_one_that_came_later_counts(box, tmp_path, changed):
    made = [entry(box, text) for text in ("一", "二", "三")]
    entry(box, "前一天", "2026-03-16")
    for number in changed:
        touched(made[number])
    wanted = "三+" if 2 in changed else "三"
    assert shown(box, tmp_path) == (wanted, wanted, wanted)
    assert list(objects.looked_up("box", box.id, "entry", "box", principal=SYSTEM)) == [made[2].id]


def test_only_records_of_the_object_that_is_looked_up_are_marked(box):
    chosen = entry(box, "一")
    note = entry(box, "备注", kind="note")
    for _more in range(max(chosen.id - note.id, 0)):
        note = entry(box, "备注", kind="note")
    assert list(objects.looked_up("box", box.id, "entry", "box", principal=SYSTEM)) == [chosen.id]
    assert list(objects.looked_up("box", box.id, "note", "box", principal=SYSTEM)) == []
