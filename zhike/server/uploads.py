"""Files that are sent: of whoever may not send one nothing is read, and nothing of it is on the disk."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpResponse
from ninja.operation import Operation

from zhike.kernel import wire
from zhike.platform.permissions import api as permissions
from zhike.server.reading import operation_of

Run = Callable[..., HttpResponse]


class OfTheAllowed(TemporaryFileUploadHandler):
    """Writes a file to the disk for a route that takes one and has found that the caller may send it; reads no other."""

    def new_file(self, *arguments: Any, **named: Any) -> None:
        """Begin a file, or end the reading of the form."""
        if not getattr(self.request, "may_send_files", False):
            raise StopUpload(connection_reset=True)
        super().new_file(*arguments, **named)


def takes_files(operation: Operation) -> bool:
    """Return whether a file is sent to a route."""
    return any(model.__ninja_param_source__ == "file" for model in operation.models)


def files_of_the_allowed(run: Run) -> Run:
    """Wrap a route that takes files: who is asking and whether they may is found before the form is read."""
    operation = operation_of(run)
    if not takes_files(operation):
        return run
    needed = wire.file_operation(operation.view_func)
    if not needed:
        raise ValueError(f"{operation.operation_id} takes a file and is not marked as `takes_file`")

    @functools.wraps(run)
    def checked(request: Any, **given: object) -> HttpResponse:
        try:
            for signed_in in operation.auth_callbacks:
                permissions.require(signed_in(request), needed)
        except Exception as error:
            return operation.api.on_exception(request, error)
        request.may_send_files = True
        return run(request, **given)

    return checked
