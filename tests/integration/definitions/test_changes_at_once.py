"""Two change a definition at the same moment: the second acts on what the first has made of it."""

from __future__ import annotations

from threading import Thread

import psycopg
from django.db import connection, transaction

from tests.factories.waiting import until_it_waits
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit

BODY = {
    "kind": "result_set",
    "key": "visit",
    "labels": {"zh": "拜访结果", "en": "Visit results"},
    "results": [{"key": "met", "labels": {"zh": "已见面", "en": "Met"}, "positive": True}],
}
RENAMED = {**BODY, "labels": {"zh": "走访结果", "en": "Visit results"}}


def test_a_change_waits_for_the_one_before_it(own_database):
    faults: list[Exception] = []

    def other() -> None:
        try:
            definition_changes.change([Edit.of(RENAMED)], reason="二")
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    second = Thread(target=other)
    with psycopg.connect(own_database, autocommit=True) as watcher:
        with transaction.atomic():
            definition_changes.change([Edit.of(BODY)], reason="一")
            second.start()
            until_it_waits(second, watcher)
        second.join()
    assert faults == []
    found = definition_changes.history("result_set", "visit")
    assert [(one.revision, one.reason, one.before, one.after) for one in found] == [
        (2, "二", BODY, RENAMED),
        (1, "一", None, BODY),
    ]
