"""Reading a definition: its value, or as much of it as can be read beside every fault of the rest.

A fault hides nothing else. Where a model does not take a body, each of its values is read by itself, at any depth: the
rules over several values are kept by those that could be read, and what only other definitions can tell is looked for
in what is left. That has two views: all that could be read and nothing else; and only the parts that are sound, where
defaults stand for what could not be read.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from zhike.kernel import definition_wording as wording
from zhike.kernel.definition_parts import (
    Definition,
    Finding,
    Labels,
    Place,
    Reference,
    Rule,
    Unread,
    references,
    references_in,
    rules_of,
)
from zhike.kernel.definitions import Body, Kind

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class View:
    """A faulty definition as its kind's check may look at it: reading a value that it lacks raises Unread.

    `moved` says where something stands in the body: by the place of a list that lost items, of a part with a misspelt
    key.
    """

    value: Definition
    moved: Mapping[Place, Mapping[str | int, str | int]] = field(default_factory=dict)

    def placed(self, where: Place) -> Place:
        """Return a place in the view as a place in the body."""
        found: Place = ()
        for part in where:
            found = (*found, self.moved.get(found, {}).get(part, part))
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a body: a `value` that others may use; the `views` that its own check has of it; every fault.

    `lost` are the places in the body of what could not be read. `references` are those of all that could be read, at
    their places in the body.
    """

    body: Body
    value: Definition | None
    views: tuple[View, ...]
    findings: tuple[Finding, ...] = ()
    references: tuple[Reference, ...] = ()
    lost: tuple[Place, ...] = ()

    @classmethod
    def of(cls, value: Definition, body: Body) -> Reading:
        """Return the reading of a definition without faults."""
        return cls(body, value, (View(value),), references=tuple(references(value)))


def read(body: Body, kind: Kind[Any], *, guess: bool = True) -> Reading:
    """Return what can be read of a body, and every fault that is in itself.

    With `guess` a key or type that is nearly one of the model's counts as the one that was meant, so that the faults
    beside it are found and nothing is said to be missing.
    """
    if not _SUSPICIOUS.search(json.dumps(body, default=str)):
        return _read(body, kind, guess)
    if unstorable := list(_unstorable(body)):
        cleaned = read(_storable(body), kind, guess=guess)
        return replace(cleaned, value=None, findings=(*unstorable, *cleaned.findings))
    found = _read(body, kind, guess)
    told = {finding.where for finding in found.findings}
    empty = [one for one in _empty(body) if one.where not in told] if guess else []
    return replace(found, findings=(*found.findings, *empty)) if empty else found


#: What may say nothing, or be a sign that no database keeps, as JSON has it: a look that costs little beside the reading.
_SUSPICIOUS = re.compile(r"null|\[\]|\{\}|\\u(?:0000|d[89a-f])")


def _read(body: Body, kind: Kind[Any], guess: bool) -> Reading:
    try:
        return Reading.of(kind.model.model_validate(body), body)
    except ValidationError:
        reader = _Reader(guess)
        found = reader.part(kind.model, body, ())
    without = View(_built(kind.model, found.kept), reader.moved)
    views = [without]
    if reader.lost:
        wider = _Reader(guess, partly=True)
        views = [View(_built(kind.model, wider.part(kind.model, body, ()).kept), wider.moved), without]
    given = tuple(reader.findings), tuple(reader.references), tuple(reader.lost)
    return Reading(body, without.value if found.sound else None, tuple(views), *given)


def read_part(model: type[M], body: Mapping[str, object]) -> tuple[M | None, tuple[Finding, ...]]:
    """Return a part that is no definition, None when it cannot be read as a whole, and every fault in it."""
    try:
        return model.model_validate(body), ()
    except ValidationError:
        reader = _Reader(guess=True)
        found = reader.part(model, body, ())
    return (_built(model, found.kept) if found.sound else None), tuple(reader.findings)


class _Nothing:
    """Stands for a value that could not be read."""


_NOTHING = _Nothing()
#: What stands for labels that could not be read: nothing depends on them, and no name is defined by them.
_NO_WORDS = Labels("?", "?")
_NOTHING_SAID = Labels("这里没有写内容；不需要就不写这一项", "nothing is said here; what is not wanted is left out")
_NO_SIGN = Labels("含有文本中不允许的字符（NUL 或半个字符）", "holds a sign that no text may hold (NUL or half a sign)")


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a part: all that could be read, for its rules, and those that others may look at.

    It is sound when it has all it needs and a default for the rest.
    """

    seen: Mapping[str, object]
    kept: Mapping[str, object]
    sound: bool


class _Reader:
    """Reads one body; `partly` keeps all parts as far as they could be read, without defaults for the rest."""

    def __init__(self, guess: bool, *, partly: bool = False) -> None:
        self._guess = guess
        self._partly = partly
        self.findings: list[Finding] = []
        self.references: list[Reference] = []
        self.lost: list[Place] = []
        self.moved: dict[Place, Mapping[str | int, str | int]] = {}

    def value(self, annotation: object, raw: object, place: Place) -> tuple[object, object]:
        """Return a value as rules may see it and as others may: whole, in part, or nothing."""
        try:
            whole = _adapter(annotation).validate_python(raw)
            self.references += references_in(annotation, whole, place)
            return whole, whole
        except ValidationError as error:
            faults = error
        if isinstance(raw, dict) and (parts := _parts_in(annotation)):
            return self._one_of(annotation, parts, raw, place, faults)
        before = len(self.findings)
        if (items := self._items(annotation, raw, place)) and len(self.findings) > before:
            return items
        self._say(annotation, faults, place)
        if _bare(annotation) is not Labels:
            self.lost.append(place)
        return _NOTHING, _NOTHING

    def part(self, model: type, raw: Mapping[str, object], place: Place) -> _Values:
        """Return the values of a part, read one by one; its rules are kept by those that could be."""
        seen, kept, sound = {}, {}, True
        fields = _fields_of(model)
        written = self._written(fields, raw, place)
        for name, one in fields.items():
            found: tuple[object, object] = (one.default, one.default)
            if name in written:
                found = self.value(one.annotation, raw[written[name]], (*place, written[name]))
            elif one.required:
                self.findings.append(_missing(one.key, place))
                found = _NOTHING, _NOTHING
            if found[1] is _NOTHING and _bare(one.annotation) is Labels:
                found = _NO_WORDS, _NO_WORDS
            sound = sound and not (one.required and found[1] is _NOTHING)
            if found[0] is not _NOTHING:
                seen[name] = found[0]
            if found[1] is not _NOTHING:
                kept[name] = found[1]
        broken = _broken(model, seen)
        for at, check in rules_of(model):
            if check in broken:
                where = (*place, self.moved.get(place, {}).get(at, at))
                self.findings.append(Finding("definition.malformed", broken[check], where))
        whole = {name: one.default for name, one in fields.items() if not one.required} | kept
        # What a rule minds for the sake of a default that stands for something unread is not sound.
        if not sound or _broken(model, whole).keys() - broken.keys():
            return _Values(seen, kept, sound=False)
        return _Values(seen, kept if self._partly else whole, sound=True)

    def _one_of(
        self, annotation: object, parts: list[type], raw: Mapping[str, object], place: Place, faults: ValidationError
    ) -> tuple[object, object]:
        """Return one of the parts that may stand here: the one that it says it is, or nearly says."""
        tag = _discriminator(annotation)
        by_tag = (
            {name: one for one in parts for name in get_args(_bare(_fields_of(one)[tag].annotation))} if tag else {}
        )
        said = raw.get(tag) if tag else None
        if len(parts) == 1 or (isinstance(said, str) and said in by_tag):
            return self._inner(parts[0] if len(parts) == 1 else by_tag[said], raw, place)
        self._say(annotation, faults, place)
        if tag and self._guess and isinstance(said, str) and (meant := wording.nearest(said, list(by_tag))):
            return self._inner(by_tag[meant], {**raw, tag: meant}, place)
        self.lost.append(place)
        return _NOTHING, self._alike(parts, raw, place)

    def _inner(self, model: type, raw: Mapping[str, object], place: Place) -> tuple[object, object]:
        found = self.part(model, raw, place)
        if not found.sound and model is Labels:
            return _NO_WORDS, _NO_WORDS
        if not found.sound:
            self.lost.append(place)
            if not issubclass(model, BaseModel):  # only a part can say of a value that it was not read
                return _NOTHING, _NOTHING
        kept = _built(model, found.kept) if found.sound or self._partly else _NOTHING
        return _built(model, found.seen), kept

    def _written(self, fields: Mapping[str, _Field], raw: Mapping[str, object], place: Place) -> dict[str, str]:
        """Return the key under which each field is given, and say which keys nobody knows."""
        known = {one.key: name for name, one in fields.items()}
        given = {name: key for alias, name in known.items() for key in (name, alias) if key in raw}
        for key in raw:
            if key in given.values():
                continue
            self.findings.append(wording.unknown(wording.KEY, key, known, (*place, key), "definition.unknown_key"))
            free = [alias for alias, name in known.items() if name not in given]
            if self._guess and (meant := wording.nearest(key, free)):
                given[known[meant]] = key
                self.moved[place] = {**self.moved.get(place, {}), meant: key}
            else:
                self.lost.append((*place, key))
        return given

    def _items(self, annotation: object, raw: object, place: Place) -> tuple[object, object] | None:
        """Return the items of a list or mapping, those that could not be read left out; None for anything else."""
        origin, inner = get_origin(_bare(annotation)), get_args(_bare(annotation))
        if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis and isinstance(raw, list):
            read = [self.value(inner[0], item, (*place, number)) for number, item in enumerate(raw)]
            numbers = tuple(number for number, (_seen, kept) in enumerate(read) if kept is not _NOTHING)
            if len(numbers) < len(raw):
                self.moved[place] = dict(enumerate(numbers))
            whole = all(seen is not _NOTHING for seen, _kept in read)
            kept = tuple(read[number][1] for number in numbers)
            return tuple(seen for seen, _kept in read) if whole else _NOTHING, kept or _NOTHING
        if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(raw, dict):
            right = {key for key in raw if self.value(inner[0], key, (*place, key))[1] is not _NOTHING}
            by_key = {key: self.value(inner[1], item, (*place, key)) for key, item in raw.items()}
            whole = len(right) == len(raw) and all(seen is not _NOTHING for seen, _kept in by_key.values())
            left = {key: kept for key, (_seen, kept) in by_key.items() if key in right and kept is not _NOTHING}
            return {key: seen for key, (seen, _kept) in by_key.items()} if whole else _NOTHING, left or _NOTHING
        return None

    def _say(self, annotation: object, error: ValidationError, place: Place) -> None:
        """Say what is wrong with a value that is looked at as one."""
        found = error.errors(include_url=False)
        if _choices(annotation) and not _parts_in(annotation):
            # It fits none of several forms: the most telling of their faults is said, at the value itself.
            found = [min(found, key=lambda one: one["type"] in ("literal_error", "string_type", "int_type"))]
            found[0]["loc"] = ()
        self.findings += [wording.fault(one, (*place, *one["loc"])) for one in found]

    def _alike(self, parts: list[type], raw: Mapping[str, object], place: Place) -> object:
        """Return what all the parts that may stand here have alike, where nothing says which of them it is."""
        every = [_fields_of(one) for one in parts]
        kept = {}
        for name, one in every[0].items():
            if not all(name in other and _same(other[name], one) for other in every):
                continue
            found: object = one.default
            if one.key in raw:
                found = self.value(one.annotation, raw[one.key], (*place, one.key))[1]
            elif one.required:
                self.findings.append(_missing(one.key, place))
                found = _NOTHING
            if found is not _NOTHING:
                kept[name] = found
        known = {one.key for fields in every for one in fields.values()}
        strange = [key for key in raw if key not in known]
        self.findings += [
            wording.unknown(wording.KEY, key, known, (*place, key), "definition.unknown_key") for key in strange
        ]
        return _built(parts[0], kept) if self._partly else _NOTHING


@dataclass(frozen=True, slots=True)
class _Field:
    """One value that a part has: the key under which it is written, what it takes, what stands for it when absent."""

    key: str
    annotation: object
    required: bool
    default: object


@functools.cache
def _fields_of(model: type) -> Mapping[str, _Field]:
    """Return what a part, or a value of some keys such as labels, is made of."""
    if issubclass(model, BaseModel):
        return {
            name: _Field(
                info.alias or name,
                _annotation(model, name),
                info.is_required(),
                None if info.is_required() else info.get_default(call_default_factory=True),
            )
            for name, info in model.model_fields.items()
        }
    hints = typing.get_type_hints(model, include_extras=True)
    return {
        one.name: _Field(one.name, hints[one.name], one.default is dataclasses.MISSING, one.default)
        for one in dataclasses.fields(cast(Any, model))
    }


def _broken(model: type, values: Mapping[str, object]) -> dict[Rule, Labels]:
    """Return the rules of a part that these values break, with what is said; one that needs another says nothing."""
    found: dict[Rule, Labels] = {}
    rules = rules_of(model)
    part = _built(model, values) if rules else None
    for _at, check in rules:
        try:
            said = check(part)
        except Unread:
            continue
        if said:
            found[check] = said
    return found


def _same(one: _Field, other: _Field) -> bool:
    return (one.annotation, one.required) == (other.annotation, other.required)


def _missing(key: str, place: Place) -> Finding:
    return wording.fault({"type": "missing", "loc": (), "msg": "", "input": None}, (*place, key))


def _built(model: type[T], values: Mapping[str, object]) -> T:
    """A part with these values and no others, not even the model's own; what is no part has all its values."""
    if not issubclass(model, BaseModel):
        return model(**values)
    part = model.model_construct(set(values), **values)
    for name in model.model_fields:
        part.__dict__.pop(name, None)
    part.__dict__.update(values)
    return part


@functools.cache
def _annotation(model: type[BaseModel], name: str) -> object:
    """What a field of a model takes; the same object each time."""
    info = model.model_fields[name]
    marks = [*info.metadata, *([Field(discriminator=info.discriminator)] if info.discriminator else [])]
    return functools.reduce(lambda inner, mark: Annotated[inner, mark], marks, cast(Any, info.annotation))


_adapters: dict[int, tuple[object, TypeAdapter[Any]]] = {}


def _adapter(annotation: object) -> TypeAdapter[Any]:
    """The reader of a type; annotations cannot all be hashed, so they are known by their identity and kept."""
    if id(annotation) not in _adapters:
        _adapters[id(annotation)] = annotation, TypeAdapter(cast(Any, annotation))
    return _adapters[id(annotation)][1]


def _bare(annotation: object) -> object:
    """A type without its marks, and without the nothing that may stand for it."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (typing.Union, types.UnionType):
        choices = [one for one in get_args(annotation) if one is not types.NoneType]
        return _bare(choices[0]) if len(choices) == 1 else annotation
    return annotation


def _choices(annotation: object) -> tuple[object, ...]:
    """The types of which a value may have any; none where there is no choice."""
    bare = _bare(annotation)
    return get_args(bare) if get_origin(bare) in (typing.Union, types.UnionType) else ()


def _parts_in(annotation: object) -> list[type]:
    """The parts, or values of some keys, that may stand where a type is asked for."""
    bare = _bare(annotation)
    if isinstance(bare, type) and (issubclass(bare, BaseModel) or dataclasses.is_dataclass(bare)):
        return [bare]
    return [part for one in _choices(bare) for part in _parts_in(one)]


def _discriminator(annotation: object) -> str | None:
    while get_origin(annotation) is Annotated:
        annotation, *marks = get_args(annotation)
        for mark in marks:
            if isinstance(mark, FieldInfo) and isinstance(mark.discriminator, str):
                return mark.discriminator
    return next((tag for one in get_args(annotation) if (tag := _discriminator(one))), None)


def _empty(node: object, place: Place = ()) -> Iterator[Finding]:
    """Yield the keys and items that say nothing: what is not wanted is left out.

    An item that is an empty list says something: a free column of a page.
    """
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for part, value in inside:
        if isinstance(value, dict | list):
            if not value and isinstance(part, str):
                yield Finding("definition.empty", _NOTHING_SAID, (*place, part))
            yield from _empty(value, (*place, part))
        elif value is None:
            yield Finding("definition.empty", _NOTHING_SAID, (*place, part))


def _unstorable(node: object, place: Place = ()) -> Iterator[Finding]:
    """Yield the texts that no database keeps: with a NUL, or with half of a sign."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _unstorable(value, (*place, str(key)))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _unstorable(value, (*place, number))
    elif isinstance(node, str) and _storable(node) != node:
        yield Finding("definition.malformed", _NO_SIGN, place)


def _storable(node: Any) -> Any:
    """What a database keeps of a value: its texts without such signs."""
    if isinstance(node, dict):
        return {key: _storable(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_storable(value) for value in node]
    if isinstance(node, str):
        return "".join("?" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in node)
    return node
