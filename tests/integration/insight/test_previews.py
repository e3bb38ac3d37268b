"""Files by hand before they are loaded: what would be read of them, what is chosen for their heads, a file to fill in."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from tests.factories.records import signed_in
from tests.integration.insight.test_received_by_hand import BRANCHES, loaded, send

NAME = "counter_branch_20260317.csv"
OWN = BRANCHES.replace("机构代码,", "网点号,", 1)


@pytest.fixture(autouse=True)
def _database(installation):
    return installation


@pytest.fixture(scope="module")
def desk(installation):
    """The clients of an operator and of somebody who may not load."""
    return signed_in({"E3001": "operator", "E1001": "account_manager"})


def look(client, content, name=NAME, **given):
    upload = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post("/api/v1/loads/preview", {"source": "counter_branch", "file": upload, **given})


def workbook(*rows):
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def test_a_preview_says_what_would_be_read_and_why(desk):
    answer = look(desk["operator"], f"机构清单\n{BRANCHES}合计,2,,\n").json()

    assert [row["place"] for row in answer["first_rows"]] == ["above", "head", "data", "data", "data"]
    assert [head["read_as"] for head in answer["heads"]] == ["机构代码", "机构名称", "机构类型", "上级机构代码"]
    assert [note["message"] for note in answer["notes"]] == [
        "这是 UTF-8，本来源按 GBK，已改用 UTF-8",
        "表头在第 2 行，已从第 2 行读取",
    ]
    assert (answer["faults"], answer["missing"], answer["rows"]) == ([], [], 3)


def test_a_preview_of_a_workbook_looks_at_all_of_it(desk):
    heads = BRANCHES.splitlines()[0].split(",")

    answer = look(desk["operator"], workbook(heads, ["HQ", "知客证券", "总部"], [7, "华南", "分公司", "HQ"])).json()

    assert (answer["kind"], answer["sheet"], answer["rows"]) == ("workbook", "Sheet", 2)
    assert [fault["code"] for fault in answer["faults"]] == ["load.leading_zeros"]


def test_what_is_chosen_for_a_head_counts_for_its_file_or_for_all_with_the_same_heads(desk):
    operator, chosen = desk["operator"], json.dumps({"网点号": "机构代码"})
    assert look(operator, OWN).json()["missing"] == ["机构代码"]
    assert look(operator, OWN, columns=chosen).json()["missing"] == []

    once = loaded(operator, send(operator, OWN, columns=chosen))
    other = loaded(operator, send(operator, OWN + "R8,华北分公司,分公司,HQ\n"))
    kept = loaded(operator, send(operator, OWN + "R7,华中分公司,分公司,HQ\n", columns=chosen, remember="true"))
    later = loaded(operator, send(operator, OWN + "R7,华中分公司,分公司,HQ\nR6,西南分公司,分公司,HQ\n"))

    assert [one["state"] for one in (once, other, kept, later)] == ["done", "failed", "done", "done"]
    assert [found["code"] for found in later["findings"]] == ["load.mapped_columns"]


@pytest.mark.parametrize(("columns", "code"), [("{", "load.columns"), ('{"a": 1}', "load.columns")])
def test_a_choice_that_is_none_is_refused(desk, columns, code):
    answer = look(desk["operator"], OWN, columns=columns)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_only_who_may_load_may_look(desk):
    assert look(desk["account_manager"], BRANCHES).status_code == 403
    assert desk["account_manager"].get("/api/v1/sources/counter_branch/template").status_code == 403


def test_what_is_no_file_of_a_table_is_said(desk):
    assert look(desk["operator"], b"\x89PNG\0\0\0").json()["code"] == "load.unreadable"
    assert look(desk["operator"], b"[]", name="a.json").json()["code"] == "load.no_preview"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(desk, monkeypatch):
    monkeypatch.setattr("zhike.insight.warehouse.previews.MOST_MEGABYTES", 0)

    assert [one.status_code for one in (look(desk["operator"], BRANCHES), send(desk["operator"], BRANCHES))] == [
        413,
        413,
    ]


def test_a_source_says_its_columns_and_gives_a_file_to_fill_in(desk):
    operator = desk["operator"]
    columns = operator.get("/api/v1/sources/counter_branch").json()["columns"]
    assert columns[0]["title"] == "机构代码" and columns[0]["key"] and columns[0]["required"]

    book = load_workbook(io.BytesIO(operator.get("/api/v1/sources/counter_branch/template").content)).active
    text = operator.get("/api/v1/sources/counter_branch/template?format=csv").content

    titles = [one["title"] for one in columns]
    assert [cell.value for cell in book[1]] == titles and {cell.number_format for cell in book[2]} == {"@"}
    assert next(csv.reader(io.StringIO(text.decode("utf-8-sig")))) == titles and text.startswith(b"\xef\xbb\xbf")
    assert look(operator, text, name="counter_branch_20260317.csv").json()["faults"] == []
