"""A template that asks for an org unit by its code means the unit that lists and audiences mean."""

from __future__ import annotations

import pytest

from tests.factories.records import SYSTEM, build_firm, customer
from zhike.engagement.channels import api as channels
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery

pytestmark = pytest.mark.django_db

VALUES = {
    "own": "if(branch = 'B1', '一部', '他处')",
    "either": "if(branch in ('B1', 'B2'), '在册', '不在册')",
    "not_own": "if(branch != 'B1', '他处', '一部')",
    "nowhere": "if(branch = 'B9', '有', '无')",
}


@pytest.fixture
def template():
    build_firm()
    variables = [{"key": key, "labels": {"zh": key, "en": key}, "value": value} for key, value in VALUES.items()]
    body = {
        "kind": "template",
        "key": "by_unit",
        "labels": {"zh": "按营业部", "en": "By unit"},
        "channel": "email",
        "subject": "您好",
        "body": " ".join("{{" + key + "}}" for key in VALUES),
        "variables": variables,
    }
    definition_changes.change([Edit.of(body)], reason="test")
    return "by_unit"


def test_a_unit_is_named_by_its_code(template):
    found = {branch: customer(branch, branch=branch, email=f"{branch}@zhike.example").id for branch in ("B1", "B2")}
    told = {branch: channels.messages(template, [id])[id].text for branch, id in found.items()}
    assert told == {"B1": "一部 在册 一部 无", "B2": "他处 在册 他处 无"}
    asked = {"op": "=", "left": {"field": "branch"}, "right": {"value": "B1", "type": "text"}}
    rows = objects.page(RecordQuery("party", condition=asked), principal=SYSTEM).rows
    assert [row.id for row in rows] == [found["B1"]]
