"""Text as people save it: its encoding, its separator, its heads and its sums are found in it."""

from __future__ import annotations

import codecs

import pytest

from zhike.platform.exchange import files
from zhike.platform.exchange.file_types import Declared, Wanted
from zhike.platform.exchange.logic import encodings

WANTED = (Wanted("客户号", key=True), Wanted("姓名"), Wanted("资产", "number"))
TEXT = "客户号,姓名,资产\n0001,欧阳娜,1\n"


def look(tmp_path, content, **declared):
    path = tmp_path / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return files.look(path, name="a.csv", wanted=WANTED, declared=Declared(**declared))


def text(tmp_path, content, **declared):
    looked = look(tmp_path, content, **declared)
    path = tmp_path / "a.csv"
    rows = files.rows_of_text(
        path, looked, wanted=WANTED, declared=Declared(**declared), footer=False, scratch=tmp_path
    )
    return rows.path.read_text(encoding="utf-8"), [found.code for found in (*looked.findings, *rows.findings)]


ENCODINGS = [
    (TEXT.encode("gbk"), "gbk", []),
    (TEXT.encode("gbk"), "utf-8", ["load.encoding"]),
    (TEXT.encode(), "utf-8", []),
    (TEXT.encode(), "gbk", ["load.encoding"]),
    (TEXT.encode(), "iso-8859-1", ["load.encoding"]),
    (TEXT.encode("utf-8-sig"), "gbk", ["load.encoding"]),
    (TEXT.encode("utf-16"), "gbk", ["load.encoding"]),
    (TEXT.encode("utf-16"), "utf-16", []),
    (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16", []),
    (TEXT.encode("utf-16-le"), "utf-8", ["load.encoding"]),
    (TEXT.encode("utf-16-be"), "utf-16", []),
]


@pytest.mark.parametrize(("content", "declared", "codes"), ENCODINGS)
def test_the_content_says_how_it_is_written(tmp_path, content, declared, codes):
    assert text(tmp_path, content, encoding=declared) == (TEXT, codes)


def test_a_character_across_two_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings, "_CHUNK", 3)

    assert text(tmp_path, TEXT.encode("gbk"), encoding="gbk") == (TEXT, [])


DAMAGED = (TEXT + "0002,示例星河贸易有限公司第一分号第二分号,1\n").encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (DAMAGED + b"0003,\xd6,1\n", "load.wrong_encoding"),
        (b"\xff\xfe\xff", "load.wrong_encoding"),
        (TEXT.encode() + b"\0\0", "load.not_text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "load.not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "load.old_workbook"),
    ],
)
def test_what_is_damaged_or_no_text_is_refused(tmp_path, content, code):
    """A text in UTF-8 with one bad byte often is a text in GBK by accident: nonsense would be loaded."""
    with pytest.raises(files.Unreadable) as error:
        text(tmp_path, content, encoding="gbk")

    assert error.value.finding.code == code


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_separates_columns_is_what_gives_known_heads(tmp_path, delimiter):
    looked = look(tmp_path, TEXT.replace(",", delimiter))

    assert (looked.delimiter, looked.faults) == (delimiter, [])
    assert [found.code for found in looked.notes] == ([] if delimiter == "," else ["load.delimiter"])


def test_titles_above_the_heads_are_passed_over_and_told(tmp_path):
    looked = look(tmp_path, f"客户清单,,\n2026-03-17,,\n\n{TEXT}")

    assert (looked.first, [found.message for found in looked.notes]) == (4, ["表头在第 4 行，已从第 4 行读取"])


def test_a_head_with_a_line_end_inside(tmp_path):
    looked = look(tmp_path, '"客户\n号",姓名,资产\n0001,欧阳娜,1\n')

    assert (looked.first, looked.last, looked.read_as) == (1, 2, ("客户号", "姓名", "资产"))


@pytest.mark.parametrize(
    ("head", "read_as"),
    [
        ("客户号 ,姓　名,资产（元）", ("客户号", "姓名", "资产")),
        ("客户号（必填）,*姓名,资产(人民币)", ("客户号", "姓名", "资产")),
        ("客户号,姓名,资产（万元）", ("客户号", "姓名", "")),
        ("客户号,姓名,资产 ,资产(元)", ("客户号", "姓名", "资产", "")),
    ],
)
def test_heads_are_the_same_however_blanks_and_brackets_are_written_and_another_unit_is_another(
    tmp_path, head, read_as
):
    assert look(tmp_path, f"{head}\n1,2,3\n").read_as == read_as


def test_what_is_remembered_counts(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,姓名,资产\n1,2,3\n", encoding="utf-8")

    looked = files.look(
        path, name="a.csv", wanted=WANTED, declared=Declared(), remembered=lambda _heads: {"编号": "客户号"}
    )

    assert (looked.faults, looked.notes[0].message) == ([], "列“编号”作为“客户号”读取")


def test_what_is_missing_is_one_sentence(tmp_path):
    looked = look(tmp_path, "姓名,手机\n1,2\n")

    assert [found.message for found in looked.faults] == ["缺少 2 列“客户号”“资产”。文件中有：姓名、手机"]


@pytest.mark.parametrize(
    ("end", "left", "codes"),
    [
        ("合计,,1\n", "", ["load.sum_line"]),
        (",合计,1\n", "", ["load.sum_line"]),
        ("共 1 条,,\n\n", "", ["load.sum_line"]),
        ("0002,合计,1\n", "0002,合计,1\n", []),
        ("", "", []),
    ],
)
def test_a_sum_below_all_is_no_row_and_a_row_with_a_key_is_one(tmp_path, end, left, codes):
    assert text(tmp_path, TEXT + end) == (TEXT + left, codes)
