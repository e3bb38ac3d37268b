"""Files that LibreOffice has saved, as clerks do: what is typed in a cell is what is loaded."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from tests.factories.lake import asked
from tests.integration.insight.test_loading import codes, definition, load

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    OFFICE is None, reason="sudo apt-get install -y --no-install-recommends libreoffice-calc"
)
HEADS = ["客户号", "姓名", "证件号码", "开户日期", "资产"]


@pytest.fixture(autouse=True)
def _database(installation):
    return installation


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The file that LibreOffice makes of a workbook: a title, heads, days as days, formulas, a sum below."""
    folder = tmp_path_factory.mktemp("office")
    book = Workbook()
    sheet = book.active
    sheet.title = "客户"
    for row in (
        ["云岭中山路营业部客户清单"],
        HEADS,
        ["000000001", "张三 & 李四", "99010119900101123X", date(2020, 1, 2), 1.5],
        ["000000002", "李四", None, date(2020, 1, 3), "=E3*2"],
        ["合计", None, None, None, "=SUM(E3:E4)"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    book.create_sheet("说明", 0).sheet_state = "hidden"
    book.save(folder / "made.xlsx")

    def convert(filter_: str, suffix: str):
        command = [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", filter_]
        out = folder / suffix / filter_.replace(":", "_").replace(",", "_")[:40]
        subprocess.run(
            [*command, "--outdir", str(out), str(folder / "made.xlsx")], check=True, capture_output=True, timeout=120
        )
        return out / f"made.{suffix}"

    return convert


def stored():
    return asked("select no, name, opened, asset from _rows order by no", rows="test.customers")


ROWS = [
    ("000000001", "张三 & 李四", date(2020, 1, 2), Decimal("1.50")),
    ("000000002", "李四", date(2020, 1, 3), Decimal("3.00")),
]


def test_a_workbook_saved_by_an_office(saved, tmp_path):
    path = shutil.copy(saved("xlsx:Calc MS Excel 2007 XML", "xlsx"), tmp_path / "customers_20260317.xlsx")

    result = load(path, definition(file="customers_{business_date:%Y%m%d}.*"), again=True)

    assert (result.state, codes(result)) == ("done", ["load.head_row", "load.sum_line"]), result.findings
    assert stored() == ROWS


@pytest.mark.parametrize(
    ("filter_", "notes"),
    [
        # separator, quote, encoding (76 UTF-8, 65535 UTF-16), first line, formats, language, quote all texts, as shown
        ("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2", ["load.encoding"]),
        (
            "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,true,false,false,false,2",
            ["load.encoding", "load.delimiter"],
        ),
        (
            "csv:Text - txt - csv (StarCalc):9,34,65535,1,,0,false,true,false,false,false,2",
            ["load.encoding", "load.delimiter"],
        ),
    ],
)
def test_text_saved_by_an_office(saved, tmp_path, filter_, notes):
    made = next(saved(filter_, "csv").parent.glob("*.csv"))
    path = shutil.copy(made, tmp_path / "customers_20260317.csv")

    result = load(path, definition(date_format="%Y-%m-%d"), again=True)

    assert (result.state, codes(result)) == ("done", [*notes, "load.head_row", "load.sum_line"]), result.findings
    assert stored() == ROWS
