"""For the days of the change to typed definitions: kinds whose room has no model yet. Goes with the last of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import ConfigDict, create_model

from zhike.kernel.definition_parts import Definition
from zhike.kernel.definitions import Change, Finding, Kind, Snapshot


class _Loose(Definition):
    model_config = ConfigDict(extra="allow", frozen=True)


def body_of(definition: Any) -> Mapping[str, Any] | None:
    if definition is None or isinstance(definition, Mapping):
        return definition
    return definition.model_dump(mode="json", by_alias=True, exclude_unset=True)


def loose_kind(
    name: str,
    order: int,
    check: Callable[..., Any] | None = None,
    classify: Callable[..., Any] | None = None,
    applied: Callable[..., Any] | None = None,
    base: Any = None,
) -> Kind[Any]:
    bases = (base, _Loose) if base else (_Loose,)
    model: Any = create_model(f"Loose_{name}", __base__=bases, kind=(Literal[name], ...))  # type: ignore

    def loosely(change: Change) -> Change:
        return replace(change, before=body_of(change.before), after=body_of(change.after))  # type: ignore

    def check_loosely(definition: Any, everything: Snapshot) -> list[Finding]:
        body = body_of(definition)
        if found := list(_untranslated(body)):
            return found
        found = check(body, everything) if check else []
        return [replace(f, where=_place(body, f.where)) for f in found]

    def classify_loosely(change: Change, everything: Snapshot) -> Change:
        if classify is None:
            return change
        made = classify(loosely(change), everything)
        return replace(made, before=change.before, after=change.after)

    def applied_loosely(changes: Sequence[Change]) -> None:
        if applied is not None:
            applied([loosely(change) for change in changes])

    return Kind(model, order, check=check_loosely, classify=classify_loosely, applied=applied_loosely)


def _untranslated(part: object, place: tuple[Any, ...] = ()) -> Any:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "labels" and not (
                isinstance(value, dict) and set(value) == {"zh", "en"} and None not in value.values()
            ):
                message = f"`labels` needs zh and en and nothing else; it is {value}"
                yield Finding("definition.unknown_key", message, (*place, name))
            else:
                yield from _untranslated(value, (*place, name))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _untranslated(value, (*place, number))


def _place(body: Any, where: Any) -> tuple[Any, ...]:
    if not isinstance(where, str) or not where:
        return ()
    found: list[Any] = []
    node = body
    for part in where.split("."):
        name, _, index = part.partition("[")
        if isinstance(node, list):
            number = next((n for n, item in enumerate(node) if item.get("key") == name), 0)
            found.append(number)
            node = node[number]
            continue
        found.append(name)
        node = node.get(name, {}) if isinstance(node, dict) else {}
        if index and isinstance(node, list):
            found.append(int(index.rstrip("]")))
            node = node[found[-1]]
    return tuple(found)
