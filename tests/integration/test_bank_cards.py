"""A bank card number is kept like a certificate: encrypted, found by hashes, shown by its last digits."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories.records import SYSTEM, build_firm, customer
from zhike.kernel.errors import Refused
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db
NUMBER = "6222021001112223334"


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def card(firm):
    """The card of a customer whom E1001 serves."""
    party = customer("张三丰")
    given = {"party": str(party.uid), "bank": "示例银行", "number": NUMBER}
    return party, objects.create("bank_card", given, principal=SYSTEM)


def row() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'select to_jsonb(t)::text from "{catalogue.describe("bank_card").table}" t')
        return cursor.fetchone()[0]


def test_the_number_is_masked_and_never_in_the_table(firm, card):
    found = records.get("bank_card", card[1].uid, principal=firm.manager)

    assert (found.display, found.values["number"]) == ("尾号 3334", "尾号 3334")
    assert NUMBER not in row() and "aes256gcm" in row()


def test_a_card_is_found_by_its_number_and_its_last_four_digits(firm, card):
    for text, count in ((NUMBER, 1), ("3334", 1), ("3333", 0)):
        query = RecordQuery("bank_card", text=text)
        assert objects.count(query, principal=firm.manager).count == count
        assert objects.count(query, principal=firm.other_manager).count == 0


def test_only_who_may_unmask_sees_it_and_the_operator_may_not(firm, card):
    shown = records.unmask("bank_card", card[1].uid, "number", reason="核对三方存管", principal=firm.manager)

    assert shown == NUMBER
    with pytest.raises(Refused):
        records.unmask("bank_card", card[1].uid, "number", reason="核对三方存管", principal=firm.operator)


def test_erasing_the_customer_wipes_the_number_and_keeps_its_hashes(card):
    column = catalogue.describe("bank_card").fields["number"].column

    records.erase("party", card[0].uid, reason="客户申请", principal=SYSTEM)

    with connection.cursor() as cursor:
        cursor.execute(
            f'select "{column}", length("{column}_digest"), length("{column}_tail"), grams, deleted_at is not null'
            f' from "{catalogue.describe("bank_card").table}"'
        )
        assert cursor.fetchone() == (None, 32, 32, None, True)
