"""A preview and a test mail show their reader of a customer what every screen shows; the message itself is whole."""

from __future__ import annotations

import pytest

from tests.factories.records import SYSTEM, build_firm, customer, holding
from zhike.engagement.channels.logic import content
from zhike.engagement.channels.types import Template
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.platform.objects import bulk

pytestmark = pytest.mark.django_db

MOBILE, ADDRESS = "13800001234", "zhang@example.cn"
VALUES = {
    "plain": ("mobile", None),
    "masked": ("mobile", "mobile"),
    "part": ("substring(mobile, 1, 5)", None),
    "sex": ("sex", None),
}


@pytest.fixture
def party():
    firm = build_firm()
    return firm, customer("张三丰", mobile=MOBILE, email=ADDRESS, sex="male")


def letter(name):
    value, mask = VALUES[name]
    variable = {"key": "v", "labels": {"zh": "值", "en": "Value"}, "value": value}
    return Template.model_validate(
        {
            "kind": "template",
            "key": f"letter_{name}",
            "labels": {"zh": "信", "en": "Letter"},
            "channel": "email",
            "subject": "S",
            "body": "{{v}}",
            "variables": [variable | ({"mask": mask} if mask else {})],
        }
    )


def reader(firm, **fields):
    body = {
        "kind": "role",
        "key": "looker",
        "labels": {"zh": "看", "en": "Looker"},
        "grants": [{"on": "party", "operations": ["read"]}],
        "fields": {"party": fields},
    }
    definition_changes.change([Edit.of(body)], reason="test")
    return holding(firm.operator, "looker")


def shown(party, name, viewer):
    found = letter(name)
    facts = bulk.facts("party", [party.id], content.fields_used(found))[party.id]
    message = content.fill(found, facts, viewer)
    return message.text, message.address, [labels.zh for labels in message.missing]


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"clear": ["mobile"]}, {"plain": MOBILE, "masked": "138****1234", "part": "13800", "sex": "male"}),
        ({"clear": ["name"]}, {"plain": "138****1234", "masked": "138****1234", "part": "***", "sex": "male"}),
        ({"refused": ["mobile", "sex"]}, {"plain": "***", "masked": "***", "part": "***", "sex": "***"}),
    ],
    ids=["clear", "masked", "refused"],
)
def test_a_reader_sees_of_a_variable_what_the_role_lets_see(party, fields, seen):
    firm, record = party
    viewer = reader(firm, **fields)
    assert {name: shown(record, name, viewer) for name in VALUES} == {
        name: (value, "z***@example.cn", []) for name, value in seen.items()
    }


def test_the_message_itself_is_whole(party):
    assert shown(party[1], "plain", None) == (MOBILE, ADDRESS, [])
    assert shown(party[1], "plain", SYSTEM)[:2] == (MOBILE, "z***@example.cn")


def test_whether_a_refused_value_is_there_is_not_told(party):
    firm, _record = party
    nobody = customer("李四海")
    assert shown(nobody, "plain", SYSTEM) == ("", "", ["值", "邮箱"])
    assert shown(nobody, "plain", reader(firm, refused=["mobile", "email"])) == ("***", "***", [])
