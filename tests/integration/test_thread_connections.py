"""A connection to the database does not outlive its thread for long."""

from __future__ import annotations

import gc
import os
from threading import Thread

import pytest
from django.db import connection


@pytest.fixture
def uncollected():
    """Nothing is closed because the interpreter happens to collect it."""
    gc.disable()
    yield
    gc.enable()


def in_a_thread(do):
    """Do something in a thread, and wait until the system knows it no more."""
    thread = Thread(target=do)
    thread.start()
    number = thread.native_id
    thread.join()
    while os.path.exists(f"/proc/self/task/{number}"):
        pass


def test_a_new_connection_closes_those_of_threads_that_have_ended(own_database, uncollected):
    opened = []

    def ask():
        connection.ensure_connection()
        opened.append(connection.connection)

    ask()
    for _ in range(3):
        in_a_thread(ask)
    in_a_thread(ask)
    own, *ended, _last = opened
    assert [each.closed for each in ended] == [True, True, True]
    assert not own.closed
