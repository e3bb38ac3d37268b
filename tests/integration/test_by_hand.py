"""What people write of a record by hand: held against the form of its numbers, mended later, replaced without being shown."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.records import build_firm, customer, unit_uid
from zhike.kernel import clock
from zhike.kernel.errors import Invalid
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.organization.types import FileActor
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

CARD, OTHER_CARD = "11010519491231002X", "440524188001010014"
CODE = "91350100M000100Y43"


@pytest.fixture
def firm():
    return build_firm()


def wrong(write):
    with pytest.raises(Invalid) as invalid:
        write()
    return {finding["field"]: finding["message"] for finding in invalid.value.findings}


def made(firm, **values):
    return objects.create("party", {"name": "王五", **values}, principal=firm.operator)


def test_numbers_and_the_name_are_held_against_their_rules_in_words(firm):
    numbers = {"certificate_type": "resident_id", "certificate_number": CARD[:-1], "mobile": "138001380"}
    found = wrong(lambda: objects.create("party", numbers, principal=firm.operator))

    assert found == {
        "name": "姓名：必填",
        "certificate_number": "证件号码：居民身份证号码应为 18 位（旧证 15 位），现为 17 位",
        "mobile": "手机：手机号码应为 1 开头的 11 位数字；境外号码请加国家或地区代码，如 +852",
    }
    assert made(firm, certificate_type="credit_code", certificate_number=CODE, mobile="+852 9123 4567")
    assert made(firm, certificate_type="passport", certificate_number="E1")
    wrong_code = {"certificate_type": "credit_code", "certificate_number": CARD}
    assert set(wrong(lambda: made(firm, **wrong_code))) == {"certificate_number"}


def test_a_number_comes_with_its_kind_and_another_kind_with_a_number_that_fits(firm):
    assert wrong(lambda: made(firm, certificate_number=CARD)) == {"certificate_type": "证件类型：填写证件号码时必填"}

    party = made(firm, certificate_type="passport", certificate_number="E12345678", branch=unit_uid("B1"))
    retyped = {"certificate_type": "resident_id"}
    hidden = lambda: objects.update("party", party.uid, retyped, revision=1, principal=firm.branch_head)
    assert wrong(hidden) == {"certificate_number": "证件号码：已改证件类型，请重新填写"}
    whole = retyped | {"certificate_number": CARD}
    assert objects.update("party", party.uid, whole, revision=1, principal=firm.branch_head).revision == 2


def test_nobody_is_born_and_opens_an_account_after_today(firm):
    later = {"birth_date": "2050-01-01", "open_date": "2099-01-01"}
    today = clock.today().isoformat()
    assert wrong(lambda: made(firm, **later)) == {
        "birth_date": f"出生日期：不能晚于今天（{today}）",
        "open_date": f"开户日期：不能晚于今天（{today}）",
    }
    assert made(firm, birth_date=today, open_date=today)


def test_a_file_is_taken_as_it_comes(firm):
    columns = [
        LoadColumn("name"),
        LoadColumn("certificate_type"),
        LoadColumn("certificate_number"),
        LoadColumn("mobile"),
    ]
    row = (None, "counter:1", None, "resident_id", "123", "12345")

    assert exchange.load("party", columns=columns, rows=[row]).created == 1


def test_a_record_made_by_hand_is_mended_and_its_masked_values_replaced_unseen(firm):
    party = made(
        firm,
        mobile="13800001234",
        birth_date="1949-12-31",
        branch=unit_uid("B1"),
        certificate_type="resident_id",
        certificate_number=CARD,
    )
    new = {"mobile": "13911112222", "certificate_number": OTHER_CARD, "birth_date": "1880-01-01", "name": "王五一"}

    saved = objects.update("party", party.uid, new, revision=1, principal=firm.branch_head)

    assert saved.values["mobile"] == "139****2222" and saved.values["certificate_number"] == "440***********0014"
    told = {
        key: (old, now) for key, old, now in records.history("party", party.uid, principal=firm.branch_head)[0].changes
    }
    assert told["mobile"] == ("138****1234", "139****2222")
    assert told["certificate_number"] == ("110***********002X", "440***********0014")
    kept = bulk.facts("party", [party.id], ["mobile", "certificate_number"])[party.id]
    assert kept == {"mobile": "13911112222", "certificate_number": OTHER_CARD}


def test_what_a_source_gave_stays_the_sources(firm):
    party = customer("张三")
    exchange.load("party", columns=[LoadColumn("name")], rows=[(party.id, "counter:1", "张三")], by_id=True)

    given = {"mobile": "13911112222"}
    assert set(wrong(lambda: objects.update("party", party.uid, given, revision=2, principal=firm.branch_head))) == {
        "mobile"
    }


def test_what_a_file_changes_is_in_the_history_under_its_name_and_masked(firm):
    party = customer("张三", mobile="13800001234", certificate_type="resident_id", certificate_number=CARD)
    columns = [LoadColumn(key) for key in ("name", "certificate_number", "mobile", "branch")]
    files = {"counter": FileActor("柜台客户", "Counter customers", date(2026, 11, 25))}

    def load(*values):
        row = (party.id, "counter:1", *values)
        return exchange.load("party", columns=columns, rows=[row], by_id=True, files=files)

    load("张三", CARD, "13911112222", "B2")
    load("张三", CARD, "13911112222", "B2")

    changed, made = records.history("party", party.uid, principal=firm.operator)
    assert (changed.name, changed.employee_no, changed.operation) == ("柜台客户文件 11-25", "", "update")
    told = {key: (old, new) for key, old, new in changed.changes}
    assert told["mobile"] == ("138****1234", "139****2222")
    assert told["branch"][1]["display"] == "陆家嘴营业部"
    assert set(told) == {"mobile", "branch"}
    assert made.operation == "create"
