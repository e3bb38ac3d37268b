"""Who are alike are judged once: the totals over a set are those of asking the gate person by person."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from tests.depth import examples
from tests.environment import SERVER
from tests.factories.records import build_firm
from zhike.engagement.campaigns.logic import groups
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.channels import api as channels
from zhike.engagement.channels import sets as messages
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.engagement.compliance.types import Planned, Touch
from zhike.kernel import clock, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.written import Written
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.fields import api as fields
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects import bulk, sets
from zhike.platform.objects.sets import Rows

PEOPLE = 400
GONE = 10_000_000
#: Nothing stands in the way of contacting this one but that it was done too often.
TIRED = PEOPLE + 1
ORIGIN = uuid.UUID(int=7)
TODAY = date(2026, 3, 17)
CODES = {"party_gone", "party_status", "no_consent", "consent_withdrawn", "suppressed", "complaint_freeze"}
CODES |= {"missing_variable", "frequency_cap"}
ADDRESSES = ("a@example.com", "a..b@example.com", "张三@例子.中国", "a@b", "", None, " a@example.com")
VALUES = {
    "status": ("normal", "normal", "dormant", "frozen", "closed", None),
    "email": ADDRESSES,
    "name": ("王伟", "李芳", None),
    "marketing_suppressed": ("false", "false", "true", None),
    "complaint_open": ("false", "false", "true", None),
    "risk_level": ("C5", "C1", "C2", "C3", "C4", None),
    "risk_valid_until": (TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=400), date(2020, 1, 1), None),
    "lowest_risk_class": ("false", "false", "true", None),
    "professional_type": ("ordinary", "ordinary", "professional_a", None),
}


def at_random(seed: int) -> list[int]:
    """Make people of random facts, consents, managers and contacts, and one contacted too often; return their ids, one
    of which nobody has.
    """
    draw = random.Random(seed)
    _make_parties(draw)
    _make_consents(draw)
    _make_coverage(draw)
    _make_contacts(draw)
    return [*range(1, PEOPLE + 1), TIRED, GONE]


def _make_parties(draw: random.Random) -> None:
    def value(values: tuple[object, ...]) -> object:
        # Most are as the gate wants them: what is looked at last is seldom reached otherwise.
        return _text(values[0] if draw.random() < 0.8 else draw.choice(values))

    rows = [(n, f"t:{n}", *(value(values) for values in VALUES.values())) for n in range(1, PEOPLE + 1)]
    rows.append((TIRED, f"t:{TIRED}", *(_text(values[0]) for values in VALUES.values())))
    exchange.load("party", columns=[LoadColumn(key) for key in VALUES], rows=rows, by_id=True)


def _make_consents(draw: random.Random) -> None:
    def said(party: int, channel: str, state: str, back: int) -> tuple[object, ...]:
        day = (TODAY - timedelta(days=back)).isoformat()
        return (None, f"c:{party}", party, "marketing", channel, state, day, "录音")

    touched = ("email", "phone")
    states = ("granted", "granted", "granted", "withdrawn")
    rows = [
        said(n, channel, draw.choice(states), back)
        for n in range(1, PEOPLE + 1)
        for channel in touched
        for back in draw.sample((2, 30, 400), draw.choice((0, 1, 1, 1, 2)))
    ]
    rows += [said(TIRED, channel, "granted", 2) for channel in touched]
    keys = ("purpose", "channel", "state", "valid_from", "evidence")
    exchange.load("consent", columns=[LoadColumn("party", by="id"), *map(LoadColumn, keys)], rows=rows)


def _make_coverage(draw: random.Random) -> None:
    def served(party: int, kind: str, start: date, end: date | None) -> tuple[object, ...]:
        return (None, f"s:{party}", party, "E1001", kind, start.isoformat(), end and end.isoformat())

    terms = (
        (TODAY, None),
        (TODAY + timedelta(days=1), None),
        (date(2024, 1, 2), TODAY),
        (date(2024, 1, 2), TODAY + timedelta(days=9)),
    )
    rows = [
        served(n, draw.choice(("service", "introduced")), start, end)
        for n in range(1, PEOPLE + 1)
        for start, end in draw.sample(terms, draw.randrange(3))
    ]
    rows.append(served(TIRED, "service", TODAY, None))
    keys = ("employee_no", "kind", "valid_from", "valid_to")
    exchange.load("coverage", columns=[LoadColumn("party", by="id"), *map(LoadColumn, keys)], rows=rows)


def _make_contacts(draw: random.Random) -> None:
    for n in range(1, PEOPLE + 1):
        for _contact in range(draw.choice((0, 1, 2, 3))):
            hours = draw.choice((1, 100, 167, 168, 169, 4000))
            reserve(n, draw.choice(("email", "email", "staff")), clock.now() - timedelta(hours=hours))
    for _contact in range(2):
        reserve(TIRED, "email", clock.now() - timedelta(hours=1))


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def reserve(party: int, channel: str, at) -> None:
    """Let a party have been contacted before."""
    made = Decision.objects.create(
        uid=uuid.uuid4(),
        origin_kind="x",
        origin_uid=uuid.uuid4(),
        step="",
        party_id=party,
        channel=channel,
        allowed=True,
        decided_at=at,
    )
    CapReservation.objects.create(decision=made, party_id=party, channel=channel, at=at)


def one_by_one(planned: Planned, ids: list[int], template: str) -> tuple[int, list[tuple[str, int]]]:
    """The same totals from asking about each person: who is asked about, and the refusals by first reason."""
    asked = ids if planned.among is None else sorted(set(ids) & set(bulk.serving_employees(ids)) - {GONE})
    lacking = {i: m.missing for i, m in channels.messages(template, asked).items()} if planned.missing else {}
    verdicts = compliance.judge(planned.touch, asked, missing=lacking)
    return len(asked), Counter(v.reasons[0].code for v in verdicts if v.reasons).most_common()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(examples(3)))
def test_totals_over_a_set_are_those_of_each_person(seed):
    with clock.travel(clock.at(TODAY, 10)):
        build_firm()
        ids = at_random(seed)
        draw, codes = random.Random(seed), set()
        for number, template in enumerate(sorted(found.key for found in channels.templates())):
            # Once at least the content is what was confirmed: what is looked at after it is reached.
            level, other = draw.choice(("", "R1", "R3", "R5")), draw.random() < 0.2 and number > 0
            touch = Touch("campaign", ORIGIN, "first", "email", "marketing", level, "firm", "a", "b" if other else "a")
            planned = [
                Planned(touch, messages.missing(template)),
                Planned(replace(touch, channel="staff"), among=lambda sight: sight.served()),
            ]
            with sets.gathered(BitMap(ids)) as table:
                found = compliance.tally(Rows(Written(f"select id from {table}")), planned)
            told = [(tally.asked, [(code, n) for code, _labels, n in tally.refusals]) for tally in found]
            assert told == [one_by_one(one, ids, template) for one in planned], (template, level)
            assert found[0].asked == PEOPLE + 2
            codes |= {code for tally in found for code, _labels, _n in tally.refusals}
    assert codes >= CODES


@pytest.mark.django_db
def test_a_set_reaches_the_database_whole():
    ids = BitMap(range(1, 120_000, 2)) | BitMap([4_294_967_295])
    with sets.gathered(ids) as table, sets.gathered(BitMap()) as empty:
        facts = sets.facts("party", Rows(Written(f"select id from {table}")), {})
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*), min(id), max(id), sum(id) from ({facts.sql}) f", facts.values)
            assert cursor.fetchone() == (60_001, 1, 4_294_967_295, sum(ids))
            cursor.execute(f"select count(*) from {empty}")
            assert cursor.fetchone() == (0,)


@settings(max_examples=examples(20), deadline=None)
@given(st.uuids(), st.integers(0, 50), st.lists(st.integers(1, 2**32 - 1), max_size=30))
def test_the_control_group_is_the_hash_of_campaign_and_party(uid, percent, ids):
    sql = groups.in_control(Campaign(uid=uid, control_percent=percent), Written("id")).replace("%%", "%")
    with psycopg.connect(SERVER.database_url("postgres")) as database:
        rows = database.execute(
            f"select id, {sql} from unnest(%s::bigint[]) id".replace("%", "%%").replace("%%s", "%s"), [ids]
        )
        found = dict(rows.fetchall())
    assert found == {
        n: int(hashlib.md5(f"{uid}:{n}".encode()).hexdigest()[:8], 16) % 10_000 < percent * 100 for n in ids
    }


TEXTS = st.one_of(
    st.emails(),
    st.from_regex(r"\A[ \u00a0\x1c]?[a-z.%+_-]{0,9}@[a-z0-9.-]{0,12}[\n ]?\Z"),
    st.from_regex(r"\Ahttps?://[a-z.]{1,9}(:[0-9]{2,6})?(/[!-~]{0,9})?[ \n]?\Z"),
    st.from_regex(r"\A\+?[0-9 -]{3,22}\Z"),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12),
)


@pytest.mark.parametrize("key", ["email", "long_text", "phone", "text", "url"])
def test_the_database_knows_what_a_type_takes_as_it_stands(key):
    values = fields.bound(key)
    sql = values.unchanged_sql("given").replace("%", "%%")
    with psycopg.connect(SERVER.database_url("postgres")) as database:

        @settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(TEXTS)
        @example("a@example.com\n")
        @example("A.b%c@x-y.example")
        @example("a" * 190 + "@example.com")
        @example("")
        @example("\u3000x")
        def agree(text: str) -> None:
            try:
                taken = values.parse(text) == text
            except BadValue:
                taken = False
            [told] = database.execute(f"select {sql} from (select %s::text as given) g", [text]).fetchone()
            assert told == taken, text

        agree()


@pytest.mark.django_db
def test_variables_that_are_called_the_same_are_missing_apart():
    written = {
        "kind": "template",
        "key": "namesakes",
        "labels": {"zh": "同名", "en": "Namesakes"},
        "channel": "email",
        "subject": "{{first}}",
        "body": "{{second}} {{third}}",
        "variables": [
            {"key": "first", "labels": {"zh": "资料", "en": "Name"}, "value": "name", "mask": "name"},
            {"key": "second", "labels": {"zh": "资料", "en": "Level"}, "value": "risk_level"},
            {"key": "third", "labels": {"zh": "邮箱", "en": "Name"}, "value": "name", "mask": "name"},
        ],
    }
    definition_changes.change([Edit.of(written)], reason="test")
    with clock.travel(clock.at(TODAY, 10)):
        build_firm()
        ids = at_random(1)
        touch = Touch("campaign", ORIGIN, "first", "email", "marketing")
        planned = Planned(touch, messages.missing("namesakes"))
        with sets.gathered(BitMap(ids)) as table:
            [found] = compliance.tally(Rows(Written(f"select id from {table}")), [planned])
        assert (found.asked, [(code, n) for code, _labels, n in found.refusals]) == one_by_one(
            planned, ids, "namesakes"
        )
