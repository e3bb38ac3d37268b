"""The HTTP interface: one API object, one error shape, the principal of each request."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer
from ninja.security import SessionAuth

from zhike.kernel import context
from zhike.kernel.errors import SignInRequired, ZhikeError
from zhike.platform.permissions import api as permissions

_log = logging.getLogger("zhike.http")


class SignedIn(SessionAuth):
    """Lets signed-in users in and hangs their principal on the request."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the principal, or raise SignInRequired."""
        if not request.user.is_authenticated:
            raise SignInRequired()
        principal = permissions.principal_of_user(request.user.pk)
        request.principal = principal  # type: ignore[attr-defined]
        context.identify(principal.actor)
        return principal


class JsonRenderer(BaseRenderer):
    """JSON as people read it: Chinese stays Chinese, uids and dates are text."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """Return `data` as JSON text."""
        return json.dumps(data, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    isoformat = getattr(value, "isoformat", None)
    if isoformat is not None:
        text = str(isoformat())
        return text.replace("+00:00", "Z")
    return str(value)


_NO_ADDRESS = {"zh": "没有这个地址", "en": "There is no such address"}

api = NinjaAPI(
    title="Zhike", version="1", urls_namespace="api", auth=SignedIn(), renderer=JsonRenderer(), docs_url=None
)


def language_of(request: HttpRequest) -> str:
    """Return the language a request asks for: its header, else Chinese."""
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "zh"


@api.exception_handler(ZhikeError)
def on_expected(request: HttpRequest, error: ZhikeError) -> HttpResponse:
    """Answer an expected error in the one shape, in the caller's language."""
    body = error.as_dict(language_of(request))
    if language_of(request) == "en":
        body["findings"] = [
            {**finding, "message": finding.get("message_en", finding.get("message"))} for finding in error.findings
        ]
    return HttpResponse(
        json.dumps(body, ensure_ascii=False, default=_plain), status=error.status, content_type="application/json"
    )


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a request whose shape is wrong, naming each place."""
    findings = [
        {"code": f"request.{item['type']}", "message": f"{'.'.join(map(str, item['loc']))}: {item['msg']}"}
        for item in error.errors
    ]
    message = "Bad request" if language_of(request) == "en" else "请求格式不正确"
    return JsonResponse({"code": "request.invalid", "message": message, "facts": {}, "findings": findings}, status=422)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer the framework's own refusals (CSRF, too large) in the one shape."""
    return JsonResponse(
        {"code": f"http.{error.status_code}", "message": str(error), "facts": {}, "findings": []},
        status=error.status_code,
    )


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, _error: Http404) -> HttpResponse:
    """Answer an address that does not exist."""
    return JsonResponse(
        {"code": "not_found", "message": _NO_ADDRESS[language_of(request)], "facts": {}, "findings": []}, status=404
    )


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a fault of ours: logged with its request id, without its inner text."""
    _log.exception("fault", extra={"path": request.path})
    request_id = context.current().request_id
    message = (
        f"Something went wrong on our side; nothing was saved. Request {request_id}"
        if language_of(request) == "en"
        else f"系统出现故障，未保存任何更改。请求号 {request_id}"
    )
    return JsonResponse(
        {"code": "internal", "message": message, "facts": {"request_id": request_id}, "findings": []}, status=500
    )
