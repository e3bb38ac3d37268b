"""Files that are late or oddly large are findings that say what was expected; nothing is refused for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.integration.insight.test_file_grammar import UNASKED
from tests.integration.insight.test_loading import HEADERS, definition, load, text
from zhike.insight.warehouse import received, runs
from zhike.insight.warehouse.kinds import SOURCE
from zhike.insight.warehouse.types import Source
from zhike.kernel import definition_checks, jobs
from zhike.kernel.definitions import Snapshot
from zhike.platform.permissions import api as permissions

SYSTEM = permissions.system_principal("test")
SECOND = date(2026, 3, 19)
EXPECTED = ("counter_daily_asset", "counter_cash_flow", "counter_trade", "app_event")
#: Sources that may be one trading day late; none of their files came for 2026-03-18 or 19.
LATE = [
    "app_user",
    "call_center_caller",
    "call_center_contact",
    "counter_account",
    "counter_account_role",
    "counter_consent",
    "counter_customer",
]

SMALL = {
    "kind": "source",
    "key": "small",
    "labels": {"zh": "少量", "en": "Small"},
    "system": "test",
    "dataset": "test.small",
    "grain": "fact",
    "file": "small_{business_date:%Y%m%d}.csv",
    "date_format": "%Y%m%d",
    "date": "business_date",
    "keys": ["no", "business_date"],
    "columns": [
        {"key": "no", "from": "no", "type": "integer", "required": True},
        {"key": "business_date", "from": "day", "type": "date", "required": True},
    ],
}


def rows(count):
    return [HEADERS, *(f"{number:04d},张三,,20200102,1.50" for number in range(count))]


def one_day(tmp_path, day, count, drift=0.3):
    checks = UNASKED | ({"drift": drift} if drift else {})
    found = load(text(tmp_path, rows(count), name=f"customers_{day:%Y%m%d}.csv"), definition(checks=checks))
    assert (found.state, found.rows_loaded) == ("done", count)
    return found.findings


@pytest.fixture(scope="module")
def usual(installation, tmp_path_factory):
    """Five days of 10, 11, 12, 10 and 10 rows before 2026-03-09."""
    folder = tmp_path_factory.mktemp("usual")
    return [
        one_day(folder, date(2026, 3, 2) + timedelta(days=n), count) for n, count in enumerate((10, 11, 12, 10, 10))
    ]


def test_four_days_are_too_few_to_compare_with(usual):
    assert usual == [(), (), (), (), ()]


@pytest.mark.parametrize(
    ("count", "share"), [(10, None), (13, None), (7, None), (14, "多 40%"), (6, "少 40%"), (1, "少 90%")]
)
def test_a_day_far_from_the_median_is_a_finding_not_a_refusal(usual, tmp_path, count, share):
    findings = one_day(tmp_path, date(2026, 3, 9), count)

    if share is None:
        assert findings == ()
        return
    assert [finding["code"] for finding in findings] == ["load.drift"]
    assert findings[0]["message"] == f"本文件 {count} 行，比之前 5 个业务日的中位数 10 行{share}"
    assert findings[0]["facts"] == {"rows": count, "median": 10, "days": 5, "allowed": 0.3}


@pytest.mark.parametrize(("count", "found"), [(9, 0), (10, 0), (11, 1), (1, 0)])
def test_chance_makes_a_few_events_more_or_less(installation, tmp_path, count, found):
    """Four trades a day become nine by chance: 4 + 3 × √4 = 10 is allowed, 11 is not."""
    source = {**SMALL, "checks": {"drift": 0.6, "source": "test"}}
    snapshot = Snapshot(-1, {"source": {"small": Source.model_validate(source)}})
    for day, rows_of_day in [*((date(2026, 3, 2) + timedelta(days=n), 4) for n in range(5)), (date(2026, 3, 9), count)]:
        path = tmp_path / f"small_{day:%Y%m%d}.csv"
        path.write_text("\n".join(["no,day", *(f"{n},{day:%Y%m%d}" for n in range(rows_of_day))]) + "\n")
        result = received.load_file("small", path, snapshot=snapshot)
        assert result.rows_loaded == rows_of_day

    assert [finding["code"] for finding in result.findings] == ["load.drift"] * found


def test_without_a_threshold_nothing_is_compared(usual, tmp_path):
    assert one_day(tmp_path, date(2026, 3, 10), 500, drift=None) == ()


@pytest.mark.parametrize(
    ("checks", "code", "key"),
    [
        ({"drift": 0.3}, "definition.missing_key", "source"),
        ({"drift": 0, "source": "x"}, "definition.malformed", "drift"),
        ({"fresh_within": -1, "source": "x"}, "definition.malformed", "fresh_within"),
        ({"fresh_within": "soon", "source": "x"}, "definition.wrong_type", "fresh_within"),
    ],
)
def test_thresholds_are_checked_with_the_pack(checks, code, key):
    body = definition().of(Source)["customers"].model_dump(mode="json", by_alias=True, exclude_unset=True)

    parsed, findings = definition_checks.parsed(body | {"checks": checks}, SOURCE)

    assert parsed is None
    assert [(finding.code, finding.where) for finding in findings] == [(code, ("checks", key))]


def test_nothing_is_stale_on_a_day_whose_files_came(golden_day):
    assert received.stale_sources(golden_day) == []


def test_a_stage_run_names_the_sources_that_stayed_away(golden_day, golden_files, tmp_path):
    for key in EXPECTED:
        content = (golden_files / f"{key}_{golden_day:%Y%m%d}.csv").read_text(encoding="gb18030")
        path = tmp_path / f"{key}_{SECOND:%Y%m%d}.csv"
        path.write_text(content.replace(f"{golden_day:%Y%m%d}", f"{SECOND:%Y%m%d}"), encoding="gb18030")
        assert received.load_file(key, path).state == "done"

    run = jobs.run_now("stage", "stage", {"business_date": SECOND.isoformat()})

    assert [found["facts"]["source"] for found in run.result["findings"]] == LATE
    line = "数据源“柜台客户”的最新文件为 2026-03-17，应不早于 2026-03-18"
    assert [entry for entry in run.log if entry.endswith(line)]
    shown = runs.newest(kind="stage", principal=SYSTEM)[0]
    assert [found["message"] for found in shown["findings"] if found["facts"]["source"] == "counter_customer"] == [line]
