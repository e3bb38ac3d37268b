"""The sample broker goes on day by day, also where a call was interrupted, and says which file was not loaded and why."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.conf import settings

from zhike.cli import trial
from zhike.cli.output import Output
from zhike.cli.sample import broker
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.models import Load
from zhike.kernel.errors import Invalid
from zhike.kernel.trading_days import trading_calendar

END = date(2026, 3, 17)
FIRST, SECOND, THIRD = date(2026, 3, 18), date(2026, 3, 19), date(2026, 3, 20)


class _Killed(Exception):
    """As a process ends."""


@pytest.fixture
def firm(installation, monkeypatch):
    """A broker written up to END, of which END is computed; the days that are computed since."""
    monkeypatch.setenv("ZHIKE_HOME", str(settings.HOME))
    broker.generate(trial.sample_folder(), calendar=trading_calendar(), end=END, customers=60, days=22, nights=2)
    computed = [END]
    monkeypatch.setattr(warehouse, "business_date", lambda: computed[-1])
    monkeypatch.setattr(trial, "_stage", lambda day, _output: computed.append(day))
    return computed


def kill(*_given, **_named):
    raise _Killed


def advance(days=1):
    return trial.advance_sample(days, Output(as_json=True))["business_date"]


@pytest.mark.parametrize("at", ["_check_and_share", "_stage", "_advance_clock"])
def test_a_day_whose_computing_was_interrupted_is_the_next_one(firm, monkeypatch, at):
    with monkeypatch.context() as patched, pytest.raises(_Killed):
        patched.setattr(trial, at, kill)
        advance()
    assert firm == [END]

    assert (advance(), firm) == (FIRST, [END, FIRST])
    assert broker.written_to(trial.sample_folder()) == FIRST
    assert (advance(2), firm) == (THIRD, [END, FIRST, SECOND, THIRD])
    facts = Load.objects.filter(source="counter_daily_asset", first_date__gt=END, state="done")
    assert sorted(facts.values_list("business_date", flat=True)) == [FIRST, SECOND, THIRD]


def test_days_that_are_written_already_count_and_none_is_left_out(firm):
    broker.advance(trial.sample_folder(), calendar=trading_calendar(), days=2)

    assert (advance(), firm) == (SECOND, [END, FIRST, SECOND])


def test_a_file_that_is_not_loaded_is_named_with_what_is_wrong(capsys):
    all_rejected = {"code": "load.everything_rejected", "message": "全部行被拒绝", "message_en": "every row"}
    failed = SimpleNamespace(state="failed", file="trade_20260318.csv", error=None, findings=(all_rejected,))

    with pytest.raises(Invalid) as raised:
        trial._check_and_share([failed])

    Output(as_json=False).error(raised.value)
    assert capsys.readouterr().err.splitlines() == [
        "invalid: 输入有 1 处需要修改",
        "  trade_20260318.csv:1: load.everything_rejected: 全部行被拒绝",
    ]
