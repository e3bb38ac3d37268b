"""What a mail server says of an address is told in our words: its own text quotes the address, whoever may see it."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from tests.factories.records import SYSTEM
from tests.integration.engagement.test_campaign_life import by_number, run_all
from zhike.engagement.campaigns import screens, standing
from zhike.engagement.campaigns.models import Member
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.logic import refusals
from zhike.engagement.channels.models import Delivery
from zhike.kernel import event_delivery
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.records import api as records

#: Sees parties of another branch only.
STRANGER = Principal(kind="staff", name="外人", employee_no="E0999", posts=(Post("manager"),))
ADDRESS = "c000000001@example.com"


def members(campaign, principal):
    rows, more, count = standing.members(campaign.uid, state="failed", principal=SYSTEM)
    return screens.members_out(rows, more, count, principal, resends=True)["items"]


@pytest.fixture
def refused(desk, mailbox):
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    mailbox.rcpt_answer = f"550 5.1.1 <{ADDRESS}>: Recipient address rejected: User unknown"
    channels.dispatch(mailbox.settings)
    return campaign


def test_a_refused_recipient_is_told_by_status_and_our_words(refused):
    failed = Delivery.objects.filter(origin_uid=refused.uid, state="failed")
    assert set(failed.values_list("error", flat=True)) == {"550 5.1.1 recipient"}
    shown = members(refused, SYSTEM)
    assert [row["reasons"] for row in shown] == [
        [
            {
                "code": "failed",
                "labels": {
                    "zh": "550 5.1.1 邮件服务器拒收该地址",
                    "en": "550 5.1.1 the server refused the recipient",
                },
            }
        ]
    ] * 8


def test_whom_the_reader_may_not_see_has_no_reason(refused):
    shown = members(refused, STRANGER)
    assert [(row["party"], row["reasons"]) for row in shown] == [(None, [])] * 8


@pytest.mark.parametrize(
    ("code", "answer", "about", "kept", "zh"),
    [
        (550, b"5.1.1 <a@b.cn>: no", refusals.RECIPIENT, "550 5.1.1 recipient", "550 5.1.1 邮件服务器拒收该地址"),
        (554, "a@b.cn is spam", refusals.MESSAGE, "554 message", "554 邮件服务器拒收该邮件"),
        (552, b"5.2.2 full\n5.2.2 a@b.cn", refusals.MESSAGE, "552 5.2.2 message", "552 5.2.2 邮件服务器拒收该邮件"),
        (450, b"4.2.0 greylisted 1.2.3", refusals.RECIPIENT, "450 4.2.0 recipient", "450 4.2.0 邮件服务器拒收该地址"),
        (550, b"see 5.1.1", refusals.RECIPIENT, "550 recipient", "550 邮件服务器拒收该地址"),
    ],
)
def test_of_an_answer_only_the_status_is_kept(code, answer, about, kept, zh):
    assert (refusals.kept(code, answer, about), refusals.said(kept)["zh"]) == (kept, zh)


def test_an_answer_that_was_kept_whole_is_not_told_and_other_words_are():
    before = "多次未能投递：450 4.2.0 <a@b.cn> busy"
    assert asdict(refusals.said(before)) == {
        "zh": "多次未能投递：450 4.2.0 邮件服务器拒收该邮件",
        "en": "tried several times: 450 4.2.0 the server refused the message",
    }
    assert asdict(refusals.said("缺少资料：姓名")) == {"zh": "缺少资料：姓名", "en": "缺少资料：姓名"}


def test_why_a_message_failed_goes_with_whom_is_erased(refused):
    gone, stays = by_number()["000000001"], by_number()["000000003"]
    Member.objects.filter(party_id__in=[gone.id, stays.id]).update(error="张三的资料有误", error_en="张三 is wrong")
    Delivery.objects.filter(party_id__in=[gone.id, stays.id]).update(error=f"550 5.1.1 <{ADDRESS}>", error_en=ADDRESS)
    records.erase("party", gone.uid, reason="客户申请删除个人信息", principal=SYSTEM)
    event_delivery.deliver_all()
    kept = {
        kind: set(kind.objects.filter(party_id__in=[gone.id, stays.id]).values_list("party_id", "error", "error_en"))
        for kind in (Delivery, Member)
    }
    assert kept == {
        Delivery: {(gone.id, "", ""), (stays.id, f"550 5.1.1 <{ADDRESS}>", ADDRESS)},
        Member: {(gone.id, "", ""), (stays.id, "张三的资料有误", "张三 is wrong")},
    }
    records.erase("party", stays.uid, reason="客户申请删除个人信息", principal=SYSTEM)
    event_delivery.deliver_all()
    assert ADDRESS not in json.dumps(members(refused, SYSTEM), default=str)
