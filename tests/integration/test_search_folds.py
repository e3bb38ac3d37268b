"""Whoever is written otherwise than they are looked for is found all the same, and nobody else is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection

from tests.factories.records import SYSTEM, build_firm
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.logic import refolding
from zhike.platform.objects.types import RecordQuery

#: A run that nobody watches.
RUN = SimpleNamespace(progress=lambda *_said: None)
PEOPLE = {
    "王洁丽": "10100000008",
    "李　明一": "+86-101-0000-0009",
    "JOHN SMITH": "10100000010",
    "José García López": "10100000011",
    "O'Brien": "10100000012",
    "买买提·艾力": "10100000013",
    "龍在田": "10100000014",
    "测试甲": "021-12345678",
    "JOHN SMITHSON": "10100000016",
}
FINDS = [
    ("王 洁丽", "王洁丽"),
    ("王　洁丽", "王洁丽"),
    ("王\u200b洁丽", "王洁丽"),
    ("李明一", "李　明一"),
    ("李　明一", "李　明一"),
    ("smith", "JOHN SMITH"),
    ("ＳＭＩＴＨ", "JOHN SMITH"),
    ("john smith", "JOHN SMITH"),
    ("García", "José García López"),
    ("garcia lopez", "José García López"),
    ("josé", "José García López"),
    ("obrien", "O'Brien"),
    ("O’Brien", "O'Brien"),
    ("买买提艾力", "买买提·艾力"),
    ("買買提•艾力", "买买提·艾力"),
    ("龙在田", "龍在田"),
    ("龍在田", "龍在田"),
    ("测试 甲", "测试甲"),
    ("101-0000-0008", "王洁丽"),
    ("+8610100000008", "王洁丽"),
    ("008610100000008", "王洁丽"),
    ("8610100000008", "王洁丽"),
    ("010100000008", "王洁丽"),
    ("10100000008转8", "王洁丽"),
    ("１０１００００００08", "王洁丽"),
    ("101 0000 0009", "李　明一"),
    ("+86 21 12345678", "测试甲"),
    ("990101800101124", "王洁丽"),
    ("990101198001011244", "王洁丽"),
]


@pytest.fixture(autouse=True)
def people(db):
    build_firm()
    made = {}
    for name, mobile in PEOPLE.items():
        number = {"certificate_number": "990101800101124"} if name == "王洁丽" else {}
        made[name] = objects.create("party", {"name": name, "mobile": mobile, **number}, principal=SYSTEM).uid
    return made


def _found(text):
    return [row.uid for row in objects.page(RecordQuery("party", text=text), principal=SYSTEM).rows]


def test_every_writing_finds_who_is_meant(people):
    assert {text: _found(text) for text, _name in FINDS} == {text: [people[name]] for text, name in FINDS}


@pytest.mark.parametrize("text", ["王丽洁", "于在田", "10100000099", "021-12345678转8", "smit"])
def test_what_is_written_alike_finds_nobody(text):
    assert objects.count(RecordQuery("party", text=text), principal=SYSTEM).count == 0


def test_what_an_earlier_fold_made_of_records_is_made_anew_once(people):
    table = catalogue.describe("party").table
    with connection.cursor() as cursor:
        cursor.execute(f"select grams from {table} where uid = %s", [people["龍在田"]])
        (grams,) = cursor.fetchone()
        cursor.execute(f"update {table} set grams = array['龍', '龍在', '在田'] where uid = %s", [people["龍在田"]])
        cursor.execute("update objects_physicalobject set folds = 1 where key = 'party'")
        cursor.execute(f"select revision, updated_at from {table} where uid = %s", [people["龍在田"]])
        before = cursor.fetchone()
    assert _found("龙在田") == []

    assert refolding.refold(RUN) == 1

    assert _found("龙在田") == [people["龍在田"]]
    with connection.cursor() as cursor:
        cursor.execute(f"select grams, revision, updated_at from {table} where uid = %s", [people["龍在田"]])
        again, *after = cursor.fetchone()
    assert (set(again), tuple(after)) == (set(grams), before)
    assert refolding.refold(RUN) == 0
