"""Lists as Excel files: masked, marked with who took them, harmless to open, limited, written down."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook

from tests.factories.records import SYSTEM, build_firm, customer
from zhike.kernel.errors import Refused, SignInRequired
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.errors import TooManyRows
from zhike.platform.objects.logic import exporting
from zhike.platform.objects.types import RecordQuery, SideColumn

pytestmark = pytest.mark.django_db
PARTIES = RecordQuery("party", columns=("name", "certificate_number", "mobile", "risk_level"))


@pytest.fixture
def firm():
    return build_firm()


def sheet(principal, query=PARTIES):
    return load_workbook(io.BytesIO(objects.export_xlsx(query, principal=principal))).worksheets[0]


def names(principal):
    return sorted(row[0] for row in sheet(principal).iter_rows(min_row=3, values_only=True))


def test_values_are_masked_like_the_screen_and_options_are_words(firm):
    customer("张三丰", mobile="13800001234", certificate_number="310101199001011234")

    _mark, head, *rows = sheet(firm.operator).iter_rows(values_only=True)

    assert head == ("姓名", "证件号码", "手机", "风险承受等级")
    assert rows == [("张*丰", "310***********1234", "138****1234", "C3 稳健型")]


def test_the_file_says_who_took_it_and_when(firm):
    found = sheet(firm.manager)

    assert re.fullmatch(r"知客 · E1001 · \d{4}-\d\d-\d\d \d\d:\d\d · 内部资料，禁止外传", found["A1"].value)
    assert re.fullmatch(r"E1001 \d{4}-\d\d-\d\d \d\d:\d\d", found.oddFooter.center.text)


def test_an_export_is_written_down(firm):
    customer("张三丰")
    sheet(firm.manager)

    [entry] = Entry.objects.filter(operation="export")
    assert (entry.subject, entry.subject_id) == ("party", None)
    assert entry.changes == {
        "rows": 1,
        "columns": ["name", "certificate_number", "mobile", "risk_level"],
        "refinement": "",
        "condition": None,
        "text": False,
    }


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_formula_is_text(firm, name):
    customer(name)

    cell = sheet(firm.operator)["A3"]

    assert (cell.value, cell.data_type) == (f"'{name[0]}***", "s")


def test_the_limit_is_told_and_nothing_is_written_down(firm, monkeypatch):
    monkeypatch.setattr(exporting, "LIMIT", 2)
    customer("张三丰")
    customer("李四海")
    assert names(firm.operator) == ["张*丰", "李*海"]
    customer("王五")

    with pytest.raises(TooManyRows) as refused:
        objects.export_xlsx(PARTIES, principal=firm.operator)

    assert (refused.value.code, refused.value.facts) == ("export.too_many", {"limit": 2, "count": 3})
    assert Entry.objects.filter(operation="export").count() == 1


def test_everybody_exports_their_own_part(firm):
    customer("张三丰")
    customer("李四海", branch="B2", manager="E1002")

    assert names(firm.manager) == ["张*丰"]
    assert names(firm.other_manager) == ["李*海"]
    assert names(firm.branch_head) == ["张*丰"]
    assert names(firm.operator) == ["张*丰", "李*海"]
    with pytest.raises(SignInRequired):
        objects.export_xlsx(PARTIES, principal=firm.signed_out)


def test_more_rows_than_a_page_are_all_there_once(firm):
    made = sorted(f"客户{n:03d}" for n in range(203))
    for name in made:
        customer(name, manager="", remark=name)

    query = RecordQuery("party", columns=("remark",))
    assert sorted(row[0] for row in sheet(SYSTEM, query).iter_rows(min_row=3, values_only=True)) == made


def test_without_the_right_nothing_leaves(firm):
    with pytest.raises(Refused):
        objects.export_xlsx(RecordQuery("coverage"), principal=firm.manager)
    assert not Entry.objects.filter(operation="export").exists()


@pytest.mark.parametrize(
    ("object", "column", "values"), [("coverage", "party", {}), ("party", "email", {"email": "=a+b@example.com"})]
)
def test_a_formula_behind_a_reference_or_in_an_address_is_text(firm, object, column, values):
    customer("=1+1", **values)

    cell = sheet(SYSTEM, RecordQuery(object, columns=(column,)))["A3"]

    assert (cell.value[:2], cell.data_type) == ("'=", "s")


def test_served_figures_can_be_added_up(firm, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(f"id,total_asset\n{customer('张三丰').id},3910427.34\n")
    column = SideColumn("total_asset", {"zh": "总资产", "en": "Total assets"}, "money", "indicator")
    bulk.serve("party", business_date=date(2026, 3, 17), columns=[column], csv=path, indexed=())

    cell = sheet(firm.operator, RecordQuery("party", columns=("total_asset",)))["A3"]

    assert (cell.value, cell.data_type) == (3910427.34, "n")
