"""How answers are written: JSON as people read it, whatever a room gives."""

import json
import uuid
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import pytest
from numpy import float64

from zhike.server.http import JsonRenderer

_UID = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")
_SHANGHAI = timezone(timedelta(hours=8))
_PAIR = namedtuple("_PAIR", "low high")


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("客户 “张三” 🐼", '"客户 “张三” 🐼"'),
        (_UID, f'"{_UID}"'),
        (Decimal("12345678901234567890.10"), '"12345678901234567890.10"'),
        (datetime(2026, 3, 17, 9, 30, tzinfo=UTC), '"2026-03-17T09:30:00Z"'),
        (datetime(2026, 3, 17, 9, 30, 0, 120, tzinfo=UTC), '"2026-03-17T09:30:00.000120Z"'),
        (datetime(2026, 3, 17, 9, 30, tzinfo=_SHANGHAI), '"2026-03-17T09:30:00+08:00"'),
        (date(2026, 3, 17), '"2026-03-17"'),
        (MappingProxyType({"zh": "客户"}), '{"zh":"客户"}'),
        (_PAIR(1, 2), "[1,2]"),
        (float64(0.1), "0.1"),
        (float("nan"), "null"),
        (2**63 - 1, "9223372036854775807"),
        ("</script>", '"</script>"'),
    ],
)
def test_an_answer_is_written(given, written):
    assert JsonRenderer().render(None, given, response_status=200).decode() == written


@pytest.mark.parametrize("given", [{"more": 10**30}, {1: "a"}, [{"at": date(2026, 3, 17), "many": 2**70}]])
def test_what_the_fast_writer_refuses_is_written_all_the_same(given):
    written = json.loads(JsonRenderer().render(None, given, response_status=200))
    assert written == json.loads(json.dumps(given, default=str))
