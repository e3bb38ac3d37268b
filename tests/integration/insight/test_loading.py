"""Received files with every fault people send: a clear finding, and nothing half loaded."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook

from tests.factories.lake import asked
from tests.integration.insight.conftest import never_ask
from zhike.insight.warehouse import received
from zhike.insight.warehouse.types import Source
from zhike.kernel import clock
from zhike.kernel.definitions import Snapshot
from zhike.kernel.encryption import keyring
from zhike.platform.audit.models import Entry
from zhike.platform.permissions import api as permissions

SYSTEM = permissions.system_principal("test")
HEADERS = "客户号,姓名,证件号码,开户日期,资产"
DAY = date(2026, 3, 17)


def definition(**changes: object) -> Snapshot:
    body = {
        "kind": "source",
        "key": "customers",
        "labels": {"zh": "客户", "en": "Customers"},
        "system": "test",
        "dataset": "test.customers",
        "grain": "master",
        "file": "customers_{business_date:%Y%m%d}.csv",
        "encoding": "gbk",
        "date_format": "%Y%m%d",
        "keys": ["no"],
        "columns": [
            {"key": "no", "from": "客户号", "type": "text", "required": True},
            {"key": "name", "from": "姓名", "type": "text"},
            {"key": "certificate", "from": "证件号码", "type": "text", "certificate": True},
            {"key": "opened", "from": "开户日期", "type": "date"},
            {"key": "asset", "from": "资产", "type": "decimal", "low": "0"},
        ],
    }
    return Snapshot(-1, {"source": {"customers": Source.model_validate(body | changes)}})


@pytest.fixture(autouse=True)
def _database(installation, monkeypatch):
    """One dataset serves all: what a file does to what another test loaded is not the matter here."""
    never_ask(monkeypatch)
    return installation


def load(path, snapshot=None, **more):
    return received.load_file("customers", path, snapshot=snapshot or definition(), **more)


def text(tmp_path, lines, encoding="gb18030", name="customers_20260317.csv"):
    path = tmp_path / name
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def codes(result):
    return [finding["code"] for finding in result.findings]


GOOD = [HEADERS, "0001,张三,990101199001011234,20200102,1.50", "0002,李四,,20200103,2"]


def test_a_good_file_is_typed(tmp_path):
    result = load(text(tmp_path, GOOD))

    assert (result.state, result.rows_read, result.rows_loaded, result.business_date) == ("done", 2, 2, DAY)
    rows = asked("select * from _rows order by no", rows="test.customers")
    assert [(row[0], row[1], row[3], str(row[4])) for row in rows] == [
        ("0001", "张三", date(2020, 1, 2), "1.50"),
        ("0002", "李四", date(2020, 1, 3), "2.00"),
    ]
    assert len(rows[0][2]) == 32 and rows[1][2] is None


def test_a_certificate_is_the_keyed_hash_that_records_have(tmp_path):
    """More rows than one vector of DuckDB's holds: numbers, the same numbers written otherwise, and none."""
    spellings = ["31010119900101123X", " 310101 19900101 123x ", "３１０１０１１９９００１０１１２３Ｘ", "", "900101"]
    lines = [f"{n:05d},张三,{spellings[n % 5]},20200102,1" for n in range(5000)]

    assert load(text(tmp_path, [HEADERS, *lines])).rows_loaded == 5000

    ring = keyring()
    rows = asked("select certificate, count(*) from _rows group by 1 order by 2, 1", rows="test.customers")
    assert dict(rows) == {ring.digest("31010119900101123x"): 3000, ring.digest("900101"): 1000, None: 1000}


def test_the_same_bytes_again_are_the_same_load(tmp_path):
    path = text(tmp_path, GOOD)

    assert load(path).uid == load(path).uid
    assert load(path, again=True).rows_loaded == 2


def test_gbk_declared_as_utf8_is_read_as_gbk_and_says_so(tmp_path):
    result = load(text(tmp_path, GOOD), definition(encoding="utf-8"))

    assert (result.state, codes(result)) == ("done", ["load.encoding"])
    assert result.findings[0]["message"] == "这是 GBK，本来源按 UTF-8，已改用 GBK"


def test_utf8_declared_as_gbk_is_read_as_utf8_and_says_so(tmp_path):
    result = load(text(tmp_path, GOOD, encoding="utf-8"))

    assert (result.state, codes(result)) == ("done", ["load.encoding"])
    assert result.findings[0]["message"] == "这是 UTF-8，本来源按 GBK，已改用 UTF-8"


def test_missing_columns_are_one_finding_that_says_what_there_is(tmp_path):
    result = load(text(tmp_path, ["客户号,姓名", "1,张三"]))

    assert codes(result) == ["load.missing_column"]
    assert result.findings[0]["message"] == "缺少 3 列“证件号码”“开户日期”“资产”。文件中有：客户号、姓名"


def test_bad_rows_are_kept_with_line_and_reason(tmp_path):
    result = load(
        text(
            tmp_path,
            [
                HEADERS,
                "0001,张三,,20200102,1",
                "0001,又一个,,20200102,1",
                "0002,李四,,2020-13-45,1",
                ",无号,,20200102,1",
                "0003,王五,9.90101E+17,20200102,1",
                "0004,赵六,,20200102,-5",
                "0005,钱七,,20200102,abc",
                "0006,少一列,,20200102",
                "0007,周八,,20200102,7",
            ],
        )
    )

    assert (result.state, result.rows_read, result.rows_loaded, result.rows_rejected) == ("done", 9, 2, 7)
    rows = received.rejected(result.uid, principal=SYSTEM)
    assert {row.line: row.reason_code for row in rows} == {
        3: "duplicate_key",
        4: "bad_date",
        5: "missing_value",
        6: "scientific_notation",
        7: "out_of_range",
        8: "bad_decimal",
        9: "broken_line",
    }
    assert all("证件号码" not in row.values for row in rows)
    assert received.rejected_file(result.uid, principal=SYSTEM).read_bytes().startswith(b"\xef\xbb\xbf")
    assert Entry.objects.filter(operation="download_rejected", subject="load").count() == 1


def test_rejected_rows_name_nobody_on_screen(installation, tmp_path):
    path = tmp_path / "app_user_20260317.csv"
    path.write_text(
        "用户编号,手机号,姓名,证件号码,资金账号,注册日期\nU1,13800001234,张三,,,never\n", encoding="gb18030"
    )
    result = received.load_file("app_user", path)

    [row] = received.rejected(result.uid, principal=SYSTEM)

    assert row.values == {"用户编号": "U1", "手机号": "1***", "姓名": "张***", "资金账号": "", "注册日期": "never"}


def unsplit(result):
    return list(
        csv.DictReader(
            io.StringIO(received.rejected_file(result.uid, principal=SYSTEM).read_bytes().decode("utf-8-sig"))
        )
    )


def test_a_line_that_cannot_be_split_keeps_no_certificate_number(tmp_path):
    """Whatever its length and its spelling: which word is the certificate's is just what nobody can say."""
    spoilt = [
        "0003,王五,99010119900101123X,20200102",
        "0004,赵六,E1234567,20200102,1.50,?",
        '0005,"钱七"小,９９０１０１ 19900101 123x,20200102,1',
        "0006,甲公司,91990100MA2ABCDE3F",
    ]
    result = load(text(tmp_path, [*GOOD, *spoilt]))

    assert (result.state, result.rows_read, result.rows_loaded, result.rows_rejected) == ("done", 6, 2, 4)
    assert [(row["行号"], row["原因代码"], row["原文"]) for row in unsplit(result)] == [
        ("4", "broken_line", "****,王五,******************,********"),
        ("5", "broken_line", "****,赵六,********,********,*.**,?"),
        ("6", "broken_line", '****,"钱七"小,****** ******** ****,********,*'),
        ("7", "broken_line", "****,甲公司,******************"),
    ]
    shown = [row.values for row in received.rejected(result.uid, principal=SYSTEM)]
    assert shown == [{"原文": "****"}] * 4


def test_a_line_of_a_source_without_certificates_is_kept_as_received(tmp_path):
    columns = [column for column in definition().of(Source)["customers"].columns if not column.certificate]
    lines = ["客户号,姓名,开户日期,资产", "0001,张三,20200102,1", "0002,李四,20200102"]
    result = load(text(tmp_path, lines), definition(columns=columns))

    assert [row["原文"] for row in unsplit(result)] == ["0002,李四,20200102"]


def test_a_file_of_bad_rows_only_changes_nothing(tmp_path):
    load(text(tmp_path, GOOD))

    result = load(text(tmp_path, [HEADERS, "0009,张三,,nonsense,1"]))

    assert (result.state, codes(result)) == ("failed", ["load.everything_rejected"])
    assert asked("select count(*) from _rows", rows="test.customers") == [(2,)]


def sheet(tmp_path, rows, formats=(), merge=""):
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for cell, number_format in formats:
        page[cell].number_format = number_format
    if merge:
        page.merge_cells(merge)
    path = tmp_path / "customers_20260317.xlsx"
    book.save(path)
    return path


XLSX = {"file": "customers_{business_date:%Y%m%d}.xlsx"}
TITLES = HEADERS.split(",")


def test_xlsx_text_cells_load(tmp_path):
    result = load(
        sheet(tmp_path, [TITLES, ["0001", "张三", "990101199001011234", "20200102", 1.5]]), definition(**XLSX)
    )

    assert (result.state, result.rows_loaded) == ("done", 1)


def test_xlsx_number_in_a_key_column_may_have_lost_its_zeros(tmp_path):
    result = load(sheet(tmp_path, [TITLES, [1, "张三", None, "20200102", 1]]), definition(**XLSX))

    assert (result.state, codes(result)) == ("failed", ["load.leading_zeros"])


def test_xlsx_zeros_shown_by_the_cell_format_come_back(tmp_path):
    path = sheet(tmp_path, [TITLES, [1, "张三", None, "20200102", 1]], formats=[("A2", "0000")])

    assert load(path, definition(**XLSX)).state == "done"
    assert asked("select no from _rows", rows="test.customers") == [("0001",)]


def test_xlsx_certificate_as_a_number_is_refused(tmp_path):
    result = load(sheet(tmp_path, [TITLES, ["1", "张三", 990101199001011234, "20200102", 1]]), definition(**XLSX))

    assert (result.state, codes(result)) == ("failed", ["load.scientific_notation"])


def test_xlsx_merged_headers_are_refused(tmp_path):
    result = load(sheet(tmp_path, [TITLES, ["1", "张三", None, "20200102", 1]], merge="B1:C1"), definition(**XLSX))

    assert result.state == "failed"
    assert "load.merged_header" in codes(result)


def test_a_fact_file_of_a_holiday(tmp_path):
    body = {
        "grain": "fact",
        "dataset": "test.facts",
        "keys": ["no"],
        "columns": [{"key": "no", "from": "客户号", "type": "text"}],
    }
    path = text(tmp_path, ["客户号", "1"], name="customers_20260218.csv")

    result = load(path, definition(**body))

    assert (result.state, codes(result)) == ("failed", ["load.not_a_trading_day"])
    assert "2026-02-13" in result.findings[0]["message"]


@pytest.mark.parametrize("grain", ["master", "fact"])
def test_a_file_of_a_day_to_come_changes_nothing_until_that_day(tmp_path, grain):
    body = {"grain": grain, "dataset": f"test.ahead_{grain}", "file": "ahead_{business_date:%Y%m%d}.csv"}
    path = text(tmp_path, GOOD, name="ahead_20260318.csv")

    with clock.travel(clock.at(DAY, 23, 59)):
        early = load(path, definition(**body))
    assert (early.state, early.rows_loaded, codes(early)) == ("failed", 0, ["load.future_date"])
    assert "2026-03-17" in early.error["message"]

    with clock.travel(clock.at(date(2026, 3, 18), 0, 1)):
        assert load(path, definition(**body)).rows_loaded == 2


def test_a_master_sent_for_a_day_to_come_is_refused(tmp_path):
    body = {"dataset": "test.sent_ahead", "file": "sent.csv", "date": "given"}

    found = load(text(tmp_path, GOOD, name="sent.csv"), definition(**body), business_date=date(9999, 12, 31))

    assert (found.state, codes(found)) == ("failed", ["load.future_date"])


def test_a_master_of_a_day_to_come_that_was_loaded_once_stands_in_no_ones_way(tmp_path):
    body = {"dataset": "test.once_ahead", "file": "once_{business_date:%Y%m%d}.csv"}
    with clock.travel(clock.at(date(2099, 12, 31), 12)):
        assert load(text(tmp_path, GOOD, name="once_20991231.csv"), definition(**body)).rows_loaded == 2

    right = load(text(tmp_path, GOOD[:2], name="once_20260317.csv"), definition(**body))

    assert (right.state, right.rows_loaded, codes(right)) == ("done", 1, [])
    assert asked("select count(*) from _rows", rows="test.once_ahead") == [(1,)]


def test_a_name_without_a_date(tmp_path):
    result = load(text(tmp_path, GOOD, name="客户.csv"))

    assert (result.state, result.error["code"]) == ("failed", "load.no_business_date")


def test_a_folder_can_be_loaded_from_the_day_after_a_day_on(tmp_path):
    for day in ("20260316", "20260317", "20260318"):
        text(tmp_path, GOOD, name=f"customers_{day}.csv")

    found = received.load_folder(tmp_path, snapshot=definition(), after=DAY)

    assert [(row.file, row.state) for row in found] == [("customers_20260318.csv", "done")]
    assert [row.file for row in received.load_folder(tmp_path, snapshot=definition(), after=date(2026, 3, 18))] == []


def test_a_file_without_a_day_in_its_name_is_loaded_whatever_the_day(tmp_path):
    source = definition(file="customers.csv", date="given")
    text(tmp_path, GOOD, name="customers.csv")

    found = received.load_folder(tmp_path, snapshot=source, after=date(2099, 1, 1))

    assert [(row.file, row.state, row.rows_loaded) for row in found] == [("customers.csv", "done", 2)]


def keys(tmp_path, pattern, numbers):
    return text(tmp_path, [HEADERS, *(f"{number:{pattern}},张三,,20200102,1" for number in numbers)])


@pytest.mark.parametrize(
    ("pattern", "numbers", "state"),
    [
        ("d", range(1000, 1150), "failed"),
        ("09d", range(2000, 2150), "done"),
        ("010d", range(1000, 1150), "done"),
    ],
)
def test_keys_that_have_lost_their_zeros_change_nothing(tmp_path, pattern, numbers, state):
    own = definition(dataset=f"test.keys_{pattern}")
    assert load(keys(tmp_path, "09d", range(1000, 1150)), own).state == "done"

    result = load(keys(tmp_path, pattern, numbers), own)

    assert result.state == state
    if state == "failed":
        assert codes(result) == ["load.key_shape"]
        assert result.findings[0]["message"].startswith(
            "“客户号”有 150 个（共 150 个）与已有编号写法不同：本文件如 1000，已有如 000001000。"
        )


def test_keys_may_be_written_otherwise_where_the_source_says_so(tmp_path):
    renumbered = definition(dataset="test.renumbered", checks={"key_shape": False, "source": "test"})
    load(keys(tmp_path, "09d", range(1000, 1150)), renumbered)

    assert load(keys(tmp_path, "d", range(1000, 1150)), renumbered).state == "done"
