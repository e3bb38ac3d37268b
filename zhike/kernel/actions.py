"""What can be done, by name ("work.give", "channel.send"): the way from a lower room to a higher one.

A room registers its actions when the application starts; a step of a process, a button, an approval and another room
ask for the same list. An action has typed parameters and an operation that whoever asks must hold. One asked for with
an idempotency key is done once: asked again, it answers what it answered then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.db import connection, transaction
from pydantic import ValidationError

from zhike.kernel import clock, definition_wording
from zhike.kernel.definition_parts import Labels, Part
from zhike.kernel.errors import Invalid, ZhikeError
from zhike.kernel.models import DoneAction

Params = TypeVar("Params", bound=Part)
Answer = Mapping[str, object]


class Actor(Protocol):
    """Whoever asks for an action; rights are a matter of a higher room."""

    @property
    def actor(self) -> str:
        """How the journal names it."""


@dataclass(frozen=True, slots=True)
class Action(Generic[Params]):
    """Something that can be done with parameters of one type, in the asker's transaction.

    `operation` says which right the asker must hold for given parameters. `do` gets them and the asker; it answers
    plain JSON values, or nothing.
    """

    key: str
    labels: Labels
    params: type[Params]
    operation: Callable[[Params], str]
    do: Callable[[Params, Any], Answer | None]


class UnknownAction(ZhikeError):
    """There is no such action."""

    code = "action.unknown"
    status = 422
    zh = "没有动作“{action}”。现有：{has}"
    en = "There is no action '{action}'. There are: {has}"


_actions: dict[str, Action[Any]] = {}
_guards: list[Callable[[Any, str], None]] = []


def register(action: Action[Any]) -> None:
    """Offer an action; called by the owning room when the application starts."""
    _actions[action.key] = action


def guard_with(require: Callable[[Any, str], None]) -> None:
    """Have `require(asker, operation)` raise for an asker without the right, before anything is done."""
    _guards[:] = [require]


def named(key: str) -> Action[Any]:
    """Return one action. Raises UnknownAction."""
    if key not in _actions:
        raise UnknownAction(action=key, has=sorted(_actions))
    return _actions[key]


def checked(key: str, params: Mapping[str, object]) -> Part:
    """Return parameters as the action takes them. Raises UnknownAction, Invalid with every fault."""
    action = named(key)
    try:
        given: Part = action.params.model_validate(params)
    except ValidationError as error:
        raise Invalid(findings=[_finding(found, action.params) for found in error.errors()]) from None
    return given


def run(key: str, params: Part | Mapping[str, object], *, asker: Actor, once: str = "") -> Answer:
    """Do an action and return what it answers, in the caller's transaction or one of its own.

    With `once`, an idempotency key of the asker's, it is done one time: whoever asks again, or at the same moment, gets
    the first answer. Raises UnknownAction, Invalid, whatever the guard raises without the right, and what the action
    raises; then nothing is done and the key is free.
    """
    action = named(key)
    given = params if isinstance(params, action.params) else checked(key, _plain(params))
    for require in _guards:
        require(asker, action.operation(given))
    with transaction.atomic():
        if not once:
            return action.do(given, asker) or {}
        if not _claimed(key, once, asker):
            return dict(DoneAction.objects.get(action=key, once=once).answer)
        answer = _plain(action.do(given, asker) or {})
        DoneAction.objects.filter(action=key, once=once).update(answer=answer)
        return answer


def _claimed(key: str, once: str, asker: Actor) -> bool:
    """Take the key; whoever took it first is awaited, and done once it has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into kernel_doneaction (action, once, actor, at, answer) values (%s, %s, %s, %s, '{}')"
            " on conflict do nothing",
            [key, once, asker.actor, clock.now()],
        )
        return bool(cursor.rowcount)


def _finding(found: Any, params: type[Part]) -> dict[str, object]:
    said = definition_wording.fault(found, tuple(found["loc"]), params.model_fields)
    where = ".".join(map(str, said.where))
    return {"code": said.code, "message": said.said.zh, "message_en": said.said.en, "field": where}


def _plain(value: object) -> dict[str, object]:
    """What a JSON column holds of it."""
    given = value.model_dump(mode="json") if isinstance(value, Part) else value
    plain: dict[str, object] = json.loads(json.dumps(given, default=_scalar))
    return plain


def _scalar(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)
