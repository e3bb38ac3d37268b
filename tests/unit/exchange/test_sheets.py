"""Cells of workbooks, however programs write them: the quick way and the parser say the same."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from tests.factories.workbooks import MAIN, workbook
from zhike.platform.exchange import files
from zhike.platform.exchange.file_types import Declared, Wanted
from zhike.platform.exchange.logic import sheet_tokens

HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>no</t></is></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>'
NO, X = Wanted("no", key=True), Wanted("x", "number")


def read(path, *wanted, into=None):
    """What a workbook says: its rows by line, and the codes of what was found."""
    wanted = wanted or (NO, X)
    looked = files.look(path, name=path.name, wanted=wanted, declared=Declared(suffix=".xlsx"))
    assert not looked.faults, looked.faults
    rows = files.rows_of_workbook(path, looked, wanted=wanted, into=path.with_suffix(".parquet"))
    table = pq.read_table(rows.path).to_pylist()
    return {row.pop(files.LINE): row for row in table}, [found.code for found in looked.findings + rows.findings]


def cells(path, *cell, texts="", formats=(), wanted=(NO, X), **more):
    """What the x of rows 2, 3, … says."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>k{n}</v></c>{one}</row>' for n, one in enumerate(cell, start=2)
    )
    found, codes = read(workbook(path / "a.xlsx", HEAD + rows, texts=texts, formats=formats, **more), *wanted)
    return [row["x"] for row in found.values()], codes


PLAIN = Wanted("x", "text")
NUMBERS = {
    "1": "1",
    "1.50": "1.5",
    "8.1999999999999993": "8.2",
    "1E-3": "0.001",
    "1.2E+3": "1200",
    "-0.5": "-0.5",
    "100": "100",
    "0": "0",
    "123456789012345": "123456789012345",
}


@pytest.mark.parametrize("quick", [True, False])
def test_numbers_are_exact_and_as_people_type_them(tmp_path, monkeypatch, quick):
    if not quick:
        monkeypatch.setattr(sheet_tokens, "_at_once", lambda _piece: None)
    written = [f'<c r="B{n}"><v>{number}</v></c>' for n, number in enumerate(NUMBERS, start=2)]

    assert cells(tmp_path, *written)[0] == list(NUMBERS.values())


WAYS = [
    '<c r="B2" s="0"><v>7</v></c>',
    '<c s="0" r="B2"><v>7</v></c>',
    '<c r="B2" t="n"><v>7</v></c>',
    '<c r="B2"><f>3+4</f><v>7</v></c>',
    '<c r="B2"><f t="shared" si="0"/><v>7</v></c>',
    '<c r="B2" cm="1"><v xml:space="preserve">7</v></c>',
    "<c r='B2'><v>7</v></c>",
    "<c><v>7</v></c>",
    '<c r="B2"><!-- sum > 3 --><v>7</v></c>',
    '<c r="B2"><v><![CDATA[7]]></v></c>',
    '<c r="B2"><v>7</v><extLst><ext uri="a"/></extLst></c>',
    '<c\n r="B2"><v>7</v></c>',
    '<c r="B2" t="s"><v>0</v></c>',
    '<c r="B2" t="inlineStr"><is><r><t>7</t></r></is></c>',
    '<c r="B2" t="inlineStr"><is><t>7</t><rPh sb="0" eb="1"><t>qi</t></rPh></is></c>',
]


@pytest.mark.parametrize("way", WAYS)
def test_a_cell_is_the_same_in_whatever_way_it_is_written(tmp_path, way):
    assert cells(tmp_path, way, texts="<si><t>7</t></si>")[0] == ["7"]


def test_a_document_with_prefixes_and_rows_without_numbers(tmp_path):
    rows = (
        '<x:row><x:c t="inlineStr"><x:is><x:t>no</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:t>x</x:t></x:is></x:c></x:row>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>k</x:t></x:is></x:c><x:c><x:v>7</x:v></x:c></x:row>'
    )
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'

    assert read(workbook(tmp_path / "a.xlsx", "", sheet=sheet))[0] == {2: {"no": "k", "x": "7"}}


def test_texts_of_all_kinds(tmp_path):
    texts = (
        "<si><t>plain</t></si><si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r></si>"
        '<si><t xml:space="preserve"> blank </t></si><si><t>东京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
        "<si><t>a &amp;amp; &lt;b&gt; _x4E2D_ 中&#20013;</t></si><si><t/></si><si/>"
    )
    written = [f'<c r="B{n + 2}" t="s"><v>{n}</v></c>' for n in range(7)]
    written += [
        '<c r="B9" t="str"><f>A1</f><v>a&lt;b_x000D_</v></c>',
        '<c r="B10" t="inlineStr"><is><t>in &amp; line</t></is></c>',
    ]

    found, _codes = cells(tmp_path, *written, texts=texts, wanted=(NO, PLAIN))

    assert found == [
        *("plain", "rich text", " blank ", "东京", "a &amp; <b> 中 中中", None, None),
        *("a<b\r", "in & line"),
    ]


def test_truths_and_faults_of_formulas(tmp_path):
    written = ['<c r="B2" t="b"><v>1</v></c>', '<c r="B3" t="b"><v>0</v></c>', '<c r="B4" t="e"><v>#N/A</v></c>']

    assert cells(tmp_path, *written, wanted=(NO, PLAIN))[0] == ["True", "False", "#N/A"]


def test_a_percent_and_thousands_are_values(tmp_path):
    written = ['<c r="B2" s="1"><v>0.125</v></c>', '<c r="B3" s="2"><v>1234567.5</v></c>']

    assert cells(tmp_path, *written, formats=("0.00%", "#,##0.00"))[0] == ["0.125", "1234567.5"]


DAYS = ("yyyy-mm-dd", "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;", "[$-804]yyyy/m/d h:mm", "[h]:mm", "h:mm")


@pytest.mark.parametrize(("mac", "number"), [(False, 46098), (True, 44636)])
def test_days_are_numbers_with_a_format_in_either_count(tmp_path, mac, number):
    written = [f'<c r="B{n + 1}" s="{n}"><v>{number}</v></c>' for n in (1, 2, 3)]
    day = Wanted("x", "date", written="%Y%m%d")

    assert cells(tmp_path, *written, formats=DAYS, wanted=(NO, day), epoch_1904=mac)[0] == ["20260317"] * 3


def test_days_in_a_column_of_texts_and_as_iso_writes_them(tmp_path):
    written = [
        '<c r="B2" s="1"><v>46098.5</v></c>',
        '<c r="B3" t="d"><v>2026-03-17</v></c>',
        '<c r="B4" s="1"><v>46098</v></c>',
    ]

    assert cells(tmp_path, *written, formats=DAYS, wanted=(NO, PLAIN))[0] == [
        *("2026-03-17 12:00:00", "2026-03-17", "2026-03-17")
    ]


def test_times_of_no_day_and_days_that_do_not_exist_are_told_as_they_stand(tmp_path):
    written = [
        '<c r="B2" s="5"><v>0.5</v></c>',
        '<c r="B3" s="4"><v>1.25</v></c>',
        '<c r="B4" s="1"><v>-5000000</v></c>',
    ]
    day = Wanted("x", "date", written="%Y%m%d")

    assert cells(tmp_path, *written, formats=DAYS, wanted=(NO, day))[0] == ["12:00:00", "1 day, 6:00:00", "-5000000"]


def test_a_format_of_zeros_gives_them_back_and_other_numbers_in_a_key_have_lost_them(tmp_path):
    whole = Wanted("x", "text", whole=True)

    assert cells(tmp_path, '<c r="B2" s="1"><v>42</v></c>', formats=("000000",), wanted=(NO, whole)) == (["000042"], [])
    assert cells(tmp_path, '<c r="B2"><v>42</v></c>', wanted=(NO, whole))[1] == ["load.leading_zeros"]
    assert cells(tmp_path, '<c r="B2"><v>42</v></c>', wanted=(NO, PLAIN)) == (["42"], [])


def test_a_number_with_more_digits_than_excel_keeps_is_damaged(tmp_path):
    damaged = '<c r="B2"><v>9.9010119900101005E+17</v></c>'

    assert cells(tmp_path, damaged, wanted=(NO, PLAIN))[1] == ["load.scientific_notation"]
    assert cells(tmp_path, '<c r="B2"><v>42</v></c>', wanted=(NO, Wanted("x", exact=True)))[1] == [
        "load.scientific_notation"
    ]


@pytest.mark.parametrize("formula", ["<f>1+1</f>", "<f>1+1</f><v></v>", "<f>1+1</f><v/>"])
def test_a_formula_without_a_result_is_told_and_an_empty_text_is_one(tmp_path, formula):
    assert cells(tmp_path, f'<c r="B2">{formula}</c>')[1] == ["load.formula_without_result"]
    assert cells(tmp_path, f'<c r="B2" t="str">{formula}</c>') == ([None], [])


@pytest.mark.parametrize(
    ("merged", "data", "codes"),
    [("B1:C1", '<c r="C2"><v>1</v></c>', ["load.merged_header"]), ("B1:C1", "", []), ("A9:B9", "", [])],
)
def test_merged_heads_do_where_nobody_can_be_wrong(tmp_path, merged, data, codes):
    rows = HEAD + f'<row r="2"><c r="A2" t="str"><v>k</v></c><c r="B2"><v>1</v></c>{data}</row>'
    below = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>'

    assert read(workbook(tmp_path / "a.xlsx", rows, below=below))[1] == codes


def test_two_rows_of_heads_are_read_together(tmp_path):
    def row(number, *texts):
        cells = "".join(f'<c r="{"ABC"[n]}{number}" t="str"><v>{text}</v></c>' for n, text in enumerate(texts) if text)
        return f'<row r="{number}">{cells}</row>'

    rows = row(1, "客户清单") + row(2, "no", "联系方式") + row(3, "", "手机", "邮箱") + row(4, "k", "1", "2")
    wanted = (NO, Wanted("手机"), Wanted("邮箱"))

    assert read(workbook(tmp_path / "a.xlsx", rows), *wanted) == (
        {4: {"no": "k", "手机": "1", "邮箱": "2"}},
        ["load.head_row"],
    )


def test_the_sum_at_the_end_is_no_row_and_is_told(tmp_path):
    rows = HEAD + '<row r="2"><c r="A2" t="str"><v>k</v></c><c r="B2"><v>1</v></c></row>'
    rows += '<row r="5"><c r="A5" t="str"><v>合 计</v></c><c r="B5"><v>1</v></c></row>'

    assert read(workbook(tmp_path / "a.xlsx", rows)) == ({2: {"no": "k", "x": "1"}}, ["load.sum_line"])


BROKEN = {
    "cut": f'<worksheet xmlns="{MAIN}"><sheetData>{HEAD}',
    "nested": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</c></v></row></sheetData></worksheet>',
    "no sheet": "<a/>",
    "entities": f'<!DOCTYPE a [<!ENTITY b "c">]><worksheet xmlns="{MAIN}"><sheetData>{HEAD}</sheetData></worksheet>',
    "row": f'<worksheet xmlns="{MAIN}"><sheetData><row r="99999999999"><c r="A1"><v>1</v></c></row></sheetData></worksheet>',
    "no such text": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>5</v></c></row></sheetData></worksheet>',
    "no number": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>x</v></c></row></sheetData></worksheet>',
}


@pytest.mark.parametrize("sheet", BROKEN.values(), ids=BROKEN)
def test_a_damaged_or_hostile_workbook_is_none(tmp_path, sheet):
    with pytest.raises(files.Unreadable) as error:
        read(workbook(tmp_path / "a.xlsx", "", sheet=sheet))

    assert error.value.finding.code == "load.not_a_spreadsheet"


def test_many_pieces_are_one_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr("zhike.platform.exchange.logic.sheets._CHUNK", 700)
    monkeypatch.setattr("zhike.platform.exchange.logic.sheets._GROUP", 7)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>k{n}</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in range(2, 99)
    )

    found, codes = read(workbook(tmp_path / "a.xlsx", HEAD + rows))

    assert (len(found), found[98], codes) == (97, {"no": "k98", "x": "98"}, [])
