"""A head may be called as anything here is: names of files and names of the engine do not meet."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from tests.integration.insight.test_file_grammar import SYSTEM, snapshot, stored
from zhike.insight.warehouse import received

#: Heads beside those that are wanted: names of this room, of the engine, and the same but for capitals and blanks.
HEADS = ["_line", "_LINE", " line", "line", "reason", "told", "place", "row", "file_row_number", "NO", "No ", "_raw_no"]
ROWS = [["a", "1.5", "1"], ["b", "x", "2"], ["c", "2.5", "3"]]


@pytest.fixture(autouse=True)
def _database(installation: Path) -> Path:
    return installation


def as_text(path, heads, rows):
    path.write_text("\n".join(";".join(row) for row in [heads, *rows]) + "\n", encoding="utf-8")


def as_workbook(path, heads, rows):
    book = Workbook()
    for row in [heads, *rows]:
        book.active.append(row)
    book.save(path)


def as_parquet(path, heads, rows):
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    pq.write_table(pa.Table.from_arrays(columns, names=heads), path)


def as_json(path, heads, rows):
    path.write_text(json.dumps([dict(zip(heads, row, strict=True)) for row in rows]), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "write", "line"),
    [
        ("rows.csv", as_text, 3),
        ("rows.xlsx", as_workbook, 3),
        ("rows.parquet", as_parquet, 2),
        ("rows.json", as_json, 2),
    ],
)
def test_a_file_with_heads_like_names_of_our_own_is_read_and_its_bad_rows_are_told(tmp_path, name, write, line):
    path = tmp_path / name
    write(
        path, ["no", "amount", "count", *HEADS], [[*row, *(f"{row[0]}{n}" for n in range(len(HEADS)))] for row in ROWS]
    )

    result = received.load_file("rows", path, snapshot=snapshot(), again=True)

    assert (result.state, result.rows_read, result.error) == ("done", 3, None)
    assert [row[0] for row in stored()] == ["a", "c"]
    [row] = received.rejected(result.uid, principal=SYSTEM)
    assert (row.line, row.reason_code, row.values["no"], row.values["_line"]) == (line, "bad_decimal", "b***", "b***")
