"""Who is there already while somebody makes a customer: warned by the rules of who is who, held back, and no way to try numbers."""

from __future__ import annotations

import pytest
from django.test import override_settings

from tests.factories.records import build_firm, customer, unit_uid
from zhike.insight.identity import api as identity
from zhike.kernel.errors import Invalid, Refused
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.objects.errors import FindSeries
from zhike.platform.records import api as records
from zhike.platform.records import origins

pytestmark = pytest.mark.django_db

CARD, OLD_CARD = "11010519491231002X", "110105491231002"
OTHER = "440524188001010014"
WITH_CARD = {"certificate_type": "resident_id"}


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def known():
    numbers = {"certificate_type": "resident_id", "certificate_number": CARD, "mobile": "13800001234"}
    return customer("王小五", branch="B2", manager="E1002", **numbers)


def asked(firm, principal=None, **values):
    return identity.alike("party", values, principal=principal or firm.operator)


def test_the_same_certificate_is_found_however_written_and_the_same_phone_with_the_name(firm, known):
    [by_card] = asked(firm, certificate_number=OLD_CARD, **WITH_CARD)
    [by_phone] = asked(firm, mobile="+86 138 0000 1234", name="王 小五")

    assert (by_card.fields, by_card.strong, by_card.others) == (("certificate_number",), True, False)
    assert [one.display for one in by_card.readable] == ["王*五"]
    assert by_card.readable[0].values["branch"]["display"] == "陆家嘴营业部"
    assert (by_phone.fields, by_phone.strong) == (("mobile", "name"), False)
    assert asked(firm, mobile="13800001234") == []
    assert asked(firm, mobile="13800001234", name="王小") == []
    assert asked(firm, certificate_number=CARD[:-1], **WITH_CARD) == []
    assert asked(firm, mobile="13800001234\x00", name="王小五", nothing=1, kind={"a": 1}) == []


def test_of_a_record_beyond_ones_scope_nothing_is_told_but_that_it_is_there(firm, known):
    mine = customer("赵六")
    changing = {"certificate_number": CARD, **WITH_CARD}

    [found] = identity.alike("party", changing, record=mine.uid, principal=firm.manager)

    assert (found.readable, found.others, found.strong) == ((), True, True)
    with pytest.raises(Refused):
        identity.alike("party", changing, principal=firm.manager)  # who makes no customers asks about none


def test_a_same_certificate_is_refused_and_a_same_phone_with_its_name_until_somebody_says_why(firm, known):
    card = {"name": "另一人", "certificate_number": CARD, **WITH_CARD}
    with pytest.raises(Invalid) as strong:
        objects.create("party", card, principal=firm.operator, despite="不是同一人")
    assert [finding["message"] for finding in strong.value.findings] == ["系统中已有证件号码相同的客户"]

    phone = {"name": "王小五", "mobile": "13800001234", "branch": unit_uid("B1")}
    with pytest.raises(Invalid) as weak:
        objects.create("party", phone, principal=firm.operator)
    assert weak.value.findings[0]["message"] == "系统中已有手机、姓名相同的客户；确认不是同一个，请写明原因"
    made = objects.create("party", phone, principal=firm.operator, despite="父子共用手机")
    assert records.history("party", made.uid, principal=firm.operator)[0].reason == "父子共用手机"
    mended = {"mobile": "13800001234", "certificate_number": OTHER, **WITH_CARD}
    assert objects.update("party", known.uid, mended, revision=1, principal=firm.operator, despite="同上").revision == 2


@override_settings(FIND_SERIES=2)
def test_each_number_is_journalled_and_a_series_of_them_stops(firm, known):
    for number in (CARD, CARD, OTHER):
        asked(firm, certificate_number=number, **WITH_CARD)
    lines = Entry.objects.filter(operation="find_by_number").order_by("id")
    assert [(line.subject_id, line.changes.get("field")) for line in lines] == [
        (known.id, "certificate_number"),
        (None, None),
    ]
    assert CARD not in str([line.changes for line in lines])
    with pytest.raises(FindSeries):
        asked(firm, mobile="13800001234", name="王小五")


def test_a_record_says_which_file_keeps_it():
    named = {key: origins.of("party", key) for key in ("counter:1", "app:1", "nobody:1", "")}

    assert named["counter:1"].zh == "柜台客户" and named["app:1"].zh != named["counter:1"].zh
    assert named["nobody:1"] is None and named[""] is None
    assert origins.of("product", "any:1").en == "Counter instruments"
