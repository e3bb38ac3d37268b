"""What the work interface takes and gives."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from zhike.expressions.wire import StoredExpression
from zhike.kernel import clock
from zhike.kernel.errors import ZhikeError
from zhike.kernel.visible import LINE, PROSE
from zhike.kernel.wire import Finding, Labels, RequestBody, WireValue, labels
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import Record, RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal
from zhike.platform.records.wire import FieldOut, form_field_out
from zhike.platform.work import api, origins
from zhike.platform.work.logic import proposals
from zhike.platform.work.types import Act, Work, WorkCounts, WorkKind

WorkState = Literal["open", "done", "cancelled"]


class CompletionIn(RequestBody):
    """How a work item ended, and what its kind's form asks for."""

    result: str
    note: Annotated[str, Field(max_length=4000), PROSE] = ""
    form: dict[str, object] = {}
    revision: int


class HandIn(RequestBody):
    """To whom work goes (employee number), and why; with the `revision` that was seen, only if it is still that."""

    to: str = Field(min_length=1)
    reason: Annotated[str, Field(max_length=500), PROSE] = ""
    revision: int | None = None


class ReassignIn(RequestBody):
    """Which pieces of work go to whom (employee number), and why."""

    uids: list[uuid.UUID] = Field(min_length=1, max_length=200)
    to: str = Field(min_length=1)
    reason: Annotated[str, Field(min_length=1, max_length=500), PROSE]


class ReasonGivenIn(RequestBody):
    """Why something is done."""

    reason: Annotated[str, Field(min_length=1, max_length=500), PROSE]


class CommentIn(RequestBody):
    """What somebody says about a piece of work."""

    text: Annotated[str, Field(min_length=1, max_length=4000), PROSE]


class AboutIn(RequestBody):
    """The record that new work is about."""

    object: str
    uid: uuid.UUID


class NewWorkIn(RequestBody):
    """One piece of work for a colleague, or for oneself."""

    kind: str
    subject: Annotated[str, Field(max_length=200), LINE]
    script: Annotated[str, Field(max_length=4000), PROSE] = ""
    assignee: str = ""
    about: AboutIn | None = None
    due_at: AwareDatetime | None = None


class PersonOut(TypedDict):
    """Somebody by employee number; `uid` is that number."""

    uid: str
    name: str


class AboutOut(TypedDict):
    """The record that work is about, and its page."""

    object: str
    uid: uuid.UUID
    display: str
    path: str


class OriginOut(TypedDict):
    """What the work came from; no path for somebody who may not see it."""

    kind: str
    uid: uuid.UUID
    title: str
    path: str


class ResultOut(TypedDict):
    """One way in which the work can end; with a `reason`, not without a note."""

    key: str
    labels: Labels
    positive: bool
    reason: bool


class WorkOut(TypedDict):
    """One piece of work; `path` is the page on which it is done, `outcome` what that did which it was asked for."""

    uid: uuid.UUID
    kind: str
    kind_labels: Labels
    path: str
    subject: str
    script: str
    due_at: datetime | None
    paused: bool
    state: WorkState
    about: AboutOut | None
    overdue: bool
    left_minutes: int | None
    assignee: PersonOut | None
    asked_by: PersonOut | None
    delegated_by: PersonOut | None
    origin: OriginOut | None
    results: list[ResultOut]
    result: str | None
    note: str
    outcome: dict[str, str]
    done_by: PersonOut | None
    done_at: datetime | None
    created_at: datetime
    may: list[Act]
    revision: int


class RemarkOut(TypedDict):
    """What somebody said about a piece of work, or did with it and why (`act`), then to whom it went."""

    by: PersonOut | None
    at: datetime
    text: str
    act: Act | None
    to: PersonOut | None


class PauseOut(TypedDict):
    """Since when a clock rests, by whom and why."""

    at: datetime
    by: PersonOut
    reason: str


class ProposedOut(TypedDict):
    """What the `fields` of a record should be, beside what they are, as its page shows them to the reader."""

    object: str
    uid: uuid.UUID
    fields: list[str]
    now: Mapping[str, WireValue]
    proposed: Mapping[str, WireValue]
    refused: list[str]


class UnmaskProposedIn(RequestBody):
    """Which proposed value to see in clear, and why."""

    field: str
    reason: str


class ProposedValueOut(TypedDict):
    """One proposed value in clear."""

    field: str
    value: WireValue


class WorkDetailOut(WorkOut):
    """One piece of work with what is filled in, what was said, why its clock rests, and what to know before it is done.

    Of work that `decides` whether something is done the note is an opinion about it.
    """

    decides: bool
    pause: PauseOut | None
    form: list[FieldOut]
    filled: dict[str, object]
    proposed: ProposedOut | None
    comments: list[RemarkOut]
    notices: list[Labels]


class WorkCountsOut(TypedDict):
    """How much work there is by state; `free` may be taken, `shown` is what the list asks for."""

    open: int
    overdue: int
    due_today: int
    done: int
    free: int
    shown: int


class WorkKindOut(TypedDict):
    """A kind of work by name; such work `by_hand` people give to each other."""

    key: str
    labels: Labels
    by_hand: bool


class WorkPageOut(TypedDict):
    """A page of a list of work."""

    items: list[WorkOut]
    next_cursor: str | None
    counts: WorkCountsOut
    kinds: list[WorkKindOut]


class NotReassignedOut(Finding):
    """Why one piece of work stayed where it was."""

    uid: uuid.UUID


class ReassignedOut(TypedDict):
    """How many pieces of work somebody has now, who that is, and which stayed where they were."""

    given: int
    to: PersonOut
    refused: list[NotReassignedOut]


class ColleaguesOut(TypedDict):
    """People to whom work can be given."""

    items: list[PersonOut]


class WorkData(TypedDict):
    """What the block kind `work` shows: some items, how many there are and where; where more is given, for whoever may."""

    items: list[WorkOut]
    total: int
    path: str
    create: str | None


def page_out(items: Sequence[Work], more: str | None, totals: WorkCounts, principal: Principal) -> WorkPageOut:
    """Return a page of a list of work as the interface gives it."""
    return {
        "items": present(items, principal),
        "next_cursor": more,
        "counts": {
            "open": totals.open,
            "overdue": totals.overdue,
            "due_today": totals.due_today,
            "done": totals.done,
            "free": totals.free,
            "shown": totals.shown,
        },
        "kinds": [
            {"key": key, "labels": labels(kind.labels), "by_hand": kind.by_hand} for key, kind in api.kinds().items()
        ],
    }


def reassigned_out(found: Mapping[uuid.UUID, ZhikeError | None], to: str) -> ReassignedOut:
    """Return what became of work that was to be reassigned as the interface gives it."""
    refused: list[NotReassignedOut] = [
        {"uid": uid, "code": error.code, "message": error.message("zh"), "message_en": error.message("en")}
        for uid, error in found.items()
        if error
    ]
    return {"given": len(found) - len(refused), "to": _person(to, organization.user_names([to])), "refused": refused}


def detail_out(item: Work, principal: Principal) -> WorkDetailOut:
    """Return one piece of work as its page shows it."""
    kind = api.kinds().get(item.kind)
    said = api.comments(item.uid, principal=principal)
    people = {number for remark in said for number in (remark.by, remark.to)}
    names = _names(people | {item.paused_by}, principal)
    shown = present([item], principal)[0]
    return {
        **shown,
        "decides": kind is not None and bool(kind.acts),
        "pause": {"at": item.paused_at, "by": _person(item.paused_by, names), "reason": item.paused_why}
        if item.paused_at
        else None,
        "form": [form_field_out(field) for field in kind.form] if kind else [],
        "filled": dict(item.form),
        "proposed": _proposed(item, principal),
        "comments": [
            {
                "by": _person(remark.by, names) if remark.by else None,
                "at": remark.at,
                "text": remark.text,
                "act": remark.act,
                "to": _person(remark.to, names) if remark.to else None,
            }
            for remark in said
        ],
        "notices": [labels(notice) for notice in _notices(item, shown, principal)],
    }


def _proposed(item: Work, principal: Principal) -> ProposedOut | None:
    found = proposals.of(item, principal)
    if found is None:
        return None
    # Presenting has made them plain.
    now, then = ({key: cast(WireValue, one.values.get(key)) for key in found.fields} for one in (found.now, found.then))
    return {
        "object": found.object,
        "uid": found.now.uid,
        "fields": list(found.fields),
        "now": now,
        "proposed": then,
        "refused": [key for key in found.fields if key in found.now.refused],
    }


def _notices(item: Work, shown: WorkOut, principal: Principal) -> Sequence[Mapping[str, str]]:
    """What to know before the work is done; nothing about a record that its viewer does not see."""
    hidden = item.record_id is not None and shown["about"] is None
    return () if hidden else origins.notices(item, principal=principal)


def _origin(item: Work, principal: Principal) -> OriginOut | None:
    """What the work came from, where that is something else; without a path for somebody who may not see it."""
    if not item.origin_title:
        return None
    part = parts.registered().get(item.origin_kind)
    readable = part is not None and part.path and permissions.allowed(principal, f"{part.key}.read")
    path = f"{part.path}/{item.origin_uid}" if part and readable else ""
    return {"kind": item.origin_kind, "uid": item.origin_uid, "title": item.origin_title, "path": path}


def _names(numbers: set[str], principal: Principal) -> dict[str, str]:
    """The names of employees as users, or as records for those who never sign in."""
    names = organization.user_names(numbers - {""})
    missing, employee = sorted(numbers - set(names) - {""}), catalogue.object_with_role("employee").key
    readable = permissions.allowed(principal, f"{employee}.read")
    if missing and readable and catalogue.may_ask(employee, "employee_no", principal=principal):
        wanted: list[StoredExpression] = [{"value": number, "type": "text"} for number in missing]
        condition: StoredExpression = {"op": "in", "left": {"field": "employee_no"}, "right": wanted}
        query = RecordQuery(employee, condition=condition, sort=(("id", "asc"),), columns=("employee_no",), limit=200)
        found = objects.page(query, principal=principal).rows
        names |= {str(row.values["employee_no"]): row.display for row in found}
    return names


def present(items: Sequence[Work], principal: Principal) -> list[WorkOut]:
    """Return work items as screens show them; a record the viewer may no longer see has no name."""
    people = {number for item in items for number in (item.assignee, item.asked_by, item.delegated_by, item.done_by)}
    names, about, kinds = _names(people, principal), _about(items, principal), api.kinds()
    return [
        _work_out(item, kinds.get(item.kind), names, about.get((item.object, item.record_id or 0)), principal)
        for item in items
    ]


def _work_out(
    item: Work, kind: WorkKind | None, names: Mapping[str, str], about: AboutOut | None, principal: Principal
) -> WorkOut:
    now = clock.now()
    runs = item.due_at is not None and item.paused_at is None
    return {
        "uid": item.uid,
        "kind": item.kind,
        "kind_labels": labels(kind.labels) if kind else {"zh": item.kind, "en": item.kind},
        "path": (kind.path if kind else "/work/{uid}").format(uid=item.uid),
        "subject": item.subject,
        "script": item.script,
        "due_at": item.due_at,
        "paused": item.paused_at is not None,
        "state": cast(WorkState, item.state),
        "about": about,
        "overdue": bool(item.state == "open" and runs and item.due_at and item.due_at < now),
        "left_minutes": int((item.due_at - now).total_seconds() // 60) if item.due_at and runs else None,
        "assignee": _person(item.assignee, names) if item.assignee else None,
        "asked_by": _person(item.asked_by, names) if item.asked_by else None,
        "delegated_by": _person(item.delegated_by, names) if item.delegated_by else None,
        "origin": _origin(item, principal),
        "results": [
            {"key": code.key, "labels": labels(code.labels), "positive": code.positive, "reason": code.reason}
            for code in item.results
        ],
        "result": item.result or None,
        "note": item.note,
        "outcome": {key: str(value) for key, value in item.outcome.items()},
        "done_by": _person(item.done_by, names) if item.done_by else None,
        "done_at": item.done_at,
        "created_at": item.created_at,
        "may": list(item.may),
        "revision": item.revision,
    }


def _person(number: str, names: Mapping[str, str]) -> PersonOut:
    return {"uid": number, "name": names.get(number, number)}


def _about(items: Sequence[Work], principal: Principal) -> dict[tuple[str, int], AboutOut]:
    """The records that work is about, one query an object."""
    wanted: dict[str, list[int]] = {}
    for item in items:
        if item.object and item.record_id is not None and permissions.allowed(principal, f"{item.object}.read"):
            wanted.setdefault(item.object, []).append(item.record_id)
    return {
        (object, record_id): _about_out(object, record)
        for object, ids in wanted.items()
        for record_id, record in objects.records_by_id(object, ids, principal=principal).items()
    }


def _about_out(object: str, record: Record) -> AboutOut:
    path = f"/records/{object}/{record.uid}"
    return {"object": object, "uid": record.uid, "display": record.display, "path": path}
