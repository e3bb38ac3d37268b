"""The same person written otherwise is joined, whoever is written alike is not: through files, load and identity."""

from __future__ import annotations

import pytest

from tests.factories.lake import asked
from tests.integration.insight import test_identity
from tests.integration.insight.conftest import never_ask
from zhike.insight.identity import api as identity
from zhike.insight.warehouse.models import Load
from zhike.kernel import folding

KEYS = [
    {"key": "certificate", "conflicts": True},
    {"key": "number"},
    {"key": "phone", "normalize": {"fold": "phone", "shortest": 7}, "blocked": ["+86 138 0013 8000"]},
    {"key": "name", "normalize": {"fold": "name"}},
]
#: What differs, and how two systems write the name, the telephone and the certificate of one person.
SAME = [
    ("full-width digits of a phone", ("甲一", "10100000101", ""), ("甲一", "１０１０００００１０１", "")),
    ("0086", ("甲二", "10100000102", ""), ("甲二", "008610100000102", "")),
    ("+86 and hyphens", ("甲三", "10100000103", ""), ("甲三", "+86-101-0000-0103", "")),
    ("86", ("甲四", "10100000104", ""), ("甲四", "8610100000104", "")),
    ("the 0 of a branch exchange", ("甲五", "13800138105", ""), ("甲五", "013800138105", "")),
    ("an extension of a mobile", ("甲六", "10100000106", ""), ("甲六", "10100000106转8", "")),
    ("an extension after a hyphen", ("甲七", "10100000107", ""), ("甲七", "10100000107-8", "")),
    ("ideographic blanks in a phone", ("甲八", "10100000108", ""), ("甲八", "101　0000　0108", "")),
    ("an unseen blank in a phone", ("甲九", "10100000109", ""), ("甲九", "101\u200b00000109", "")),
    ("the country of a landline", ("甲十", "021-12345110", ""), ("甲十", "+86 21 12345110", "")),
    ("the same extension of a landline", ("乙一", "021-12345111转8", ""), ("乙一", "(021)12345111-8", "")),
    ("an ideographic blank", ("李明四", "10100000112", ""), ("李　明四", "10100000112", "")),
    ("an unseen blank", ("王洁丽", "10100000113", ""), ("王\u200b洁丽", "10100000113", "")),
    ("a bullet for the dot", ("买买提·艾力", "10100000114", ""), ("买买提•艾力", "10100000114", "")),
    ("a full stop for the dot", ("买买提·艾明", "10100000115", ""), ("买买提.艾明", "10100000115", "")),
    ("no dot", ("古丽·阿依", "10100000116", ""), ("古丽阿依", "10100000116", "")),
    ("a katakana dot", ("古丽·阿明", "10100000117", ""), ("古丽･阿明", "10100000117", "")),
    ("small letters", ("JOHN SMITH", "10100000118", ""), ("John Smith", "10100000118", "")),
    ("full-width letters", ("ABC李", "10100000119", ""), ("ＡＢＣ李", "10100000119", "")),
    ("accents", ("José García", "10100000120", ""), ("Jose Garcia", "10100000120", "")),
    ("an apostrophe", ("O'Brien Sean", "10100000121", ""), ("O’BRIEN SEAN", "10100000121", "")),
    ("traditional characters", ("龙在田", "10100000122", ""), ("龍在田", "10100000122", "")),
    ("a traditional surname", ("钟国强", "10100000123", ""), ("鍾國強", "10100000123", "")),
    ("15 digits of a certificate", ("丙一", "", "990101198001011244"), ("丙一", "", "990101800101124")),
    (
        "an unseen blank and a full-width x",
        ("丙二", "", "99010119800101125X"),
        ("丙二", "", "990101\u200b19800101125ｘ"),
    ),
]
#: Different people whose writings look alike.
OTHERS = [
    ("a landline of an office", ("丁一", "021-12345201转8", ""), ("丁一", "021-12345201转9", "")),
    ("an extension and the office", ("丁二", "021-12345202", ""), ("丁二", "021-12345202转8", "")),
    ("an extension that reads on", ("丁三", "021-1234520转31", ""), ("丁三", "021-12345203-1", "")),
    ("long extensions of a shared mobile", ("丁四", "17090000204转5678", ""), ("丁四", "17090000204转5679", "")),
    ("another country", ("丁五", "+1 380 013 8205", ""), ("丁五", "13800138205", "")),
    ("another country by 00", ("丁六", "0013800138206", ""), ("丁六", "013800138206", "")),
    ("the same phone, another name", ("丁七", "10100000207", ""), ("丁七一", "10100000207", "")),
    ("a title that is no name", ("李明五先生", "10100000208", ""), ("李明五", "10100000208", "")),
    ("characters that are both in use", ("于大海", "10100000209", ""), ("於大海", "10100000209", "")),
    ("a character of two readings", ("李乾", "10100000210", ""), ("李干", "10100000210", "")),
    ("numbers in names", ("稳健1.5号", "10100000211", ""), ("稳健15号", "10100000211", "")),
    ("the century of a birth", ("戊二", "", "990101000101124"), ("戊二", "", "990101200001011244")),
    ("another check sign", ("戊三", "", "990101810101124"), ("戊三", "", "990101198101011240")),
    ("15 digits that name no day", ("戊四", "", "990101801301124"), ("戊四", "", "990101198013011240")),
    ("O and 0 of a passport", ("戊五", "", "EO1234567"), ("戊五", "", "E01234567")),
    ("a hyphen in a certificate", ("戊六", "", "H1234-5678"), ("戊六", "", "H12345678")),
    ("born before 1900", ("戊七", "", "990101800101996"), ("戊七", "", folding.certificate("990101800101995"))),
    ("a blocked number", ("戊八", "13800138000", ""), ("戊八", "０１３８００１３８０００", "")),
]


@pytest.fixture(autouse=True)
def _database(installation, monkeypatch):
    """One dataset serves all: what a file does to what another test loaded is not the matter here."""
    never_ask(monkeypatch)
    return installation


def test_who_is_written_otherwise_is_joined_and_who_is_written_alike_is_not(tmp_path, monkeypatch):
    pairs = [*SAME, *OTHERS]
    definitions = test_identity.snapshot(keys=KEYS)
    monkeypatch.setattr(test_identity, "snapshot", lambda: definitions)

    def rows(side: int) -> list[str]:
        return [f"w{n},{pair[side][0]},{pair[side][1]},{pair[side][2]}," for n, pair in enumerate(pairs)]

    found = test_identity.parties(tmp_path, rows(1), rows(2))

    joined = [pair[0] for n, pair in enumerate(pairs) if found[f"aw{n}"] == found[f"bw{n}"]]
    assert joined == [pair[0] for pair in SAME]
    assert len(set(found.values())) == len(SAME) + 2 * len(OTHERS)


def test_hashes_of_an_earlier_fold_are_made_anew_before_anybody_is_matched(tmp_path, monkeypatch):
    definitions = test_identity.snapshot(keys=KEYS)
    monkeypatch.setattr(test_identity, "snapshot", lambda: definitions)
    with monkeypatch.context() as before:
        before.setattr(folding, "certificate", folding.text)
        a, b = ["e1,己一,,990101800101124,"], ["e1,己一,,990101198001011244,"]
        first = test_identity.parties(tmp_path, a, b)
    for load in Load.objects.filter(source__in=["a", "b"]):
        Load.objects.filter(pk=load.pk).update(definition=load.definition.partition("/")[0])
    assert first["ae1"] != first["be1"]

    identity.run(snapshot=definitions)

    after = dict(asked("select system || source_key, party_id from _links", links=identity.LINK))
    assert after["ae1"] == after["be1"] == min(first["ae1"], first["be1"])
    loads = Load.objects.count()
    identity.run(snapshot=definitions)
    assert Load.objects.count() == loads
