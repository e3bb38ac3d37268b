"""A definition file with one slip: the five that people make, at places drawn for each file but always the same."""

from __future__ import annotations

import random
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from zhike.kernel.definition_parts import Definition, Place, references

WAYS = ("misspelt key", "wrong type", "unknown reference", "doubled key", "missing key")
#: A name or an expression is one of something that is not there; of a text for people it is no slip.
OTHER_WORD = "other word"
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Slip:
    """A text with one slip, where it is and the line on which the finding must be."""

    way: str
    place: Place
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class _Pair:
    place: Place
    key: Node
    value: Node
    flow: bool
    before: Node | None
    after: Node | None
    holder: int
    #: A key that the model knows, not one of a mapping with keys of the writer's own.
    known: bool
    required: bool


def together(text: str, slips: Iterable[Slip]) -> tuple[str, list[Slip]]:
    """Return a text with as many of the slips as do not touch each other, and these with their lines in it.

    A slip touches another one whose place is in its own: under a misspelt key nobody knows what may stand. One of the
    kind or key of the definition, or of the key that decides what else may be said beside it, is made alone.
    """
    edits: list[tuple[int, int, str, Slip]] = []
    for slip in slips:
        start, end, put = _difference(text, slip.text)
        apart = all(end < other[0] or other[1] < start for other in edits)
        deciding = slip.place[-1] in ("kind", "type", "use", "check") or slip.place == ("key",)
        deciding = deciding and slip.way != "doubled key"
        if apart and not deciding and not any(_around(slip.place, other.place) for *_edit, other in edits):
            edits.append((start, end, put, slip))
    made, moved, done = text, [], 0
    for start, end, put, slip in sorted(edits, key=lambda edit: edit[0]):
        made = made[: start + done] + put + made[end + done :]
        done += len(put) - (end - start)
        above = [one for one in edits if one[3] is not slip and text.count("\n", 0, one[0]) + 1 < slip.line]
        before = sum(_lines(text, one) for one in above)
        moved.append(replace(slip, line=slip.line + before, text=made))
    return made, moved


def _difference(text: str, other: str) -> tuple[int, int, str]:
    """The stretch of a text that another has otherwise, and what the other has there."""
    start = next((at for at, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    rest = min(len(text), len(other)) - start
    same = next((at for at in range(rest) if text[-1 - at] != other[-1 - at]), rest)
    return start, len(text) - same, other[start : len(other) - same]


def _lines(text: str, edit: tuple[int, int, str, Slip]) -> int:
    return edit[2].count("\n") - text[edit[0] : edit[1]].count("\n")


def _around(one: Place, other: Place) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def slips(
    text: str, model: type[Definition], value: Definition, name: str, ways: Sequence[str] = WAYS
) -> Iterator[Slip]:
    """Yield a few slips of every way that the file can have."""
    root = YAML(typ="rt", pure=True).compose(text)
    pairs, items = _walk(root, model)
    made = {
        "misspelt key": [_misspelt(text, pair) for pair in pairs if pair.known],
        "wrong type": [_wrong_type(text, place, node, line) for place, node, line in items],
        "unknown reference": _unknown_references(text, pairs, items, value),
        "doubled key": [_doubled(text, pair) for pair in pairs if _one_line(pair)],
        "missing key": [slip for pair in pairs if pair.required and (slip := _missing(text, pair))],
        OTHER_WORD: [replace(_replaced(text, *word), way=OTHER_WORD) for word in items if _is_word(*word)],
    }
    for way in ways:
        chosen = made[way]
        yield from random.Random(f"{name} {way}").sample(chosen, min(_PLACES, len(chosen)))


def _is_word(place: Place, node: Node, _line: int) -> bool:
    apart = ("zh", "en", "kind", "key", "uuid", "source", "description")
    plain = isinstance(node, ScalarNode) and node.style not in ("|", ">") and node.tag.endswith(":str")
    return plain and len(node.value) > 2 and place[-1] not in apart


def _walk(root: Node, model: type[Definition]) -> tuple[list[_Pair], list[tuple[Place, Node, int]]]:
    """Every pair of every mapping, and every value with the line on which a finding about it stands."""
    pairs: list[_Pair] = []
    items: list[tuple[Place, Node, int]] = []

    def visit(node: Node, place: Place, line: int) -> None:
        if isinstance(node, MappingNode):
            models = list(dict.fromkeys(models_at(model, place)))
            known = ["zh", "en"] if place[-1:] == ("labels",) else keys_at(model, place)
            required = {key for one in models for key, needed in _needed(one) if needed}
            for number, (key, value) in enumerate(node.value):
                here = (*place, str(key.value))
                pairs.append(
                    _Pair(
                        here,
                        key,
                        value,
                        bool(node.flow_style),
                        node.value[number - 1][1] if number else None,
                        node.value[number + 1][0] if number + 1 < len(node.value) else None,
                        line,
                        str(key.value) in known,
                        place[-1:] == ("labels",) or (len(models) == 1 and str(key.value) in required),
                    )
                )
                items.append((here, value, key.start_mark.line + 1))
                visit(value, here, key.start_mark.line + 1)
        elif isinstance(node, SequenceNode):
            for number, item in enumerate(node.value):
                here = (*place, number)
                items.append((here, item, item.start_mark.line + 1))
                visit(item, here, item.start_mark.line + 1)

    visit(root, (), 1)
    return pairs, items


def _needed(model: type[BaseModel]) -> list[tuple[str, bool]]:
    return [(info.alias or name, info.is_required()) for name, info in model.model_fields.items()]


def _misspelt(text: str, pair: _Pair) -> Slip:
    start, end = pair.key.start_mark.index, pair.key.end_mark.index
    name = text[start:end]
    return Slip("misspelt key", pair.place, pair.key.start_mark.line + 1, f"{text[:end]}{name[-1]}q{text[end:]}")


def _wrong_type(text: str, place: Place, node: Node, line: int) -> Slip:
    start, end = node.start_mark.index, node.end_mark.index
    wrong = "[[wrong]]" if isinstance(node, MappingNode) else "{wrong: [type]}"
    block = node.style in ("|", ">") if isinstance(node, ScalarNode) else not node.flow_style
    if block:
        # What a block holds ends where the next thing begins.
        wrong += text[len(text[:end].rstrip()) : end]
    return Slip("wrong type", place, line, text[:start] + wrong + text[end:])


def _unknown_references(
    text: str, pairs: list[_Pair], items: list[tuple[Place, Node, int]], value: Definition
) -> list[Slip]:
    nodes = {place: (node, line) for place, node, line in items}
    keys = {pair.place: pair.key for pair in pairs}
    found = []
    for reference in [*references(value)]:
        if reference.place not in nodes:
            continue  # it is a default or made from a shorter form
        node, line = nodes[reference.place]
        if not isinstance(node, ScalarNode) or node.value != reference.key:
            node = keys[reference.place]
        found.append(_replaced(text, reference.place, node, line))
    return found or [_replaced(text, ("kind",), *nodes[("kind",)])]


def _replaced(text: str, place: Place, node: Node, line: int) -> Slip:
    start, end = node.start_mark.index, node.end_mark.index
    return Slip("unknown reference", place, line, text[:start] + "no_such_thing" + text[end:])


def _one_line(pair: _Pair) -> bool:
    return isinstance(pair.value, ScalarNode) and pair.value.end_mark.line == pair.key.start_mark.line


def _doubled(text: str, pair: _Pair) -> Slip:
    start, end = pair.key.start_mark.index, pair.value.end_mark.index
    between = ", " if pair.flow else "\n" + " " * pair.key.start_mark.column
    line = pair.key.start_mark.line + (1 if pair.flow else 2)
    return Slip("doubled key", pair.place, line, text[:start] + text[start:end] + between + text[start:])


def _missing(text: str, pair: _Pair) -> Slip | None:
    if pair.after is not None:
        start, end = pair.key.start_mark.index, pair.after.start_mark.index
    elif pair.flow and pair.before is not None:
        start, end = pair.before.end_mark.index, pair.value.end_mark.index
    else:
        return None  # the last of a block: nothing says where it ends
    return Slip("missing key", pair.place, pair.holder, text[:start] + text[end:])


def keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """Return the keys a model has at a place ("fields", 3): for a sentence that says what exists."""
    found = models_at(model, place)
    names = [info.alias or name for one in found for name, info in one.model_fields.items()]
    return list(dict.fromkeys(names))


def models_at(annotation: object, place: Place) -> list[type[BaseModel]]:
    """The models that may stand at `place`; the tags by which pydantic names a union's choice are passed over."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not place:
            return [annotation]
        by_alias: dict[str, FieldInfo] = {info.alias or name: info for name, info in annotation.model_fields.items()}
        if place[0] in by_alias:
            return models_at(by_alias[str(place[0])].annotation, place[1:])
        return models_at(annotation, place[1:])
    arguments = [item for item in get_args(annotation) if item is not Ellipsis]
    if not arguments:
        return []
    if get_origin(annotation) is Annotated:
        return models_at(arguments[0], place)
    if get_origin(annotation) in (typing.Union, types.UnionType):
        named = [one for one in arguments if place and str(place[0]) in _tags(one)]
        return [found for one in named or arguments for found in models_at(one, place[1:] if named else place)]
    return models_at(arguments[-1], place[1:]) if place else []


def _tags(annotation: object) -> set[str]:
    """How pydantic names one choice of a union: the class, or a literal of one of its fields."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return set()
    literals = {str(arg) for info in annotation.model_fields.values() for arg in get_args(info.annotation)}
    return {annotation.__name__} | literals
