"""Who acts, in which request, and why: known to logs, audit lines and events without passing it around."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Context:
    """The actor ("user:E1001", "system:root"), the request and, where one was asked for, the reason."""

    actor: str = "system"
    request_id: str = ""
    reason: str = ""


_NOBODY = Context()
_context: ContextVar[Context] = ContextVar("zhike_context", default=_NOBODY)


def current() -> Context:
    """Return the context of the running request, job or command."""
    return _context.get()


@contextmanager
def acting(**changes: str) -> Iterator[Context]:
    """Run the block under the current context with `actor`, `request_id` or `reason` replaced."""
    context = replace(_context.get(), **changes)
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)


def identify(actor: str) -> None:
    """Name the actor of the running request, once it is known who that is."""
    _context.set(replace(_context.get(), actor=actor))
