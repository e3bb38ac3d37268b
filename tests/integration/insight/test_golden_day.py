"""The golden day through the real doors: every party, indicator, tag, audience and window as worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.factories import golden
from tests.factories.lake import asked, records
from zhike.expressions import api as expressions
from zhike.insight.audiences import api as audiences
from zhike.insight.identity import api as identity
from zhike.insight.indicators import api as indicators
from zhike.insight.tags import api as tags
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions

SYSTEM = permissions.system_principal("test")


@pytest.fixture(scope="module")
def parties(golden_day) -> dict[str, int]:
    return dict(asked("select system || ':' || source_key, party_id from _links", links=identity.LINK))


def _rows(dataset: str, day: date) -> dict[int, dict[str, object]]:
    return {row["party_id"]: row for row in records(dataset, day)}


def test_records_of_one_person_are_one_party(parties):
    groups: dict[int, list[str]] = {}
    for record, party in sorted(parties.items()):
        groups.setdefault(party, []).append(record)

    assert sorted(groups.values()) == sorted(golden.expected()["parties"])


def test_indicators(golden_day, parties):
    found = _rows(indicators.INDICATOR, golden_day)

    for record, expected in golden.expected()["indicators"].items():
        actual = {key: found[parties[record]][key] for key in expected}
        wanted = {key: Decimal(value) if isinstance(value, str) else value for key, value in expected.items()}
        assert (record, actual) == (record, wanted)


def test_tags(golden_day, parties):
    found = _rows(tags.TAG, golden_day)

    for record, expected in golden.expected()["tags"].items():
        assert (record, {key: found[parties[record]][key] for key in expected}) == (record, expected)


def _condition(name: str) -> dict[str, object]:
    schema = indicators.wide_schema()
    extra = {term.key: expressions_field(term) for term in tags.vocabulary()}
    whole = type(schema)(schema.key, schema.labels, {**schema.fields, **extra})
    return expressions.to_json(expressions.parse(golden.inputs()["audiences"][name], whole))


def expressions_field(term):
    from zhike.expressions.types import Field

    return Field(term.key, term.type, dict(term.labels), tuple(key for key, _labels in term.options))


@pytest.mark.parametrize("name", sorted(golden.inputs()["audiences"]))
def test_audiences(golden_day, name):
    found = audiences.preview(_condition(name), nodes=False, principal=SYSTEM)

    assert (found.count, found.visible_total, found.business_date) == (
        golden.expected()["audiences"][name],
        12,
        golden_day,
    )


@pytest.mark.parametrize("days", [5, 10])
def test_measures_in_the_days_after_a_start(golden_day, parties, days):
    expected = golden.expected()["windows"][days]
    members = pa.table(
        {
            "party_id": pa.array([parties[record] for record in expected], pa.int64()),
            "start_date": pa.array([date(2026, 3, 2)] * len(expected), pa.date32()),
            "grp": ["treated"] * len(expected),
        }
    )

    found = indicators.window_measures(members, days=days, measures=list(next(iter(expected.values()))))

    by_party = {row["party_id"]: row for row in found.to_pylist()}
    for record, wanted in expected.items():
        assert {key: Decimal(by_party[parties[record]][key]) for key in wanted} == {
            key: Decimal(value) for key, value in wanted.items()
        }


def test_curve_is_cumulative_and_starts_at_zero(golden_day, parties):
    records = ["counter:000000002", "counter:000000008"]
    members = pa.table(
        {
            "party_id": pa.array([parties[record] for record in records], pa.int64()),
            "start_date": pa.array([date(2026, 3, 2)] * 2, pa.date32()),
            "grp": ["treated", "control"],
        }
    )

    found = indicators.window_curve(members, days=20, measure="net_inflow")

    treated = [(index, count, total) for group, index, count, total in found if group == "treated"]
    control = {index: (count, total) for group, index, count, total in found if group == "control"}
    # 11 trading days have happened since; 03-10 is the sixth.
    assert treated == [(index, 1, Decimal(20000 if index >= 6 else 0)) for index in range(12)]
    assert control[2] == (1, Decimal(0))
    assert control[3] == (1, Decimal(-150000))


def test_lists_sort_by_what_the_stage_served(golden_day):
    query = RecordQuery("party", sort=(("total_asset", "desc"),), columns=("total_asset", "value_tier"), limit=3)

    page = objects.page(query, principal=SYSTEM)

    assert [row.values["total_asset"] for row in page.rows] == ["3500000.00", "1000000.00", "600000.00"]
    assert [row.values["value_tier"] for row in page.rows] == ["diamond", "platinum", "platinum"]
    assert page.warehouse_date == golden_day


def test_master_records_are_complete(golden_day):
    counts = {
        name: objects.count(RecordQuery(name), principal=SYSTEM, exact=True).count
        for name in (
            "party",
            "party_role",
            "financial_account",
            "account_role",
            "coverage",
            "employee",
            "product",
            "contact_point",
            "interaction",
        )
    }

    assert counts == {
        "party": 12,
        "party_role": 12,
        "financial_account": 10,
        "account_role": 11,
        "coverage": 9,
        "employee": 4,
        "product": 3,
        "contact_point": 4,
        "interaction": 1,
    }


def test_no_certificate_number_lies_in_the_warehouse(golden_day, installation):
    files = list((installation / "warehouse").rglob("*.parquet"))

    assert files
    numbers = [row[3].strip("　") for row in golden.inputs()["customers"]]
    for path in files:
        text = str(parquet.read_table(path).to_pylist())
        assert not [number for number in numbers if number in text], path


def test_running_the_stage_again_gives_the_same_rows(golden_day):
    from tests.integration.insight.conftest import run_stage

    before = {dataset: _rows(dataset, golden_day) for dataset in (indicators.INDICATOR, tags.TAG)}

    run_stage(golden_day)

    assert {dataset: _rows(dataset, golden_day) for dataset in before} == before


def test_evaluation_counts_pairs(golden_day):
    links = [
        {"system": record.split(":")[0], "source_key": record.split(":")[1], "person": str(number)}
        for number, records in enumerate(golden.expected()["parties"])
        for record in records
    ]

    found = identity.evaluate({"links": links, "duplicates": [{"person": "0"}]})

    assert (found.precision, found.recall, found.true_pairs, found.planted_recall) == (1.0, 1.0, 6, 1.0)
