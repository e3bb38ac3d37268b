"""What surrounds every request: a request id, what browsers may do with the answer, what nobody keeps, the pages' files, the
idle time-out."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.middleware.csrf import CsrfViewMiddleware
from prometheus_client import Counter, Histogram
from whitenoise.middleware import WhiteNoiseMiddleware

from zhike.kernel import context, definitions
from zhike.kernel.ids import uuid7

_log = logging.getLogger("zhike.requests")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
#: What people and programs ask of the server, beside its pages.
INTERFACE = ("/api/", "/_allauth/", "/metrics")
_SEEN = "seen_at"
_SEEN_EVERY = 30
_requests = Counter("zhike_requests_total", "Requests by method and status", ["method", "status"])
_seconds = Histogram("zhike_request_seconds", "Seconds a request took")

Next = Callable[[HttpRequest], HttpResponse]


class RequestContext:
    """Gives each request an id (the caller's own if it is sane), logs and counts it."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` under a context of its own."""
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.match(given) else str(uuid7())
        started = time.perf_counter()
        with context.acting(actor="anonymous", request_id=request_id, reason=""), definitions.pinned():
            response = self._next(request)
            took = time.perf_counter() - started
            _requests.labels(request.method, response.status_code).inc()
            _seconds.observe(took)
            _log.info(
                "request",
                extra={
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "milliseconds": round(took * 1000, 1),
                },
            )
        response["X-Request-Id"] = request_id
        return response


class NotKept:
    """Has nobody keep an answer of the interface: it is for whoever asked, who may be another one at the same desk later."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`; what is no page is kept by no browser and no proxy."""
        response = self._next(request)
        if request.path_info.startswith(INTERFACE):
            response["Cache-Control"] = "no-store"
        return response


class Guarded:
    """Tells browsers what an answer may do: load and ask of nothing but this server, and use no device of the machine.

    Only the pages run anything. Their styles may stand in the page: the library that draws dialogs writes some of its own.
    """

    _PAGE = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
    _OTHER = "default-src 'none'; frame-ancestors 'none'"
    _DEVICES = ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, with what a browser is told; over TLS also to ask in no other way for a year."""
        response = self._next(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        response["Content-Security-Policy"] = self._PAGE if is_page else self._OTHER
        response["Permissions-Policy"] = ", ".join(f"{device}=()" for device in self._DEVICES)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if settings.SECURE:
            response["Strict-Transport-Security"] = f"max-age={settings.HSTS_SECONDS}"
        return response


class TokenInHeader(CsrfViewMiddleware):
    """Looks for the token of a changing request in its header only.

    The framework reads a form to find one in it: a file would be on the disk before it is known who sends it.
    """

    def refuses(self, request: Any) -> bool:
        """Return whether a request that changes something has no token, or another browser's."""
        request.csrf_processing_done = False
        self.process_request(request)
        return self.process_view(request, HttpResponse, (), {}) is not None

    def _check_token(self, request: HttpRequest) -> None:
        rule: Any = super()
        method, request.method = request.method, "PUT"  # whose body is not looked into
        try:
            rule._check_token(request)
        finally:
            request.method = method


class PageFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves the files of the pages, also those of a build that came after the server was started.

    WhiteNoise lists files once; `index.html` is read at every request and names the files of the newest build.
    """

    def __init__(self, get_response: Next) -> None:
        super().__init__(get_response)
        self.directories = [(os.path.join(os.path.abspath(settings.PAGES), ""), "/")]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the file at `request`'s address, if there is one."""
        path = request.path_info
        if path.startswith("/assets/") and path not in self.files:
            found = self.find_file(path)
            if found is not None:
                self.files[path] = found
        try:
            answer: HttpResponse = super().__call__(request)
        except FileNotFoundError:
            if self.files.pop(path, None) is None:
                raise
            return HttpResponseNotFound()  # it belonged to an older build
        return answer


class IdleTimeout:
    """Signs a session out once it was idle for longer than the installation allows.

    Only the interface asks who somebody is: a page without it is there while the database is away, and says so.
    """

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, signed out first if the session was idle too long."""
        if request.path_info.startswith(INTERFACE) and request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(_SEEN, now)
            if now - seen > settings.IDLE_SECONDS:
                logout(request)
            elif now - seen >= min(_SEEN_EVERY, settings.IDLE_SECONDS) or _SEEN not in request.session:
                request.session[_SEEN] = now
        return self._next(request)
