"""Connections to the database that no thread uses any more are closed.

Django keeps a connection for each thread and closes none because its thread has ended. A web server ends threads that had
nothing to do and starts others, so that without this the database has one connection more after every rest until it takes
no more (record 28).
"""

from __future__ import annotations

import os
import threading
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_lock = threading.Lock()
#: The open connections by the thread that opened them, as the system numbers threads: Python does not know those of a server.
_opened: dict[int, list[Any]] = {}


def tidy(connection: BaseDatabaseWrapper, **_sent: object) -> None:
    """Close the connections of threads that have ended. A receiver of the signal that there is a new one."""
    own = threading.get_native_id()
    using = [connection, *connections.all(initialized_only=True)]
    used = {id(each.connection): each.connection for each in using if each.connection is not None}
    with _lock:
        ended = [thread for thread in _opened if not os.path.exists(f"/proc/self/task/{thread}")]
        # The number of a thread is given again: whoever had it before has ended, too.
        found = [each for thread in (*ended, own) for each in _opened.pop(thread, ())]
        _opened[own] = list(used.values())
    for each in found:
        if id(each) not in used:
            each.close()
