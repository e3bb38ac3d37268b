"""Every route that reads answers from one state of the database: no answer has rows of one day and the stamp of another."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from ninja.operation import Operation

from zhike.kernel import database, wire
from zhike.kernel.errors import Contended, TooCostly

Run = Callable[..., HttpResponse]


def operation_of(run: Run) -> Operation:
    """Return the route that runs so, whatever was wrapped around it."""
    operation: Operation = inspect.unwrap(run).__self__
    return operation


def reads(operation: Operation) -> bool:
    """Return whether a route only reads: by its method, or by its own word."""
    return set(operation.methods) <= {"GET", "HEAD"} or wire.only_reads(operation.view_func)


def from_one_state(run: Run) -> Run:
    """Wrap a route: one that reads does so in one transaction, from who is asking to the last row of the answer."""
    operation = operation_of(run)
    if not reads(operation):
        return run

    @functools.wraps(run)
    def answered(request: HttpRequest, **given: object) -> HttpResponse:
        try:
            return database.read_as_one(lambda: run(request, **given))
        except (Contended, TooCostly) as error:
            return operation.api.on_exception(request, error)

    return answered
