"""Blocks of a page: one that fails says so alone; what the record's page shows once it does not show again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from tests.factories.records import build_firm, customer
from zhike.kernel import providers
from zhike.kernel.providers import Block
from zhike.platform.objects import catalogue
from zhike.platform.organization.types import FileActor
from zhike.platform.records import api as records
from zhike.platform.records import origins, schemas
from zhike.server import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return build_firm()


def broken(*_arguments):
    raise RuntimeError("a fault of ours")


@pytest.mark.parametrize(("language", "said"), [("zh", "这一块没有取到数据"), ("en", "This block could not be read")])
def test_a_block_that_fails_says_so_and_the_others_stay(firm, monkeypatch, language, said):
    monkeypatch.setitem(providers.blocks, "record_work", Block("party_work", "待办", "Work", broken, by="record"))
    viewer = replace(firm.manager, language=language)

    blocks = pages.answer("customer", customer("张三丰").uid, viewer)["blocks"]

    assert blocks["record_work"]["state"] == "error"
    assert blocks["record_work"]["error"]["code"] == "internal"
    assert blocks["record_work"]["error"]["message"] == said
    assert {key for key, block in blocks.items() if block["state"] == "error"} == {"record_work"}


def test_masked_values_stand_in_one_place_only(firm):
    blocks = pages.answer("customer", customer("张三丰", mobile="13800001234").uid, firm.manager)["blocks"]

    unmaskable = {item["field"] for item in blocks["party_identity"]["data"]["unmaskable"]}
    facts = {field["key"] for section in blocks["party_facts"]["data"]["sections"] for field in section["fields"]}
    assert "mobile" in unmaskable
    assert not facts & unmaskable
    assert "risk_level" not in facts and "remark" in facts


def test_the_facts_say_which_file_keeps_them_as_the_record_does(firm, monkeypatch):
    by_hand = pages.answer("customer", customer("张三丰").uid, firm.manager)["blocks"]["party_facts"]["data"]
    assert by_hand["source"] is None and not any(section["kept"] for section in by_hand["sections"])

    party = customer("李四")
    with connection.cursor() as cursor:
        table = catalogue.describe("party").table
        cursor.execute(f'update "{table}" set source_key = %s where id = %s', ["000000099", party.id])
    file = FileActor("客户", "Customers", date(2026, 3, 17))
    monkeypatch.setattr(origins, "_finds", [lambda object, key: file if key == "000000099" else None])
    data = pages.answer("customer", party.uid, firm.manager)["blocks"]["party_facts"]["data"]
    found = records.get("party", party.uid, principal=firm.manager)
    assert data["source"] == schemas.record_out("party", found, firm.manager)["source"]
    assert data["source"]["labels"] == {"zh": "客户", "en": "Customers"}
    kept = {section["labels"]["zh"] for section in data["sections"] if section["kept"]}
    own = {
        section["labels"]["zh"]
        for section in data["sections"]
        if {field["owner"] for field in section["fields"]} == {"desk"}
    }
    assert kept and not kept & own


def test_a_form_is_told_what_a_new_record_begins_with(firm):
    from django.test import Client

    from zhike.platform.organization.models import User

    client = Client()
    client.force_login(User.objects.get(pk=firm.manager.user_id))
    fields = client.get("/api/v1/meta/objects/party").json()["fields"]
    given = {field["key"]: field["default"] for field in fields if field["default"] is not None}
    assert given == {"kind": "person", "status": "normal"}


def test_a_choice_is_a_tag_only_where_its_option_has_a_status(firm):
    facts = pages.answer("customer", customer("张三丰", sex="female").uid, firm.manager)["blocks"]["party_identity"]
    sex = next(fact for fact in facts["data"]["facts"] if fact["key"] == "sex")
    assert (sex["value"], sex["format"]) == ("女", "text")


def test_the_day_a_risk_test_expires_is_declared_for_screens(firm):
    from django.test import Client

    from zhike.platform.organization.models import User

    client = Client()
    client.force_login(User.objects.get(pk=firm.manager.user_id))
    fields = client.get("/api/v1/meta/objects/party").json()["fields"]
    assert next(field["role"] for field in fields if field["key"] == "risk_valid_until") == "expires_on"
