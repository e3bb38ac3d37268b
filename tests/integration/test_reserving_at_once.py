"""Several set ids aside at the same moment: each has ids of its own."""

from __future__ import annotations

from threading import Thread

import psycopg
from django.db import connection

from tests.factories.records import build_firm, customer
from tests.factories.waiting import until_it_waits
from zhike.platform.objects import bulk


def test_two_loads_never_set_the_same_ids_aside(own_database):
    build_firm()
    last = customer("张三丰").id
    theirs: list[int] = []

    def other() -> None:
        try:
            theirs.append(bulk.reserve_ids("party", 3))
        finally:
            connection.close()

    second = Thread(target=other)
    with psycopg.connect(own_database, autocommit=True) as watcher:

        def between(execute, statement, params, many, context):
            """What stands between reading the sequence and moving it: another one who begins."""
            if "setval" in str(statement):
                second.start()
                until_it_waits(second, watcher)
            return execute(statement, params, many, context)

        with connection.execute_wrapper(between):
            ours = bulk.reserve_ids("party", 5)
        second.join()
    assert (ours, theirs) == (last + 1, [last + 6])
    assert customer("李四海").id == last + 9
