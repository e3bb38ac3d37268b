"""What the sentences of errors make of their facts."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from zhike.kernel.definition_errors import AlreadyUndone, ChangedSince
from zhike.kernel.errors import NotFound

EVENING = datetime(2026, 11, 26, 18, 5, 33, 189152, tzinfo=UTC)


def test_a_moment_is_told_in_local_time_to_the_minute():
    undone = AlreadyUndone(change="c1", at=EVENING, actor="user:E1", undo="c2")
    assert undone.message("zh") == "更改 c1 已经撤销（2026-11-27 02:05，user:E1）；要恢复它，请撤销 c2"
    assert undone.message("en") == (
        "Change c1 was already taken back (2026-11-27 02:05, user:E1); to make it again, take back c2"
    )
    assert undone.as_dict()["facts"]["at"] == EVENING
    changed = ChangedSince(definition="template visit", at=EVENING, actor="user:E1")
    assert changed.message("zh") == "template visit 之后又被修改（2026-11-27 02:05，user:E1），请先撤销后一次更改"


def test_people_read_what_was_not_found_by_what_people_write():
    for unwritten in (str(uuid4()), 7, "", "—"):
        error = NotFound(kind="work_item", id=unwritten)
        assert error.message("zh") == "没有找到，或您无权查看"
        assert error.message("en") == "Not found, or you may not see it"
        assert error.as_dict()["facts"] == {"kind": "work_item", "id": unwritten}
    assert NotFound(kind="user", id="E00317").message("zh") == "“E00317”不存在，或您无权查看"
