"""How long a question of a person may work before it is stopped, in whichever engine answers it.

`database.read_as_one` limits what it reads; jobs, and whoever writes, are not limited. PostgreSQL stops its statements
itself, other engines are stopped from here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

from zhike.kernel.errors import TooCostly, ZhikeError

_limit: ContextVar[float | None] = ContextVar("zhike_seconds_of_a_question", default=None)


@contextmanager
def limited() -> Iterator[float]:
    """Limit the questions of the block to the installation's seconds, which are given."""
    with _limited_to(float(settings.QUESTION_SECONDS)):
        yield float(settings.QUESTION_SECONDS)


@contextmanager
def unlimited() -> Iterator[None]:
    """Let the block take its time, inside one that is limited: it makes what all questions after it need."""
    with _limited_to(None):
        yield


@contextmanager
def _limited_to(seconds: float | None) -> Iterator[None]:
    token = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(token)


def passed() -> TooCostly:
    """Return the error of a question that was stopped."""
    return TooCostly(seconds=round(_limit.get() or settings.QUESTION_SECONDS))


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` from beside when the block asks for longer than it may; what that breaks off raises TooCostly.

    `stop` makes the engine give up what it is at and may come from any thread. It is never called after the block.
    """
    seconds = _limit.get()
    if seconds is None:
        yield
        return
    watch = _Watch(stop)
    timer = threading.Timer(seconds, watch.ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    except ZhikeError:
        raise
    except Exception as error:
        if watch.ended():
            raise passed() from error
        raise
    finally:
        watch.ended()
        timer.cancel()


class _Watch:
    """Rings once, and never after its block has ended: the engine may be at somebody else's question by then."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop, self._lock = stop, threading.Lock()
        self._over = self._rang = False

    def ring(self) -> None:
        with self._lock:
            if not self._over:
                self._rang = True
                self._stop()

    def ended(self) -> bool:
        """End; return whether it rang before."""
        with self._lock:
            self._over = True
            return self._rang
