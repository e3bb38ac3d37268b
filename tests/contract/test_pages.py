"""The customer's page over HTTP: who gets it, what each block says of itself, what it costs, what it leaves behind."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.records import SYSTEM, build_firm, cover, customer
from zhike.kernel import clock
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User

pytestmark = pytest.mark.django_db
BLOCKS = {
    "party_identity": "ok",
    "assets_over_time": "empty",
    "party_accounts": "empty",
    "party_holdings": "later",
    "party_kinds": "later",
    "party_gains": "later",
    "party_trades": "later",
    "party_coverages": "ok",
    "party_consents": "ok",
    "party_relations": "empty",
    "party_interactions": "empty",
    "party_timeline": "empty",
    "party_tags": "empty",
    "party_facts": "ok",
    "record_work": "empty",
    "party_touches": "empty",
    "party_history": "ok",
    "party_access": "ok",
}
#: Measured: 88, of which two a block are its savepoint.
MOST_QUERIES = 91


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def party(firm):
    return customer("张三丰", mobile="13800001234")


def client_of(principal):
    client = Client()
    if principal.user_id:
        client.force_login(User.objects.get(pk=principal.user_id))
    return client


def answer(principal, record):
    return client_of(principal).get(f"/api/v1/pages/customer?record={record}")


def statuses(firm, party):
    actors = (firm.manager, firm.other_manager, firm.branch_head, firm.operator, firm.signed_out)
    return [answer(actor, party.uid).status_code for actor in actors]


def test_who_gets_the_page(firm, party):
    assert statuses(firm, party) == [200, 404, 200, 200, 401]
    assert answer(firm.other_manager, party.uid).json()["code"] == "not_found"
    assert answer(firm.signed_out, party.uid).json()["code"] == "sign_in_required"


def test_a_customer_one_may_not_see_answers_like_one_that_does_not_exist(firm, party):
    nobody = uuid.UUID(int=1)
    hidden, missing = answer(firm.other_manager, party.uid), answer(firm.other_manager, nobody)

    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["message"].replace(str(party.uid), str(nobody)) == missing.json()["message"]


def test_after_a_handover_the_answers_swap(firm, party):
    old = objects.page(RecordQuery("coverage"), principal=SYSTEM).rows[0]
    today = clock.today()
    objects.update("coverage", old.uid, {"valid_to": today.isoformat()}, revision=old.revision, principal=SYSTEM)
    cover(party, "E1002", today)

    assert statuses(firm, party) == [404, 200, 200, 200, 401]


def test_every_block_says_its_state_and_the_time_it_holds_for(firm, party):
    page = answer(firm.manager, party.uid).json()

    assert (page["key"], page["title"], page["header"]) == ("customer", "张*丰", "party_identity")
    assert {key: block["state"] for key, block in page["blocks"].items()} == BLOCKS
    assert [key for column in page["columns"] for key in column] == list(BLOCKS)[1:]
    unpublished = {key for key, block in page["blocks"].items() if block["as_of"] is None}
    later = {key for key, state in BLOCKS.items() if state == "later"}
    assert unpublished == {"assets_over_time", "party_tags", *later}
    assert {page["blocks"][key]["as_of"]["kind"] for key in BLOCKS if key not in unpublished} == {"live"}


def test_what_ones_roles_do_not_reach_of_the_page_says_so_and_nothing_of_what_it_holds(firm, party):
    organization.add_user(employee_no="C9001", name="合规", role="compliance", unit="HQ")
    client = Client()
    client.force_login(User.objects.get(employee_no="C9001"))
    blocks = client.get(f"/api/v1/pages/customer?record={party.uid}").json()["blocks"]
    refused = {key: block for key, block in blocks.items() if block["state"] == "refused"}
    assert list(refused) == [
        "party_accounts",
        "party_coverages",
        "party_consents",
        "party_relations",
        "party_interactions",
    ]
    assert {block["kind"] for block in refused.values()} == {"unavailable"}
    assert all("data" not in block for block in refused.values())


def test_nothing_on_the_page_is_in_clear(firm, party):
    text = answer(firm.operator, party.uid).content.decode()

    assert "138****1234" in text
    assert "13800001234" not in text and "张三丰" not in text


def test_a_view_is_written_down_once_and_a_refused_one_is_not(firm, party):
    answer(firm.manager, party.uid)
    answer(firm.other_manager, party.uid)
    answer(firm.signed_out, party.uid)

    views = Entry.objects.filter(operation="view", subject="party", subject_id=party.id)
    assert [entry.actor for entry in views] == ["user:E1001"]


def test_what_comes_later_is_asked_for_by_name_and_belongs_to_the_view_that_is_written_down(firm, party):
    client = client_of(firm.manager)
    client.get(f"/api/v1/pages/customer?record={party.uid}")
    blocks = [key for key, state in BLOCKS.items() if state == "later"]
    found = [client.get(f"/api/v1/pages/customer?record={party.uid}&block={key}").json()["blocks"] for key in blocks]

    assert [list(block) for block in found] == [[key] for key in blocks]
    assert {block[key]["state"] for key, block in zip(blocks, found, strict=True)} == {"empty"}
    views = Entry.objects.filter(operation="view", subject="party", subject_id=party.id)
    assert [entry.actor for entry in views] == ["user:E1001"]
    hidden = client_of(firm.other_manager).get(f"/api/v1/pages/customer?record={party.uid}&block={blocks[0]}")
    assert hidden.status_code == 404


def test_a_block_that_is_asked_for_without_its_page_is_a_view_like_any_other(firm, party):
    client = client_of(firm.manager)
    for _again in range(2):
        client.get(f"/api/v1/pages/customer?record={party.uid}&block=party_trades")
    views = Entry.objects.filter(operation="view", subject="party", subject_id=party.id)
    assert [entry.actor for entry in views] == ["user:E1001"]

    client_of(firm.branch_head).get(f"/api/v1/pages/customer?record={party.uid}&block=party_trades")
    with clock.travel(clock.now() + timedelta(hours=2)):
        client_of(firm.manager).get(f"/api/v1/pages/customer?record={party.uid}&block=party_trades")
    assert views.all().count() == 3


@pytest.fixture
def still():
    """A clock that stands still asks the database for no offset, whatever time the test takes."""
    with clock.travel(clock.now()):
        yield


def test_the_page_costs_a_bounded_number_of_queries_whatever_the_customer_has(firm, party, still):
    client = client_of(firm.manager)
    path = f"/api/v1/pages/customer?record={party.uid}"
    client.get(path)
    with CaptureQueriesContext(connection) as bare:
        client.get(path)
    for n in range(8):
        at = f"2026-03-{n + 1:02d}T09:00:00+08:00"
        given = {"party": str(party.uid), "channel": "phone", "subject": f"电话{n}", "at": at}
        objects.create("interaction", given, principal=firm.manager)
    with CaptureQueriesContext(connection) as full:
        assert len(client.get(path).json()["blocks"]["party_interactions"]["data"]["rows"]) == 8

    assert len(full) <= len(bare) + 2
    assert len(full) <= MOST_QUERIES


def test_the_page_needs_a_customer_and_a_name_that_exists(firm, party):
    client = client_of(firm.manager)

    assert client.get("/api/v1/pages/customer").status_code == 404
    assert client.get(f"/api/v1/pages/nothing?record={party.uid}").status_code == 404
    assert client.get(f"/api/v1/pages/customer?record={party.uid}&block=nothing").status_code == 404
    one = client.get(f"/api/v1/pages/customer?record={party.uid}&block=party_tags").json()
    assert list(one["blocks"]) == ["party_tags"]
    assert client.get("/api/v1/pages/customer?record=17").json()["code"] == "request.invalid"
