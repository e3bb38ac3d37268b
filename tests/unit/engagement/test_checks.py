"""Each check of the gate alone: exact reasons, exact instants."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from zhike.engagement.compliance.kinds import GATE
from zhike.engagement.compliance.logic import checks
from zhike.engagement.compliance.types import Suitability, Touch
from zhike.kernel import clock, definition_checks
from zhike.kernel.definition_parts import Labels

CHECK = TypeAdapter(checks.AnyCheck)

NOW = datetime(2026, 3, 18, 2, 42, tzinfo=UTC)  # 10:42 in Shanghai
TABLE = Suitability.model_validate(
    {
        "kind": "suitability",
        "key": "default",
        "labels": {"zh": "表", "en": "Table"},
        "source": "test",
        "highest": {"C1": "R1", "C2": "R2", "C3": "R3", "C4": "R4", "C5": "R5"},
        "lowest_class_highest": "R1",
        "professional": ["professional_a", "professional_b", "professional_c"],
        "levels": ["R1", "R2", "R3", "R4", "R5"],
        "fields": {
            "level": "risk_level",
            "valid_until": "risk_valid_until",
            "lowest": "lowest_risk_class",
            "professional": "professional_type",
        },
    }
)


def judged(check, found, **settings):
    """What a check of the gate says about a situation."""
    return CHECK.validate_python({"check": check, **settings}).judge(found)


def situation(*, product="", reserved=(), now=NOW, content=("a", "a"), missing=(), **facts):
    touch = Touch("campaign", uuid.UUID(int=1), "first", "email", "marketing", product, "firm", *content)
    return checks.Situation(touch, now, date(2026, 3, 18), facts, reserved, TABLE, missing)


def codes(answer):
    return [reason.code for reason in answer]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("granted", []),
        ("withdrawn", [("consent_withdrawn", "已撤回电话营销授权")]),
        ("none", [("no_consent", "未授权电话营销")]),
        (None, [("no_consent", "未授权电话营销")]),
    ],
)
def test_consent(state, expected):
    settings = {"field": "c", "granted": ["granted"], "labels": {"zh": "电话营销", "en": "marketing calls"}}
    found = judged("consent", situation(c=state), **settings)
    assert [(reason.code, reason.labels["zh"]) for reason in found] == expected


def test_a_gate_says_what_its_checks_need():
    body = {
        "kind": "gate",
        "key": "default",
        "labels": {"zh": "闸门", "en": "Gate"},
        "checks": [{"check": "consent", "field": "c"}, {"check": "frequency_cap", "count": 2}],
    }
    gate, found = definition_checks.parsed(body, GATE)
    assert gate is None
    assert [(finding.code, finding.where) for finding in found] == [
        ("definition.missing_key", ("checks", 0, "granted")),
        ("definition.missing_key", ("checks", 0, "labels")),
        ("definition.missing_key", ("checks", 1, "days")),
    ]


@pytest.mark.parametrize(
    ("status", "expected"), [("normal", []), ("closed", ["party_status"]), (None, ["party_status"])]
)
def test_party_status(status, expected):
    assert codes(judged("party_status", situation(status=status), field="status", allowed=["normal"])) == expected


def test_whoever_a_field_bars_is_refused_for_the_reason_of_the_definition():
    settings = {"field": "s", "code": "suppressed", "labels": {"zh": "免打扰", "en": "no marketing"}}
    [reason] = judged("barred", situation(s=True), **settings)
    assert (reason.code, reason.labels) == ("suppressed", {"zh": "免打扰", "en": "no marketing"})
    assert judged("barred", situation(s=None), **settings) == judged("barred", situation(s=False), **settings) == []


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (7, 59, clock.at(date(2026, 3, 18), 8)),
        (8, 0, []),
        (20, 59, []),
        (21, 0, clock.at(date(2026, 3, 19), 8)),
    ],
)
def test_quiet_hours_wait_until_the_window_opens(hour, minute, expected):
    now = clock.at(date(2026, 3, 18), hour, minute)
    assert judged("quiet_hours", situation(now=now), **{"from": "08:00", "to": "21:00"}) == expected


def test_the_cap_counts_only_its_window():
    settings = {"count": 2, "days": 7}
    old, recent = NOW - timedelta(days=7), NOW - timedelta(days=6, hours=23)
    assert judged("frequency_cap", situation(reserved=[old, recent]), **settings) == []
    assert codes(judged("frequency_cap", situation(reserved=[recent, recent]), **settings)) == ["frequency_cap"]


@pytest.mark.parametrize(
    ("level", "product", "valid", "extra", "expected"),
    [
        ("C3", "R3", date(2026, 3, 18), {}, []),
        ("C3", "R4", date(2026, 12, 1), {}, ["above_level"]),
        ("C5", "R5", date(2026, 3, 17), {}, ["assessment_expired"]),
        ("C3", "R4", None, {}, ["assessment_expired", "above_level"]),
        ("C1", "R1", date(2026, 12, 1), {"lowest_risk_class": True}, []),
        ("C2", "R2", date(2026, 12, 1), {"lowest_risk_class": True}, ["above_level"]),
        (None, "R1", None, {}, ["not_assessed"]),
        ("C1", "R5", None, {"professional_type": "professional_b"}, []),
        ("C1", "", None, {}, []),
    ],
)
def test_suitability(level, product, valid, extra, expected):
    found = judged("suitability", situation(product=product, risk_level=level, risk_valid_until=valid, **extra))
    assert codes(found) == expected


def test_changed_content_and_missing_variables_refuse():
    assert codes(judged("content_unchanged", situation(content=("a", "b")))) == ["content_changed"]
    found = judged("variables_present", situation(missing=(Labels("姓名", "Name"), Labels("邮箱", "Email"))))
    assert codes(found) == ["missing_variable", "missing_variable"]
    assert [dict(reason.labels) for reason in found] == [
        {"zh": "缺少资料：姓名", "en": "missing: Name"},
        {"zh": "缺少资料：邮箱", "en": "missing: Email"},
    ]
