"""How files are written is what their source says: what is written otherwise is rejected, never guessed at."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from pydantic import ValidationError

from tests.factories.lake import asked
from zhike.insight.warehouse import received
from zhike.insight.warehouse.types import LoadResult, Source
from zhike.kernel import clock, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_errors import DefinitionsBroken
from zhike.kernel.definitions import Snapshot
from zhike.platform.exchange.logic import workbook_parts
from zhike.platform.permissions import api as permissions

SYSTEM = permissions.system_principal("test")
DAY = date(2026, 3, 17)
#: Checks of a source whose few rows may all be others with each file.
UNASKED = {"effects_of_few": {"change": 1, "end": 1, "leave": 1, "emptied": 1}, "source": "test"}


def snapshot(**changes: object) -> Snapshot:
    body = {
        "kind": "source",
        "key": "rows",
        "labels": {"zh": "行", "en": "Rows"},
        "system": "test",
        "dataset": "test.rows",
        "grain": "master",
        "file": "rows.*",
        "date": "given",
        "delimiter": ";",
        "keys": ["no"],
        "checks": UNASKED,
        "columns": [
            {"key": "no", "from": "no", "type": "text", "required": True},
            {"key": "amount", "from": "amount", "type": "decimal"},
            {"key": "count", "from": "count", "type": "integer"},
        ],
    }
    return Snapshot(-1, {"source": {"rows": Source.model_validate(body | changes)}})


@pytest.fixture(autouse=True)
def _database(installation: Path) -> Path:
    return installation


def load(path: Path, text: str, name: str = "rows.csv", **changes: object) -> LoadResult:
    target = path / name
    target.write_text(text, encoding="utf-8", newline="")
    return received.load_file("rows", target, snapshot=snapshot(**changes), again=True)


def stored(select: str = "no, amount, count", dataset: str = "test.rows") -> list[tuple[object, ...]]:
    return asked(f"select {select} from _rows order by 1", rows=dataset)


def rejected(result: LoadResult) -> dict[int, str]:
    return {row.line: row.reason_code for row in received.rejected(result.uid, principal=SYSTEM)}


NUMBERS = [
    ("13,75", {}, None),
    ("583,28", {}, None),
    ("1.234,56", {}, None),
    ("12.505", {}, None),
    ("0.004", {}, None),
    ("1e3", {}, None),
    ("1,234.50", {}, None),
    ("1,234.50", {"grouping": ","}, "1234.50"),
    ("12,34.50", {"grouping": ","}, None),
    ("13,75", {"grouping": ","}, None),
    ("13,75", {"decimal": ","}, "13.75"),
    ("1.234,56", {"decimal": ","}, None),
    ("1.234,56", {"decimal": ",", "grouping": "."}, "1234.56"),
    ("1.234", {"decimal": ",", "grouping": "."}, "1234.00"),
    ("1 234,5", {"decimal": ",", "grouping": " "}, "1234.50"),
    ("-7.5", {}, "-7.50"),
]


@pytest.mark.parametrize(("written", "said", "read"), NUMBERS)
def test_a_number_is_read_as_its_source_says_or_rejected(tmp_path, written, said, read):
    result = load(tmp_path, f"no;amount;count\n1;{written};\n2;1;1\n", **said)

    assert result.state == "done"
    if read is None:
        assert rejected(result) == {2: "bad_decimal"}
    else:
        assert stored()[0][1] == Decimal(read)


@pytest.mark.parametrize("written", ["1.5", "2.5", "1,5", "1e3", "1.0", "x"])
def test_a_whole_number_has_no_decimals(tmp_path, written):
    result = load(tmp_path, f"no;amount;count\n1;;{written}\n2;;7\n")

    assert rejected(result) == {2: "bad_integer"}
    assert stored() == [("2", None, 7)]


def test_a_typed_file_is_as_strict(tmp_path):
    table = pa.table({"no": ["1", "2", "3"], "amount": [1.25, 1.255, 3.0], "count": [1.0, 2.0, 2.5]})
    pq.write_table(table, tmp_path / "rows.parquet")

    result = received.load_file("rows", tmp_path / "rows.parquet", snapshot=snapshot(), again=True)

    assert rejected(result) == {2: "bad_decimal", 3: "bad_integer"}  # Parquet has no line of headers
    assert stored() == [("1", Decimal("1.25"), 1)]


def test_an_escape_before_quotes(tmp_path):
    text = 'no;amount;count\n"a\\"b;c";1;1\n'

    assert load(tmp_path, text, escape="\\").state == "done"
    assert stored("no") == [('a"b;c',)]


def test_without_a_quote_quotes_are_signs_like_any_other(tmp_path):
    assert load(tmp_path, 'no;amount;count\n"a;1;1\n', quote="").state == "done"
    assert stored("no") == [('"a',)]


@pytest.mark.parametrize(
    ("footer", "end"),
    [
        ({"lines": 1}, "合计;3;\n"),
        ({"lines": 2}, "合计;3;\n制表人：某某\n"),
        ({"lines": 2}, "合计;3;\n制表人：某某\n\n"),
        ({"pattern": "^合计"}, "合计;3;\n制表人：某某;;;;\n"),
        ({"pattern": "^合计"}, ""),
    ],
)
def test_a_title_above_and_a_sum_below_are_no_rows(tmp_path, footer, end):
    text = f"客户清单\n2026-03-17\nno;amount;count\n1;1;1\n2;2;x\n3;2;2\n{end}"

    result = load(tmp_path, text, header_row=3, footer=footer)

    assert (result.rows_read, result.rows_loaded, rejected(result)) == (3, 2, {5: "bad_integer"})
    assert stored("no") == [("1",), ("3",)]


def test_a_pattern_of_a_footer_takes_time_as_the_text_does_whatever_it_repeats(tmp_path):
    text = "no;amount;count\n1;1;1\n" + "a" * 34 + "b;;\n"

    result = load(tmp_path, text, footer={"pattern": "^(a+)+$"})

    assert (result.state, result.rows_loaded) == ("done", 2)


@pytest.mark.parametrize("pattern", ["^(?=a)", r"(a)\1", "a++", "(?>a)", "a{1001}", r"a\Z"])
def test_a_pattern_that_the_engine_does_not_understand_is_no_definition(pattern):
    with pytest.raises(ValidationError, match="the warehouse does not understand it"):
        snapshot(footer={"pattern": pattern})


def test_lines_are_those_of_the_file_also_below_a_value_of_several_lines(tmp_path):
    text = 'no;amount;count\n"a\nb\nc";1;1\n2;x;1\n"d\ne";y;1\n3;1;1\n4;z;\n'

    result = load(tmp_path, text)

    assert rejected(result) == {5: "bad_decimal", 6: "bad_decimal", 9: "bad_decimal"}


FACTS = {
    "grain": "fact",
    "dataset": "test.events",
    "date": "day",
    "columns": [
        {"key": "no", "from": "no", "type": "text", "required": True},
        {"key": "day", "from": "day", "type": "date", "required": True},
    ],
}


def test_a_file_of_many_days_replaces_the_days_that_it_has(tmp_path):
    first = load(tmp_path, "no;day\na;2026-01-30\nb;2026-02-02\nc;2026-02-03\nd;2026-03-17\n", **FACTS)
    assert (first.state, first.business_date, first.rows_loaded) == ("done", DAY, 4)

    second = load(tmp_path, "no;day\nB;2026-02-02\nBB;2026-02-02\ne;2026-03-16\n", **FACTS)

    assert (second.state, second.business_date, second.rows_loaded) == ("done", date(2026, 3, 16), 3)
    days = "business_date, string_agg(no, ',' order by no)"
    found = asked(f"select {days} from _rows group by 1 order by 1", rows="test.events")
    assert found == [
        (date(2026, 1, 30), "a"),
        (date(2026, 2, 2), "B,BB"),
        (date(2026, 2, 3), "c"),
        (date(2026, 3, 16), "e"),
        (DAY, "d"),
    ]


def test_the_same_file_of_many_days_again_is_the_same_load(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("no;day\na;2026-03-12\nb;2026-03-13\n", encoding="utf-8")
    source = snapshot(**FACTS)

    assert (
        received.load_file("rows", path, snapshot=source).uid == received.load_file("rows", path, snapshot=source).uid
    )


def test_weekends_count_where_the_source_says_so_and_only_there(tmp_path):
    text = "no;day\nsat;2026-03-14\nsun;2026-03-15\nmon;2026-03-16\n"

    closed = load(tmp_path, text, **FACTS)
    assert (closed.rows_loaded, rejected(closed)) == (1, {2: "not_a_trading_day", 3: "not_a_trading_day"})

    every = load(tmp_path, text, **FACTS, days="calendar")
    assert (every.rows_loaded, every.rows_rejected) == (3, 0)


def test_a_file_may_come_without_an_optional_column(tmp_path):
    columns = [
        {"key": "no", "from": "no", "type": "text", "required": True},
        {"key": "amount", "from": "amount", "type": "decimal", "optional": True},
        {"key": "since", "from": "since", "type": "date", "optional": True},
    ]
    found = load(tmp_path, "no;since\na;2026-03-17\n", columns=columns)
    assert (found.state, found.rows_loaded) == ("done", 1)
    assert asked("select no, amount, since from _rows", rows="test.rows") == [("a", None, date(2026, 3, 17))]
    required = [columns[0], columns[1] | {"optional": False}]
    assert [one["code"] for one in load(tmp_path, "no;since\na;2026-03-17\n", columns=required).findings] == [
        "load.missing_column"
    ]
    with pytest.raises(ValidationError):
        snapshot(columns=[columns[0] | {"optional": True}])


def test_a_source_may_have_a_calendar_of_its_own_with_weekends_of_its_own(tmp_path):
    gulf = {
        "kind": "calendar",
        "uuid": str(uuid.uuid4()),
        "key": "gulf",
        "labels": {"zh": "海湾市场", "en": "Gulf market"},
        "source": "test",
        "years": [2026],
        "weekend": ["fri", "sat"],
    }
    definition_changes.change([Edit.of(gulf)], reason="test")
    text = "no;day\nthu;2026-03-12\nfri;2026-03-13\nsat;2026-03-14\nsun;2026-03-15\n"
    found = load(tmp_path, text, **FACTS, calendar="gulf")
    assert (found.rows_loaded, rejected(found)) == (2, {3: "not_a_trading_day", 4: "not_a_trading_day"})
    wrong = gulf | {"worked": ["2026-03-15"]}
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([Edit.of(wrong)], reason="test")
    assert "calendar.not_a_weekend" in {found["code"] for found in refused.value.findings}


def test_a_fact_of_a_day_to_come_is_rejected_unless_the_source_has_such(tmp_path):
    text = "no;day\nmon;2026-03-16\ntoday;2026-03-17\ntomorrow;2026-03-18\nyear;2126-03-18\n"
    with clock.travel(clock.at(DAY, 9, 0)):
        found = load(tmp_path, text, **FACTS, days="calendar")
        assert (found.state, found.business_date, found.rows_loaded) == ("done", DAY, 2)
        assert rejected(found) == {4: "future_date", 5: "future_date"}
        assert received.rejected(found.uid, principal=SYSTEM)[0].reason == "业务日期在装载当日之后"

        planned = load(tmp_path, text, **FACTS, days="calendar", future=True)
        assert (planned.rows_loaded, planned.rows_rejected) == (4, 0)
    with clock.travel(clock.at(date(2026, 3, 18), 0, 1)):
        assert rejected(load(tmp_path, text, **FACTS, days="calendar")) == {5: "future_date"}


def test_a_fact_without_any_date_fails_and_says_why(tmp_path):
    facts = {**FACTS, "date": "given", "columns": FACTS["columns"][:1]}

    result = load(tmp_path, "no\n1\n", **facts)

    assert (result.state, result.error["code"]) == ("failed", "load.no_business_date")


def test_an_archive_that_is_no_workbook_says_so(tmp_path):
    (tmp_path / "rows.xlsx").write_bytes(b"PK\x03\x04nothing")

    result = received.load_file("rows", tmp_path / "rows.xlsx", snapshot=snapshot(), again=True)

    assert (result.state, [found["code"] for found in result.findings]) == ("failed", ["load.not_a_spreadsheet"])


def test_a_workbook_is_read_as_one_whatever_it_is_called(tmp_path):
    book = Workbook()
    for row in (["no", "amount", "count"], ["0001", 13.75, 3]):
        book.active.append(row)
    book.save(tmp_path / "rows.csv")

    result = received.load_file("rows", tmp_path / "rows.csv", snapshot=snapshot(decimal=",", grouping="."), again=True)

    assert (result.state, stored()) == ("done", [("0001", Decimal("13.75"), 3)])


def test_a_time_of_no_day_in_a_workbook_hurts_only_its_row(tmp_path):
    book = Workbook()
    for row in (
        ["no", "amount", "count"],
        ["0001", time(9, 30), 3],
        ["0002", timedelta(hours=30), 4],
        ["0003", 1.5, 5],
    ):
        book.active.append(row)
    book.save(tmp_path / "rows.csv")

    result = received.load_file("rows", tmp_path / "rows.csv", snapshot=snapshot(decimal=",", grouping="."), again=True)

    assert (sorted(rejected(result)), stored()) == ([2, 3], [("0003", Decimal("1.50"), 5)])


SECRET = "zz' then (select content from read_text('{path}')) when 'q"


def test_what_definitions_say_is_a_value_never_a_piece_of_a_query(tmp_path):
    """Code lists, headers, bounds, formats, delimiters, certificates: with quotes, and with an injection in them."""
    (tmp_path / "secret.txt").write_text("secret")
    injection = SECRET.format(path=tmp_path / "secret.txt")
    columns = [
        {"key": "no", "from": 'it\'s "no"', "type": "text", "required": True},
        {
            "key": "kind",
            "from": "kind",
            "type": "text",
            "values": {"Men's": "men", "O'Brien": "o'brien", injection: "x"},
        },
        {"key": "day", "from": "day", "type": "date", "format": "%Y'%m'%d", "low": "1900-01-01"},
    ]
    text = "it's \"no\";kind;day\n1;Men's;2026'03'17\n2;O'Brien;\n3;q;\n"

    result = load(tmp_path, text, columns=columns, quote="")

    assert (result.state, rejected(result)) == ("done", {4: "unknown_value"})
    assert stored("no, kind, day") == [("1", "men", DAY), ("2", "o'brien", None)]


def test_a_quote_as_delimiter(tmp_path):
    assert load(tmp_path, "no'amount'count\n1'2'3\n", delimiter="'").state == "done"
    assert stored() == [("1", Decimal("2.00"), 3)]


def refused(path, **changes):
    """The findings about a file that is refused whole."""
    result = received.load_file("rows", path, snapshot=snapshot(**changes), again=True)
    assert result.state == "failed"
    return result.findings


@pytest.mark.parametrize("cell", ["F1048576", "XFD300", "XFD1048576"])
def test_a_cell_far_away_in_a_workbook_costs_nothing_and_is_no_row(tmp_path, cell):
    book = Workbook()
    for row in (["no", "amount", "count"], ["0001", 13.75, 3]):
        book.active.append(row)
    book.active[cell] = "x"
    book.save(tmp_path / "rows.xlsx")

    result = received.load_file("rows", tmp_path / "rows.xlsx", snapshot=snapshot(), again=True)

    assert (result.state, result.rows_read, stored("no")) == ("done", 1, [("0001",)])


def test_a_workbook_that_is_large_once_unpacked_is_told_before_it_is(tmp_path, monkeypatch):
    book = Workbook()
    book.active.append(["no", "amount", "count"])
    book.save(tmp_path / "rows.xlsx")
    monkeypatch.setattr(workbook_parts, "_MOST_SHEET", 10)

    assert [one["code"] for one in refused(tmp_path / "rows.xlsx")] == ["load.large_workbook"]


def test_a_formula_whose_result_was_not_stored_is_told_with_its_column_and_row(tmp_path):
    book = Workbook()
    for row in (["no", "amount", "count", "memo"], ["0001", 13.75, 3, "=1+1"], ["0002", "=1+1", "=2+2", ""]):
        book.active.append(row)
    book.save(tmp_path / "rows.xlsx")

    found = refused(tmp_path / "rows.xlsx", decimal=",", grouping=".")

    assert [(one["code"], one["column"]) for one in found] == [
        ("load.formula_without_result", "amount"),
        ("load.formula_without_result", "count"),
    ]
    assert found[0]["message"] == "“amount”第 3 行是公式，Excel 未保存公式结果；请另存为值后重新导出"


def test_a_hidden_sheet_in_front_is_not_what_is_loaded(tmp_path):
    book = Workbook()
    book.active.append(["参数"])
    book.active.sheet_state = "hidden"
    for row in (["no", "amount", "count"], ["0001", 13.75, 3]):
        (book["数据"] if "数据" in book else book.create_sheet("数据")).append(row)
    book.active = 1
    book.save(tmp_path / "rows.xlsx")

    result = received.load_file(
        "rows", tmp_path / "rows.xlsx", snapshot=snapshot(decimal=",", grouping="."), again=True
    )

    assert (result.state, stored()) == ("done", [("0001", Decimal("13.75"), 3)])
