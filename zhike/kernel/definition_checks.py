"""Checking definitions beside each other: every fault at once, each with its place and a sentence that says what exists.

What could not be read hides no fault of the rest, and nobody is blamed for it: where a name is missing that stands in
something unread, that may be where it is defined, and nothing is said.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from zhike.kernel import definition_reading, definitions
from zhike.kernel import definition_wording as wording
from zhike.kernel.definition_parts import Definition, Labels, Place, Unread, references
from zhike.kernel.definition_reading import Reading, View
from zhike.kernel.definition_wording import unknown
from zhike.kernel.definitions import Body, Finding, Kind, Snapshot
from zhike.kernel.errors import ZhikeError

T = TypeVar("T")
_log = logging.getLogger(__name__)
#: A kind and a key: what a definition is known by.
Name = tuple[str, str]
#: The text of a file that could not be read, None for one that did not even give its text.
UnreadText = str | None


def parsed(body: Body, kind: Kind[Any]) -> tuple[Definition | None, list[Finding]]:
    """Return the definition that a body describes, and what is wrong with it.

    A body whose only faults are keys nobody knows is still read without them.
    """
    reading = definition_reading.read(body, kind, guess=False)
    only_strange = all(finding.code == "definition.unknown_key" for finding in reading.findings)
    return reading.value if only_strange else None, list(reading.findings)


def check(
    everything: Snapshot, wanted: Mapping[Name, Reading], unread: Sequence[UnreadText] = ()
) -> Iterator[tuple[Name, Finding]]:
    """Yield what is wrong with the `wanted` definitions beside all the others.

    `unread` are the texts of files that could not be read at all.
    """
    nameless = {kind for (kind, _key), reading in wanted.items() if "key" not in vars(reading.views[0].value)}
    hidden = {name: _hidden(reading) for name, reading in wanted.items()}
    for name, reading in wanted.items():
        kind = definitions.kind_named(name[0])
        if kind is None:
            continue
        elsewhere = [*unread, *(text for other, texts in hidden.items() if other != name for text in texts)]
        found = [*_references(reading, everything, nameless)]
        own_lost = reading.lost or reading.value is None
        found += _check_one(reading, kind, everything, certain=not (elsewhere or own_lost or found))
        for finding in found:
            # Where a name is blamed it is not defined, so what stands there in a lost part tells nothing.
            own = [_words(reading, place, finding.where) for place in _lost(reading)] if finding.missing else []
            if not any(may_hold(text, missing) for missing in finding.missing for text in (*elsewhere, *own)):
                yield name, finding


def _lost(reading: Reading) -> Iterable[Place]:
    """The places that nobody sees: the whole definition, where it has no value."""
    return [()] if reading.value is None else reading.lost


def _hidden(reading: Reading) -> list[str]:
    """Return what others cannot see of a definition: what could not be read, all of it where nothing has a value."""
    if reading.value is None:
        return [_words(reading)]
    return [_words(reading, place) for place in reading.lost]


def each(*checks: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what several checks find, each by itself: one that needs what could not be read says nothing."""
    failed: ZhikeError | LookupError | None = None
    for found in checks:
        try:
            yield from found
        except Unread:
            continue
        except (ZhikeError, LookupError) as error:
            failed = failed or error
    if failed is not None:
        raise failed


def meant(key: str, known: Mapping[str, T]) -> T | None:
    """Return what has that name, else what nearly has it: so that a slip in a name hides no fault of what depends on it.

    What is said by such a guess is put through `guessed`.
    """
    near = key if key in known else wording.nearest(key, list(known), surely=True)
    return known[near] if near else None


def guessed(key: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings that hold only if nothing is called `key`: not while that stands in something unread."""
    for finding in found:
        yield replace(finding, missing=(*finding.missing, key))


def uses_of(definition: Definition, everything: Snapshot) -> set[Name]:
    """Return the (kind, key) of every definition that this one uses."""
    kind = definitions.kind_named(definition.kind)
    named = {(reference.kind, reference.key) for reference in references(definition)}
    if kind is not None:
        named |= set(kind.uses(definition, everything))
    return named - {(definition.kind, definition.key)}


def kind_of(body: Body) -> tuple[Kind[Any] | None, list[Finding]]:
    """Return the kind that a body says it is, or that there is none."""
    known = [one.name for one in definitions.kinds()]
    if "kind" not in body:
        return None, [wording.without_kind(known)]
    name = str(body["kind"])
    kind = definitions.kind_named(name)
    return kind, [] if kind else [unknown("kind", name, known, ("kind",), "definition.unknown_kind")]


def _references(reading: Reading, everything: Snapshot, nameless: Collection[str]) -> Iterator[Finding]:
    """Yield the references to nothing; one to a kind of which some definition has no key may mean that one."""
    for reference in reading.references:
        known = everything.named(reference.kind)
        if reference.key not in known and reference.kind not in nameless:
            yield unknown(reference.kind, reference.key, known, reference.place)


def _check_one(reading: Reading, kind: Kind[Any], everything: Snapshot, *, certain: bool) -> Iterator[Finding]:
    """Yield what the kind finds wrong, by all views; `certain` that all it may need could be read and is there.

    The first view shows the most and takes nothing for granted: beside what was lost, and where it says something, the
    other one with its defaults says nothing.
    """
    beside = {place[:-1] for place in reading.lost if isinstance(place[-1], str)}
    said: set[tuple[str, Place]] = set()
    for number, view in enumerate(reading.views):
        found = [*_viewed(view, kind, everything, certain=certain)]
        for one in found:
            if number == 0 or ((one.code, one.where) not in said and one.where[:-1] not in beside):
                yield one
        said |= {(one.code, one.where) for one in found}


def _viewed(view: View, kind: Kind[Any], everything: Snapshot, *, certain: bool) -> Iterator[Finding]:
    try:
        for finding in kind.check(view.value, everything):
            yield replace(finding, where=view.placed(finding.where))
    except Unread:
        return
    except (ZhikeError, LookupError) as error:
        # What a check needs may be the very thing that is missing; that is said already, or here.
        if certain:
            yield _failed(kind, error)
    except Exception as error:
        # No fault of a definition gets here: the program is wrong. All other faults are told all the same.
        yield _failed(kind, error)


def _failed(kind: Kind[Any], error: Exception) -> Finding:
    """Return that a check could not end: by what an expected error says, else by a fault of the program."""
    if isinstance(error, ZhikeError):
        said = Labels(f"无法检查：{error.message('zh')}", f"cannot be checked: {error.message('en')}")
        return Finding("definition.broken", said)
    _log.error("the check of a %s failed", kind.name, exc_info=error)
    name = type(error).__name__
    said = Labels(
        f"这个 {kind.name} 没能检查完：程序出错（{name}），详见日志",
        f"this {kind.name} could not be checked to the end, by a fault of the program ({name}); the log tells more",
    )
    return Finding("definition.unchecked", said)


def may_hold(text: UnreadText, name: str) -> bool:
    """Return whether something unread may define a name: it stands in it, as a part of a longer one or in capitals."""
    return text is None or re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text, re.IGNORECASE) is not None


def _words(reading: Reading, place: Place = (), blamed: Place = ()) -> str:
    """What stands at a place of a faulty definition and may define something: no names of others, nor what is blamed."""
    node: object = reading.body
    for part in place:
        node = node[part]  # type: ignore[index]
    others = {*(reference.place for reference in reading.references), *([blamed] if blamed != place else [])}
    return " ".join([*map(str, place[-1:]), *_texts(node, others, place)])


def _texts(node: object, without: Collection[Place], here: Place) -> Iterator[str]:
    """Yield every key and value below a node."""
    if here in without:
        return
    if isinstance(node, Mapping):
        for key, value in node.items():
            if (*here, str(key)) not in without:
                yield str(key)
                yield from _texts(value, without, (*here, str(key)))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _texts(value, without, (*here, number))
    else:
        yield str(node)


__all__ = [
    "Name",
    "Reading",
    "UnreadText",
    "check",
    "each",
    "guessed",
    "kind_of",
    "may_hold",
    "meant",
    "parsed",
    "unknown",
    "uses_of",
]
