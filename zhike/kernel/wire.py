"""The shapes that every room's HTTP interface shares: words, values of records, findings, the one error."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, NotRequired, TypeVar, cast

from pydantic import BaseModel, ConfigDict, SkipValidation, with_config
from typing_extensions import TypeAliasType, TypedDict

View = TypeVar("View", bound=Callable[..., Any])
Scalar = str | int | float | bool | None
Fact = TypeAliasType("Fact", Scalar | list[Scalar])
Status = Literal["done", "attention", "late", "refused", "plain", "waiting", "up", "down"]


class RequestBody(BaseModel):
    """What a route takes: a key that nothing reads is refused, so that no part of a question is lost silently."""

    model_config = ConfigDict(extra="forbid")


#: The same for parts of a body.
_closed = with_config(ConfigDict(extra="forbid"))


class Labels(TypedDict):
    """One text in both languages."""

    zh: str
    en: str


class MoneyValue(TypedDict):
    """An amount as decimal text, and its currency."""

    amount: str | None
    currency: str


class ReferenceValue(TypedDict):
    """Another record as it is shown."""

    uid: str
    display: str
    object: str


#: The value of a record's field: decimals, dates and instants are text.
WireValue = TypeAliasType("WireValue", "Scalar | MoneyValue | ReferenceValue | list[WireValue]")


@_closed
class MoneyIn(TypedDict):
    """An amount somebody enters; without a currency it is in CNY."""

    amount: str | int | float | None
    currency: NotRequired[str]


@_closed
class ReferenceIn(TypedDict):
    """A record somebody chose, as it was shown; its uid alone says the same."""

    uid: str
    display: NotRequired[str]
    object: NotRequired[str]


#: A field's value as somebody enters it.
WireInput = TypeAliasType("WireInput", Scalar | MoneyIn | ReferenceIn | list[str])


class Option(TypedDict):
    """One value of a choice; `status` colors it."""

    key: str
    labels: Labels
    status: str | None


class Party(TypedDict):
    """A customer by name."""

    uid: uuid.UUID
    display: str


class Named(TypedDict):
    """Something with a name."""

    uid: uuid.UUID
    name: str


class Finding(TypedDict):
    """One fault among several: a stable code, a sentence, and where it is: in a `field`, or in several together."""

    code: str
    message: str
    message_en: NotRequired[str]
    field: NotRequired[str]
    fields: NotRequired[list[str]]
    path: NotRequired[str | None]
    position: NotRequired[int]
    facts: NotRequired[Mapping[str, Fact]]


class Failure(TypedDict):
    """Why a run or a load failed, as it was written down then."""

    code: str
    message: str
    message_en: NotRequired[str]
    facts: NotRequired[Mapping[str, Fact]]
    findings: NotRequired[list[Finding]]


class ErrorOut(TypedDict):
    """Every answer that is not a success: a stable code, a sentence, facts, the single faults."""

    code: str
    message: str
    facts: Mapping[str, Fact]
    findings: list[Finding]


#: What any route may answer instead of a success.
ERRORS: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "The caller lacks the right",
    404: "There is no such thing, or the caller may not see it",
    409: "Something changed meanwhile, or its state does not allow this",
    413: "The request is too large",
    422: "The input breaks rules; each finding names one",
    429: "Too many tries; later again",
    500: "A fault of the server",
    502: "A system that the server asked did not answer",
    503: "Something this needs is not there now; trying again later helps",
}


def responds(answer: Any, status: int = 200) -> dict[int, Any]:
    """Return what a route declares: its answer under the one status it has when it succeeds; None for no content.

    An answer is declared, not checked again: a page of records is too hot for it. Tests take every difference between
    an answer and its declaration as a fault.
    """
    annotated: Any = Annotated
    unchecked: Any = SkipValidation
    return {status: None if answer is None else annotated[answer, unchecked()]}


def reading(view: View) -> View:
    """Mark a route that reads although its question needs a body: it answers from one state, as every GET does."""
    view.only_reads = True  # type: ignore[attr-defined]
    return view


def only_reads(view: Callable[..., Any]) -> bool:
    """Return whether a route is marked as `reading`."""
    return getattr(view, "only_reads", False)


def takes_file(operation: str) -> Callable[[View], View]:
    """Mark a route that a file is sent to with the operation it needs: asked for before anything of the file is read."""

    def marked(view: View) -> View:
        route: Any = view
        route.takes_file = operation
        return view

    return marked


def file_operation(view: Callable[..., Any]) -> str:
    """Return the operation of a route that is marked as `takes_file`, or ""."""
    return getattr(view, "takes_file", "")


def file_answer(*media: str) -> dict[str, Any]:
    """Return what a route declares that answers with a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media}
    return {"responses": {200: {"description": "The file", "content": content}}}


def labels(given: Mapping[str, str]) -> Labels:
    """Return a text in both languages as the interface gives it."""
    return {"zh": given["zh"], "en": given["en"]}


def option(key: str, words: Mapping[str, str], status: str = "") -> Option:
    """Return one value of a choice as the interface gives it."""
    return {"key": key, "labels": labels(words), "status": status or None}


def moment_text(value: date | None) -> str | None:
    """Return a day or an instant as text, an instant of UTC with a Z."""
    return value.isoformat().replace("+00:00", "Z") if value else None


def facts(given: Mapping[str, object]) -> dict[str, Fact]:
    """Return facts as the interface gives them: scalars and lists of scalars, everything else as text."""
    return {key: _fact(value) for key, value in given.items()}


def finding(given: Mapping[str, object], lang: str = "") -> Finding:
    """Return a finding as the interface gives it, its sentence in `lang`, or in both languages without one."""
    known: dict[str, Any] = {key: given[key] for key in Finding.__annotations__ if key in given}
    if "facts" in known:
        known["facts"] = facts(known["facts"])
    if lang:
        english = known.pop("message_en", None)
        known["message"] = english if lang == "en" and english else known["message"]
    return cast(Finding, known)


def findings(given: Sequence[Mapping[str, object]], lang: str = "") -> list[Finding]:
    """Return findings as the interface gives them."""
    return [finding(one, lang) for one in given]


def failure(given: Mapping[str, object] | None) -> Failure | None:
    """Return a failure that was written down, as the interface gives it."""
    if not given:
        return None
    known: dict[str, Any] = {key: given[key] for key in ("code", "message", "message_en") if key in given}
    if "facts" in given:
        known["facts"] = facts(cast(Mapping[str, object], given["facts"]))
    if "findings" in given:
        known["findings"] = findings(cast(Sequence[Mapping[str, object]], given["findings"]))
    return cast(Failure, known)


def _fact(value: object) -> Fact:
    if isinstance(value, list | tuple | set | frozenset):
        return [_scalar(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, date):
        return moment_text(value)
    return str(value)
