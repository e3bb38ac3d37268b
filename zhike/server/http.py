"""The HTTP interface: one API object, one error shape, the principal of each request."""

from __future__ import annotations

import functools
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.crypto import constant_time_compare
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer
from ninja.security import SessionAuth
from psycopg.errors import DeadlockDetected, SerializationFailure

from zhike.kernel import context
from zhike.kernel.errors import Contended, DatabaseAway, OtherPerson, SignInRequired, ZhikeError
from zhike.kernel.full_disk import full_disk
from zhike.kernel.wire import ErrorOut, Finding, facts, findings
from zhike.platform.organization import api as organization
from zhike.platform.organization.errors import PasswordDue
from zhike.platform.permissions import api as permissions
from zhike.server import refusals, request_wording
from zhike.server.middleware import INTERFACE, TokenInHeader
from zhike.server.openapi import Api
from zhike.server.parsing import BadNumber, BadText, JsonParser
from zhike.server.reading import from_one_state
from zhike.server.unknown_keys import known_parameters_only
from zhike.server.uploads import files_of_the_allowed

_log = logging.getLogger("zhike.http")
#: What the database breaks off where two wait for each other; nothing of it was kept.
_MET = (DeadlockDetected, SerializationFailure)


#: For whom a page of the browser asks: whoever was signed in when it was loaded, by number, written as in an address.
STANDS_FOR = "X-Stands-For"


class SignedIn(SessionAuth):
    """Lets signed-in users in and hangs their principal on the request.

    Whoever has to change the password first reaches only what is open `with_old_password`.
    """

    def __init__(self, *, with_old_password: bool = False) -> None:
        super().__init__()
        self._with_old_password = with_old_password

    def _get_key(self, request: HttpRequest) -> str | None:
        """Return the session of a request that has the token, if it changes anything."""
        if TokenInHeader(lambda _request: HttpResponse(status=403)).refuses(request):
            raise HttpError(403, "no token")
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the principal, or raise SignInRequired, PasswordDue."""
        if not request.user.is_authenticated:
            raise SignInRequired()
        if not self._with_old_password and organization.password_due(request.user):
            raise PasswordDue()
        principal = permissions.principal_of_user(request.user.pk)
        request.principal = principal  # type: ignore[attr-defined]
        context.identify(principal.actor)
        return principal


class JsonRenderer(BaseRenderer):
    """JSON as people read it: Chinese stays Chinese, uids and dates are text."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return `data` as JSON in UTF-8."""
        return _json(data)


def _json(data: object) -> bytes:
    try:
        return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)
    except TypeError:  # a whole number of more than 64 bits
        return json.dumps(data, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (float, tuple)):  # of a kind of its own
        return float(value) if isinstance(value, float) else list(value)
    isoformat = getattr(value, "isoformat", None)
    if isoformat is not None:
        text = str(isoformat())
        return text.replace("+00:00", "Z")
    return str(value)


#: Answers to faults of requests that the framework finds, before any room is asked.
_SAID: Mapping[str, tuple[str, str]] = {
    "not_found": ("没有这个地址", "There is no such address"),
    "method_not_allowed": ("这个地址不支持该请求方法", "This address does not take requests of this method"),
    "request.unreadable": ("请求无法读取", "The request cannot be read"),
    "request.too_large": ("请求内容过大", "The request is too large"),
    "request.invalid": ("输入有误", "The input is not right"),
    "sign_in_changed": ("登录状态已失效，请重新登录", "Your sign-in is no longer valid; please sign in again"),
}


def for_monitoring(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in a program that knows the token of the figures, and whoever may read background work."""

    def answered(request: HttpRequest, **given: object) -> HttpResponse:
        try:
            if not _knows_token(request):
                permissions.require(SignedIn().authenticate(request, None), "job.read")
        except ZhikeError as error:
            return on_expected(request, error)
        return view(request, **given)

    return answered


def _knows_token(request: HttpRequest) -> bool:
    wanted = f"Bearer {settings.METRICS_TOKEN}" if settings.METRICS_TOKEN else ""
    return bool(wanted) and constant_time_compare(request.headers.get("Authorization", ""), wanted)


api = Api(
    title="Zhike",
    version="1",
    urls_namespace="api",
    auth=SignedIn(),
    renderer=JsonRenderer(),
    parser=JsonParser(),
    docs_url=None,
    docs_decorator=for_monitoring,
)
api.add_decorator(known_parameters_only, mode="view")
api.add_decorator(files_of_the_allowed, mode="view")
api.add_decorator(from_one_state, mode="view")


def language_of(request: HttpRequest) -> str:
    """Return the language a request asks for: its header, else Chinese."""
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "zh"


def _answer(status: int, body: ErrorOut) -> HttpResponse:
    return HttpResponse(_json(body), status=status, content_type="application/json")


def _refuse(request: HttpRequest, status: int, code: str, found: Sequence[Finding] = ()) -> HttpResponse:
    message = _SAID[code][0 if language_of(request) == "zh" else 1]
    return _answer(status, {"code": code, "message": message, "facts": {}, "findings": list(found)})


@api.exception_handler(ZhikeError)
def on_expected(request: HttpRequest, error: ZhikeError) -> HttpResponse:
    """Answer an expected error in the one shape, in the caller's language."""
    lang = language_of(request)
    return _answer(
        error.status,
        {
            "code": error.code,
            "message": refusals.message(error, lang),
            "facts": facts(error.facts),
            "findings": findings(error.findings, lang),
        },
    )


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a request whose shape is wrong, naming each place."""
    lang = language_of(request)
    return _refuse(request, 422, "request.invalid", [request_wording.fault(item, lang) for item in error.errors])


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer the framework's own refusals (CSRF, no JSON) in the one shape."""
    if isinstance(error.__cause__, ZhikeError):
        return on_expected(request, error.__cause__)
    if error.status_code == 403:
        return _refuse(request, 403, "sign_in_changed")
    return _refuse(request, error.status_code, "request.unreadable")


@api.exception_handler(RequestDataTooBig)
def on_too_large(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    """Answer a body above the limit."""
    return _refuse(request, 413, "request.too_large")


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnreadablePostError)
def on_unreadable(request: HttpRequest, _error: Exception) -> HttpResponse:
    """Answer a body that is not what it says."""
    return _refuse(request, 400, "request.unreadable")


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, _error: Http404) -> HttpResponse:
    """Answer an address that does not exist."""
    return _refuse(request, 404, "not_found")


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def on_database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer while the database cannot be reached, or two met in it: not our caller's fault, and worth trying again."""
    if isinstance(error.__cause__, _MET):
        return on_expected(request, Contended())
    if full := full_disk(error):
        return on_expected(request, full)
    _log.exception("database away", extra={"path": request.path})
    return on_expected(request, DatabaseAway())


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, _error: Exception) -> HttpResponse:
    """Answer a fault of ours: logged with its request id, which is a fact of it, without its inner text."""
    _log.exception("fault", extra={"path": request.path})
    if full := full_disk(_error):
        return on_expected(request, full)
    request_id = context.current().request_id
    message = (
        "Something went wrong on our side; nothing was saved"
        if language_of(request) == "en"
        else "系统出现故障，未保存任何更改"
    )
    return _answer(500, {"code": "internal", "message": message, "facts": {"request_id": request_id}, "findings": []})


#: What the framework and the sign-in library say without raising, and without words.
_BARE = {400: "request.unreadable", 405: "method_not_allowed"}


def one_shape(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer in the one shape also what is refused without words, such as a method that an address does not take."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        code = _BARE.get(response.status_code)
        if code is None or response.get("Content-Type") == "application/json":
            return response
        refused = _refuse(request, response.status_code, code)
        if response.has_header("Allow"):
            refused["Allow"] = response["Allow"]
        return refused

    return answered


def same_person(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse what a page asks for one person in the session of another: nothing is read, written or signed out by it.

    Two windows of a browser have one session. Programs say nothing of whom they stand for and are asked nothing.
    """

    def answered(request: HttpRequest) -> HttpResponse:
        stands_for = unquote(request.headers.get(STANDS_FOR, ""))
        asks = stands_for and request.path_info.startswith(INTERFACE) and request.user.is_authenticated
        if asks and request.user.get_username() != stands_for:
            return on_expected(request, OtherPerson())
        return get_response(request)

    return answered


def of_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse a body that is no JSON before the sign-in library reads it; what it holds, the library looks at."""

    @functools.wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            if request.body:
                JsonParser().parse_body(request)
        except (BadNumber, RecursionError, ValueError):
            return _refuse(request, 400, "request.unreadable")
        except BadText:
            pass
        return view(request)

    return answered


def sign_in_changed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a changing request outside the routes that has no token of this browser."""
    return _refuse(request, 403, "sign_in_changed")


def outside_fault(request: HttpRequest) -> HttpResponse:
    """Answer what failed before or after a route (the session, the pages) as a route would."""
    fault: Any = sys.exc_info()[1]
    return api.on_exception(request, fault)


def outside_refusal(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the framework refused before or after a route as a route would."""
    return api.on_exception(request, exception)
