"""What the gate would say to some chosen parties: counted by its own checks, told to whoever sees them, nothing decided."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.records import build_firm, consent, customer, holding
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.engagement.compliance.types import Touch
from zhike.kernel import clock, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import Refused
from zhike.platform.organization.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return build_firm()


def withdrawn(name, **values):
    """A customer who consented to mail and took it back."""
    made = customer(name, **values)
    consent(made, "email", "withdrawn", clock.today())
    return made


def told(found):
    return found.asked, found.refused, [(code, n) for code, _words, n in found.refusals]


def test_it_is_what_the_gate_says_of_each_and_nothing_is_decided(firm):
    parties = [customer("张三丰"), withdrawn("李四海"), withdrawn("王五"), customer("赵六", status="closed")]

    found = compliance.foreseen("email", [one.uid for one in parties], principal=firm.operator)

    assert told(found) == (4, 3, [("consent_withdrawn", 2), ("party_status", 1)])
    touch = Touch("selection", uuid.UUID(int=0), "", "email", "marketing")
    verdicts = compliance.judge(touch, [one.id for one in parties])
    assert found.refused == sum(bool(verdict.reasons) for verdict in verdicts)
    assert not Decision.objects.exists() and not CapReservation.objects.exists()


def test_whoever_may_not_see_a_party_learns_nothing_of_it(firm):
    mine, other = customer("张三丰"), withdrawn("李四海", branch="B2", manager="E1002")

    def asked(*uids):
        return told(compliance.foreseen("email", uids, principal=firm.manager))

    assert asked(mine.uid, other.uid) == asked(mine.uid, uuid.uuid4()) == (1, 0, [])
    assert asked(other.uid) == asked(uuid.uuid4()) == (0, 0, [])


def test_whoever_does_not_see_what_the_gate_looks_at_is_refused(firm):
    body = {
        "kind": "role",
        "key": "looker",
        "labels": {"zh": "看", "en": "Looker"},
        "grants": [{"on": on, "operations": ["read"]} for on in ("party", "consent")],
        "fields": {"party": {"refused": ["consent_phone"]}},
    }
    definition_changes.change([Edit.of(body)], reason="test")
    looker, party = holding(firm.operator, "looker"), customer("张三丰")

    assert told(compliance.foreseen("email", [party.uid], principal=looker)) == (1, 0, [])
    with pytest.raises(Refused) as refused:
        compliance.foreseen("staff", [party.uid], principal=looker)
    assert refused.value.facts == {"operation": "party.consent_phone"}


def test_many_are_asked_about_by_as_many_queries_as_one(firm):
    parties = [customer(f"客户{n}") for n in range(12)]

    def queries(some):
        with CaptureQueriesContext(connection) as made:
            compliance.foreseen("email", [one.uid for one in some], principal=firm.operator)
        return [query for query in made.captured_queries if "party" in query["sql"]]

    queries(parties)
    assert len(queries(parties)) == len(queries(parties[:1])) > 0


def test_over_http(firm):
    client = Client()
    client.force_login(User.objects.get(employee_no="E1001"))
    parties = [str(customer("张三丰").uid), str(withdrawn("李四海").uid)]

    def asked(body):
        return client.post("/api/v1/gate/foreseen", body, content_type="application/json")

    answer = asked({"channel": "email", "parties": parties}).json()
    assert {**answer, "as_of": None} == {
        "asked": 2,
        "refused": 1,
        "reasons": [
            {
                "code": "consent_withdrawn",
                "labels": {"zh": "已撤回邮件营销授权", "en": "consent to e-mail marketing was withdrawn"},
                "count": 1,
            }
        ],
        "as_of": None,
    }
    assert asked({"channel": "email", "parties": []}).status_code == 422
    assert asked({"channel": "letter", "parties": parties}).status_code == 422
