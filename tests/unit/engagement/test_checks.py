"""Each check of the gate alone: exact reasons, exact instants."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from zhike.engagement.compliance.kinds import check_gate
from zhike.engagement.compliance.logic import checks
from zhike.engagement.compliance.logic.suitability import SuitabilityTable
from zhike.engagement.compliance.types import Touch
from zhike.kernel import clock
from zhike.kernel.definitions import Snapshot

NOW = datetime(2026, 3, 18, 2, 42, tzinfo=UTC)  # 10:42 in Shanghai
TABLE = SuitabilityTable(
    highest={"C1": "R1", "C2": "R2", "C3": "R3", "C4": "R4", "C5": "R5"},
    lowest_class_highest="R1",
    professional=frozenset({"professional_a", "professional_b", "professional_c"}),
    levels=("R1", "R2", "R3", "R4", "R5"),
    fields={
        "level": "risk_level",
        "valid_until": "risk_valid_until",
        "lowest": "lowest_risk_class",
        "professional": "professional_type",
    },
)


def situation(*, product="", reserved=(), now=NOW, content=("a", "a"), missing=(), **facts):
    touch = Touch("campaign", uuid.UUID(int=1), "first", "email", "marketing", product, "firm", *content)
    return checks.Situation(touch, now, date(2026, 3, 18), facts, reserved, TABLE, missing)


def codes(answer):
    return [reason.code for reason in answer]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("granted", []),
        ("withdrawn", [("consent_withdrawn", "客户已撤回电话营销授权")]),
        ("none", [("no_consent", "客户未授权电话营销")]),
        (None, [("no_consent", "客户未授权电话营销")]),
    ],
)
def test_consent(state, expected):
    settings = {"field": "c", "granted": ["granted"], "labels": {"zh": "电话营销", "en": "marketing calls"}}
    found = checks.consent(situation(c=state), settings)
    assert [(reason.code, reason.labels["zh"]) for reason in found] == expected


def test_a_gate_says_what_its_checks_need():
    body = {"checks": [{"check": "consent", "field": "c"}, {"check": "frequency_cap", "count": 2}]}
    party = {"role": "party", "fields": [{"key": "c"}]}
    found = check_gate(body, Snapshot(1, {"object": {"party": party}}))
    assert [(finding.code, finding.where) for finding in found] == [
        ("gate.missing_setting", "checks[0]"),
        ("gate.missing_setting", "checks[0]"),
        ("gate.missing_setting", "checks[1]"),
    ]


@pytest.mark.parametrize(
    ("status", "expected"), [("normal", []), ("closed", ["party_status"]), (None, ["party_status"])]
)
def test_party_status(status, expected):
    assert codes(checks.party_status(situation(status=status), {"field": "status", "allowed": ["normal"]})) == expected


def test_suppression_and_complaint():
    assert codes(checks.suppression(situation(s=True), {"field": "s"})) == ["suppressed"]
    assert checks.suppression(situation(s=None), {"field": "s"}) == []
    assert codes(checks.complaint_freeze(situation(c=True), {"field": "c"})) == ["complaint_freeze"]


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
    assert checks.quiet_hours(situation(now=now), {"from": "08:00", "to": "21:00"}) == expected


def test_the_cap_counts_only_its_window():
    settings = {"count": 2, "days": 7}
    old, recent = NOW - timedelta(days=7), NOW - timedelta(days=6, hours=23)
    assert checks.frequency_cap(situation(reserved=[old, recent]), settings) == []
    assert codes(checks.frequency_cap(situation(reserved=[recent, recent]), settings)) == ["frequency_cap"]


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
    found = checks.suitability(situation(product=product, risk_level=level, risk_valid_until=valid, **extra), {})
    assert codes(found) == expected


def test_changed_content_and_missing_variables_refuse():
    assert codes(checks.content_unchanged(situation(content=("a", "b")), {})) == ["content_changed"]
    assert codes(checks.variables_present(situation(missing=("姓名", "邮箱")), {})) == [
        "missing_variable",
        "missing_variable",
    ]
