"""Checking definitions: every fault at once, each with its place and a sentence that says what exists."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from zhike.kernel import definitions
from zhike.kernel.definition_parts import Definition, Place, keys_at, references
from zhike.kernel.definitions import Body, Finding, Kind, Snapshot
from zhike.kernel.errors import ZhikeError

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("definition.missing_key", "`{last}` is missing"),
    "string_type": (
        "definition.wrong_type",
        "`{last}` is a text; it is {given} (a number or word of YAML goes in quotes)",
    ),
    "bool_type": ("definition.wrong_type", "`{last}` is true or false; it is {given}"),
    "tuple_type": ("definition.wrong_type", "`{last}` is a list; it is {given}"),
    "mapping_type": ("definition.wrong_type", "`{last}` is a mapping; it is {given}"),
    "dict_type": ("definition.wrong_type", "`{last}` is a mapping; it is {given}"),
    "model_type": ("definition.wrong_type", "`{last}` is a mapping; it is {given}"),
    "dataclass_type": ("definition.wrong_type", "`{last}` is a mapping; it is {given}"),
    "int_type": ("definition.wrong_type", "`{last}` is a whole number; it is {given}"),
    "literal_error": ("definition.unknown_value", "`{last}` is one of: {expected}; it is {given}"),
    "union_tag_invalid": ("definition.unknown_value", "there is no {given_tag}; there are: {expected_tags}"),
    "string_pattern_mismatch": ("definition.malformed", "`{last}` is {given}; it must look like {pattern}"),
}
_UNKNOWN_KEYS = ("extra_forbidden", "unexpected_keyword_argument")


def parsed(body: object, kind: Kind[Any]) -> tuple[Definition | None, list[Finding]]:
    """Return the definition that a body describes, and what is wrong with it.

    A body whose only faults are keys nobody knows is still read without them, so that its other faults are found, too.
    """
    if unstorable := list(_unstorable(body)):
        return None, unstorable
    try:
        return kind.model.model_validate(body), []
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=True)
    findings = [_finding(fault, kind) for fault in faults if not _only_its_parts(fault, faults)]
    if any(fault["type"] not in _UNKNOWN_KEYS for fault in faults):
        return None, findings
    try:
        return kind.model.model_validate(_without(body, {tuple(fault["loc"]) for fault in faults})), findings
    except ValidationError:
        return None, findings


def _unstorable(node: object, place: Place = ()) -> Iterator[Finding]:
    """Yield the texts that no database keeps: with a NUL, or with half of a sign."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _unstorable(value, (*place, str(key)))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _unstorable(value, (*place, number))
    elif isinstance(node, str) and any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in node):
        yield Finding("definition.malformed", "holds a sign that no text may hold (NUL or half a sign)", place)


def _only_its_parts(fault: ErrorDetails, faults: Sequence[ErrorDetails]) -> bool:
    """Whether a list is called too short only because the faulty items in it do not count."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in faults
    )


def _without(node: object, places: set[Place], here: Place = ()) -> object:
    if isinstance(node, dict):
        return {
            key: _without(value, places, (*here, key))
            for key, value in node.items()
            if not any(place[-1] == key and _leads(here, place[:-1]) for place in places)
        }
    if isinstance(node, list):
        return [_without(value, places, (*here, number)) for number, value in enumerate(node)]
    return node


def _leads(here: Place, place: Place) -> bool:
    """Whether `place` is `here`, but for the tags that name a choice of a union."""
    rest = iter(place)
    return all(part in rest for part in here) and len(place) - len(here) <= 2


def check(
    everything: Snapshot, wanted: Iterable[Definition], absent: Collection[tuple[str, str]] = ()
) -> list[tuple[Definition, Finding]]:
    """Return what is wrong with the `wanted` definitions beside all the others.

    `absent` are (kind, key) of definitions with faults of their own: who names them is not to blame.
    """
    found = []
    for definition in wanted:
        kind = definitions.kind_named(definition.kind)
        if kind is None:
            continue
        found += [(definition, finding) for finding in _check_one(definition, kind, everything, absent)]
    return found


def uses_of(definition: Definition, everything: Snapshot) -> set[tuple[str, str]]:
    """Return the (kind, key) of every definition that this one uses."""
    kind = definitions.kind_named(definition.kind)
    named = {(reference.kind, reference.key) for reference in references(definition)}
    if kind is not None:
        named |= set(kind.uses(definition, everything))
    return named - {(definition.kind, definition.key)}


def _check_one(
    definition: Definition, kind: Kind[Any], everything: Snapshot, absent: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    broken = list(_broken_references(definition, everything, absent))
    yield from broken
    try:
        yield from kind.check(definition, everything)
    except (ZhikeError, LookupError) as error:
        # What a check needs may be the very thing that is missing; that is said already, or here.
        if not broken and not absent:
            yield Finding("definition.broken", f"cannot be checked: {error}")


def _broken_references(
    definition: Definition, everything: Snapshot, absent: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    for reference in references(definition):
        known = everything.named(reference.kind)
        if reference.key not in known and (reference.kind, reference.key) not in absent:
            yield unknown(reference.kind, reference.key, known, reference.place)


def unknown(
    what: str, key: str, known: Iterable[str], where: Place, code: str = "definition.unknown_reference"
) -> Finding:
    """Return the finding about a name that nothing has, with what exists and what was probably meant."""
    has = sorted(known)
    return Finding(code, f"there is no {what} '{key}'; there {_listed(has)}{_meant(key, has)}", where)


def _listed(has: Sequence[str]) -> str:
    if not has:
        return "are none"
    more = f" and {len(has) - 40} more" if len(has) > 40 else ""
    return f"{'is' if len(has) == 1 else 'are'}: {', '.join(has[:40])}{more}"


def _meant(key: str, has: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, has, n=1, cutoff=0.75)
    return f". Did you mean '{near[0]}'?" if near else ""


def _finding(fault: ErrorDetails, kind: Kind[Any]) -> Finding:
    place: Place = tuple(fault["loc"])
    last = next((str(part) for part in reversed(place) if isinstance(part, str)), kind.name)
    context = fault.get("ctx", {})
    if fault["type"] == "union_tag_invalid":
        place = (*place, str(context.get("discriminator", "")).strip("'"))
    if fault["type"] in _UNKNOWN_KEYS:
        return unknown("key", str(place[-1]), _keys(kind.model, place[:-1]), place, "definition.unknown_key")
    if fault["type"] == "value_error":
        return Finding("definition.malformed", f"`{last}`: {context.get('error', fault['msg'])}", place)
    code, sentence = _SENTENCES.get(
        fault["type"], ("definition.malformed", "`{last}`: " + fault["msg"].replace("{", "("))
    )
    facts = {
        "last": last,
        "given": _given(fault["input"]),
        "expected": context.get("expected", ""),
        "expected_tags": str(context.get("expected_tags", "")).replace("'", ""),
        "given_tag": f"{str(context.get('discriminator', '')).strip(chr(39))} '{context.get('tag', '')}'",
        "pattern": context.get("pattern", ""),
    }
    return Finding(code, sentence.format(**facts), place)


def _keys(model: type[Definition], place: Place) -> tuple[str, ...]:
    return tuple(keys_at(model, place))


def _given(value: object) -> str:
    shown = (
        repr(value) if not isinstance(value, dict | list) else ("a mapping" if isinstance(value, dict) else "a list")
    )
    return shown if len(shown) <= 60 else shown[:57] + "…"


def kind_of(body: Body) -> tuple[Kind[Any] | None, list[Finding]]:
    """Return the kind that a body says it is, or that there is none."""
    name = str(body.get("kind", ""))
    kind = definitions.kind_named(name)
    if kind is None:
        where: Place = ("kind",) if "kind" in body else ()
        return None, [
            unknown("kind", name, [one.name for one in definitions.kinds()], where, "definition.unknown_kind")
        ]
    return kind, []
