"""Currencies: real ones only, said by a source or by a column of it, and never added up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.insight.test_definition_slips import installed
from zhike.kernel import definition_files

SOURCE = """kind: source
key: wire
labels: {zh: 汇款, en: Wires}
system: counter
dataset: test.wire
grain: fact
file: "wire.csv"
date: day
currency: CNY
keys: [no]
subject: {system: counter, key: customer_no}
columns:
  - {key: no, from: no, type: text, required: true}
  - {key: day, from: day, type: date, required: true}
  - {key: customer_no, from: customer, type: text, required: true}
  - {key: ccy, from: ccy, type: text}
  - {key: amount, from: amount, type: decimal, currency: ccy}
"""
MEASURE = """kind: measure
key: wired
labels: {zh: 汇款额, en: Wired}
dataset: test.wire
aggregate: sum
value: "amount"
type: money
"""


def findings(tmp_path: Path, source: str, measure: str = MEASURE) -> list[tuple[str, int, str]]:
    for name, text in (("source", source), ("measure", measure)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    _everything, found = definition_files.beside(definition_files.read(sorted(tmp_path.glob("*.yaml"))), installed())
    return [(Path(one.path).stem, one.line, one.code) for one in found]


@pytest.mark.parametrize("code", ["XYZ", "AAA", "RMB", "cny", "XAU"])
def test_three_capitals_are_no_currency_and_the_source_is_blamed(tmp_path, code):
    plain = SOURCE.replace(", currency: ccy", "").replace("currency: CNY", f"currency: {code}")
    assert findings(tmp_path, plain) == [("source", 9, "definition.malformed")]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("", [("measure", 6, "measure.currencies")]),
        ("where: \"ccy = 'CNY' or amount > 0\"\n", [("measure", 6, "measure.currencies")]),
        ("where: \"ccy = 'CNY' and amount > 0\"\n", []),
        ("where: \"ccy = 'HKD'\"\n", [("measure", 7, "measure.currency")]),
    ],
)
def test_amounts_of_several_currencies_are_not_added_up(tmp_path, where, expected):
    assert findings(tmp_path, SOURCE, MEASURE + where) == expected


def test_amounts_in_one_foreign_currency_are_decimals_and_rows_are_counted_in_any(tmp_path):
    foreign = MEASURE.replace("type: money", "type: decimal") + "unit: HKD\nwhere: \"ccy = 'HKD'\"\n"
    assert findings(tmp_path, SOURCE, foreign) == []
    counted = MEASURE.replace("sum", "count").replace('value: "amount"\n', "").replace("type: money", "type: integer")
    assert findings(tmp_path, SOURCE, counted) == []


def test_the_column_of_a_currency_is_a_text_of_the_source(tmp_path):
    assert ("source", 17, "source.unknown_column") in findings(
        tmp_path, SOURCE.replace("currency: ccy", "currency: cyy")
    )
    assert ("source", 17, "source.type") in findings(tmp_path, SOURCE.replace("currency: ccy", "currency: day"))
    other = SOURCE.replace("{key: no, from: no, type: text,", "{key: no, from: no, type: text, currency: ccy,")
    assert ("source", 13, "definition.malformed") in findings(tmp_path, other)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("from: ccy, type: text", "from: ccy, type: string", "definition.malformed"),
        ("currency: ccy", "currency: cy", "source.unknown_column"),
        ("currency: ccy", "currency: day", "source.type"),
    ],
)
def test_a_measure_is_not_blamed_for_a_currency_column_that_is_none(tmp_path, old, new, code):
    measure = MEASURE + "where: \"ccy = 'CNY'\"\n"
    [(file, _line, said)] = findings(tmp_path, SOURCE.replace(old, new), measure)
    assert (file, said) == ("source", code)
