"""Rejected rows are told by the lines on which they stand, in that order, whatever stands above them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.insight.test_file_grammar import SYSTEM, load, snapshot
from zhike.expressions import trees
from zhike.insight.warehouse import received
from zhike.insight.warehouse.logic import engine, reject_files
from zhike.insight.warehouse.logic.receiving import received as as_received
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import Source

#: What may stand in a file below its heads, and why it is rejected; § is the end of a line of this file.
PIECES = {
    "0;1;1§": "",
    '"a§§b";1;1§': "",
    '"a\rb\n";1;1§': "",
    "§": "",
    "§§": "",
    "bad;x;1§": "bad",
    '"bad§";x;1§': "bad",
    '"§bad\n\r\n";x;"1"§': "bad",
    "many;1;1;1§": "broken",
    "few;1§": "broken",
    '"many§§";1;1;"1§"§': "broken",
    '"quoted"wrongly;1;1§': "broken",
}
FILES = st.tuples(
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "客户清单§", '清单§§"第§一批";x§']),
    st.lists(st.sampled_from(sorted(PIECES)), max_size=25),
    st.sampled_from(["", "5;x;"]),
)


@pytest.fixture(scope="module")
def _database(installation: Path) -> Path:
    return installation


@settings(max_examples=120, deadline=None)
@given(FILES)
def test_lines_are_those_of_an_editor_and_come_in_order(_database, file):
    end, title, pieces, last = file
    text, expected = title + "no;amount;count§", []
    for piece in [*pieces, *([last] if last else [])]:
        if kind := PIECES.get(piece, "bad"):
            expected.append((lines_of(text, end), kind))
        text += piece
    path = engine.scratch() / "rows.csv"
    path.write_bytes(text.replace("§", end).encode())
    source = snapshot(header_row=1).of(Source)["rows"]
    assert told(source, path, path.parent) == expected


def lines_of(text, end):
    """The line on which the next thing begins, as a plain reader counts them."""
    return len((text.replace("§", end) + "|").replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def told(source, path, folder):
    """The lines that are told, and whether they are broken ones, of a file whose rows with amount x are bad."""
    with engine.over_tables() as connection:
        session = Session(connection)
        found = as_received(session, source, path, folder, path.name)
        bad = trees.sql(
            "select _line as line, 'bad_decimal:amount' as reason from _rows where amount = 'x'",
            line=trees.column(" line"),
            rows=found.relation,
        )
        session.keep("rejected", bad)
        reject_files.write(session, source, found, folder / "rejected.csv")
    with (folder / "rejected.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(int(row["行号"]), "broken" if row["原因代码"] == "broken_line" else "bad") for row in rows]


@pytest.mark.parametrize("at_once", [2, 200_000])
def test_what_is_told_in_parts_is_told_once_and_in_order(_database, tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(reject_files, "_AT_ONCE", at_once)
    text = 'no;amount;count\n"a\n\nb";1;1\n\n1;x;1\nbroken\n"c\nd";x;1\n\n2;x;1\nbroken;1;1;1\n3;1;1\n4;x;1\n'
    result = load(tmp_path, text)
    rows = received.rejected(result.uid, principal=SYSTEM)
    assert [(row.line, row.reason_code, row.values.get("no", "")) for row in rows] == [
        (6, "bad_decimal", "1***"),
        (7, "broken_line", ""),
        (8, "bad_decimal", "c***"),
        (11, "bad_decimal", "2***"),
        (12, "broken_line", ""),
        (14, "bad_decimal", "4***"),
    ]


def test_an_empty_line_of_a_file_with_one_column_is_a_row(_database, tmp_path):
    columns = [{"key": "no", "from": "no", "type": "text", "required": True}]
    result = load(tmp_path, "no\na\n\nb;c\n\nd\n", columns=columns)
    rows = received.rejected(result.uid, principal=SYSTEM)
    assert [(row.line, row.reason_code) for row in rows] == [
        (3, "missing_value"),
        (4, "broken_line"),
        (5, "missing_value"),
    ]
