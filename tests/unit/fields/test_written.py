"""Numbers of a fixed form: the same lists are held against what the browser says while somebody types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from zhike.platform.fields.api import Written

WRITTEN = json.loads((Path(__file__).parent / "written.json").read_text(encoding="utf-8"))
CASES = [(form, text, kind) for form, lists in WRITTEN.items() for kind, texts in lists.items() for text in texts]


@pytest.mark.parametrize(("form", "text", "kind"), CASES)
def test_a_number_has_its_form_or_is_told_what_is_wrong(form, text, kind):
    assert (Written(always=form).fault(text, {}) is None) == (kind == "right")


def test_what_is_wrong_says_where_to_look():
    faults = [Written(always="resident_id").fault(text, {}).zh for text in WRITTEN["resident_id"]["wrong"][:3]]
    assert faults == [
        "校验位不符，请逐位核对",
        "其中的出生日期 19491331 不存在，请核对",
        "居民身份证号码应为 18 位（旧证 15 位），现为 16 位",
    ]


def test_the_form_may_hang_on_another_field():
    written = Written(by="type", of={"id": "resident_id"})
    assert written.fault("1", {"type": "id"}) and written.fault("1", {"type": "passport"}) is None


@pytest.mark.parametrize("given", [{}, {"always": "mobile", "by": "x", "of": {"a": "mobile"}}, {"by": "x"}])
def test_a_form_is_said_in_one_way(given):
    with pytest.raises(ValidationError):
        Written(**given)
