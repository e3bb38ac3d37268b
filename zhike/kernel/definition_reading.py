"""Reading a definition: its value, or as much of it as can be read beside every fault of the rest.

A fault hides nothing else. Where a model does not take a body, each of its values is read by itself, at any depth: the
rules over several values are kept by those that could be read, and what only other definitions can tell is looked for
in what is left. What took part in a fault is left out there, so that nobody is blamed for what is missing because of it.
"""

from __future__ import annotations

import functools
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
    Part,
    Place,
    Reference,
    Unread,
    references,
    references_in,
    rules_of,
)
from zhike.kernel.definitions import Body, Kind

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a body: a `value` that others may use; what its own check may look at (`rest`); every fault.

    `rest` lacks what could not be read: `lost` are the places of that in the body. `moved` says where something stands
    in the body: by the place of a list that lost items, of a part with a misspelt key. `references` are those of all
    that could be read, at their places in the body.
    """

    body: Body
    value: Definition | None
    rest: Definition | None
    findings: tuple[Finding, ...] = ()
    references: tuple[Reference, ...] = ()
    lost: tuple[Place, ...] = ()
    moved: Mapping[Place, Mapping[str | int, str | int]] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Definition, body: Body) -> Reading:
        """Return the reading of a definition without faults."""
        return cls(body, value, value, references=tuple(references(value)))

    def placed(self, where: Place) -> Place:
        """Return a place in `rest` as a place in the body."""
        found: Place = ()
        for part in where:
            found = (*found, self.moved.get(found, {}).get(part, part))
        return found


def read(body: Body, kind: Kind[Any], *, guess: bool = True) -> Reading:
    """Return what can be read of a body, and every fault that is in itself.

    With `guess` the value of a key that is nearly one of the model's counts as that of the one that was meant, so that
    its own faults are found and nothing is said to be missing.
    """
    if unstorable := list(_unstorable(body)):
        cleaned = read(_storable(body), kind, guess=guess)
        return replace(cleaned, value=None, findings=(*unstorable, *cleaned.findings))
    try:
        return Reading.of(kind.model.model_validate(body), body)
    except ValidationError:
        reader = _Reader(guess)
        found = reader.part(kind.model, body, ())
        rest = _built(kind.model, found.kept)
        given = tuple(reader.findings), tuple(reader.references), tuple(reader.lost), reader.moved
        return Reading(body, rest if found.sound else None, rest, *given)


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


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a part: all that could be read, for its rules, and those that others may look at.

    It is sound when it has all it needs and a default for the rest.
    """

    seen: Mapping[str, object]
    kept: Mapping[str, object]
    sound: bool


class _Reader:
    def __init__(self, guess: bool) -> None:
        self._guess = guess
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
            model = _meant(annotation, parts, raw)
            if model is not None:
                return self._inner(model, raw, place)
            self._say(annotation, faults, place)
            self._alike(parts, raw, place)
        else:
            before = len(self.findings)
            if (items := self._items(annotation, raw, place)) and len(self.findings) > before:
                return items
            self._say(annotation, faults, place)
            if isinstance(raw, dict) and (record := self._record(annotation, raw, place)) is not _NOTHING:
                return record, record
        self.lost.append(place)
        return _NOTHING, _NOTHING

    def part(self, model: type[BaseModel], raw: Mapping[str, object], place: Place) -> _Values:
        """Return the values of a part, read one by one; its rules are kept by those that could be."""
        seen, kept, sound = {}, {}, True
        written = self._written(model, raw, place)
        for name, info in model.model_fields.items():
            if name in written:
                found = self.value(_annotation(model, name), raw[written[name]], (*place, written[name]))
            elif info.is_required():
                self.findings.append(_missing(info.alias or name, place))
                found = _NOTHING, _NOTHING
            else:
                found = (info.get_default(call_default_factory=True),) * 2
            sound = sound and not (info.is_required() and found[1] is _NOTHING)
            if found[0] is not _NOTHING:
                seen[name] = found[0]
            if found[1] is not _NOTHING:
                kept[name] = found[1]
        self._rules(model, seen, place)
        whole = _defaults(model) | kept
        if not sound or any(check(_built(model, whole)) for _at, check in rules_of(cast(type[Part], model))):
            return _Values(seen, kept, sound=False)
        return _Values(seen, whole, sound=True)

    def _inner(self, model: type[BaseModel], raw: Mapping[str, object], place: Place) -> tuple[object, object]:
        found = self.part(model, raw, place)
        if not found.sound:
            self.lost.append(place)
        return _built(model, found.seen), _built(model, found.kept) if found.sound else _NOTHING

    def _written(self, model: type[BaseModel], raw: Mapping[str, object], place: Place) -> dict[str, str]:
        """Return the key under which each field is given, and say which keys nobody knows."""
        known = {info.alias or name: name for name, info in model.model_fields.items()}
        given = {name: key for alias, name in known.items() for key in (name, alias) if key in raw}
        for key in raw:
            if key in given.values():
                continue
            self.findings.append(wording.unknown("key", key, known, (*place, key), "definition.unknown_key"))
            free = [alias for alias, name in known.items() if name not in given]
            if self._guess and (meant := wording.nearest(key, free)):
                given[known[meant]] = key
                self.moved[place] = {**self.moved.get(place, {}), meant: key}
            else:
                self.lost.append((*place, key))
        return given

    def _rules(self, model: type[BaseModel], seen: Mapping[str, object], place: Place) -> None:
        """Keep the rules of a part that need nothing but what could be read."""
        part = _built(model, seen)
        for at, check in rules_of(cast(type[Part], model)):
            try:
                said = check(part)
            except Unread:
                continue
            if said:
                where = (*place, self.moved.get(place, {}).get(at, at))
                self.findings.append(Finding("definition.malformed", said, where))

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

    def _record(self, annotation: object, raw: Mapping[str, object], place: Place) -> object:
        """Return labels or an option without keys that nobody knows; labels that lack a text show a sign for it."""
        known = wording.keys_of(_bare(annotation))
        self.lost += [(*place, key) for key in raw if known and key not in known]
        try:
            return _adapter(annotation).validate_python({key: raw[key] for key in known if key in raw})
        except ValidationError:
            return Labels(*(str(raw.get(key) or "?") for key in known)) if _bare(annotation) is Labels else _NOTHING

    def _say(self, annotation: object, error: ValidationError, place: Place) -> None:
        """Say what is wrong with a value that is looked at as one."""
        found = error.errors(include_url=False)
        if _choices(annotation) and not _parts_in(annotation):
            # It fits none of several forms: the most telling of their faults is said, at the value itself.
            found = [min(found, key=lambda one: one["type"] in ("literal_error", "string_type", "int_type"))]
            found[0]["loc"] = ()
        known = wording.keys_of(_bare(annotation))
        self.findings += [wording.fault(one, (*place, *one["loc"]), known) for one in found]

    def _alike(self, parts: list[type[BaseModel]], raw: Mapping[str, object], place: Place) -> None:
        """Look at what all the parts that may stand here have alike, where nothing says which of them it is."""
        for name, info in parts[0].model_fields.items():
            key = info.alias or name
            same = all(name in one.model_fields and _same(one.model_fields[name], info) for one in parts)
            if not same:
                continue
            if key in raw:
                self.value(_annotation(parts[0], name), raw[key], (*place, key))
            elif info.is_required():
                self.findings.append(_missing(key, place))


def _defaults(model: type[BaseModel]) -> dict[str, object]:
    """What the fields of a model hold that need not be given: it stands for what could not be read where no rule minds."""
    return {
        name: info.get_default(call_default_factory=True)
        for name, info in model.model_fields.items()
        if not info.is_required()
    }


def _same(one: FieldInfo, other: FieldInfo) -> bool:
    return (one.annotation, one.metadata, one.is_required()) == (
        other.annotation,
        other.metadata,
        other.is_required(),
    )


def _missing(key: str, place: Place) -> Finding:
    return wording.fault({"type": "missing", "loc": (), "msg": "", "input": None}, (*place, key))


def _built(model: type[M], values: Mapping[str, object]) -> M:
    """A part with these values and no others, not even the model's own."""
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


def _parts_in(annotation: object) -> list[type[BaseModel]]:
    """The parts that may stand where a type is asked for."""
    bare = _bare(annotation)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return [bare]
    return [part for one in _choices(bare) for part in _parts_in(one)]


def _meant(annotation: object, parts: list[type[BaseModel]], raw: Mapping[str, object]) -> type[BaseModel] | None:
    """The part that a mapping says it is; None when it does not say so."""
    if len(parts) == 1:
        return parts[0]
    tag = _discriminator(annotation)
    fitting = [part for part in parts if tag and raw.get(tag) in get_args(part.model_fields[tag].annotation)]
    return fitting[0] if len(fitting) == 1 else None


def _discriminator(annotation: object) -> str | None:
    while get_origin(annotation) is Annotated:
        annotation, *marks = get_args(annotation)
        for mark in marks:
            if isinstance(mark, FieldInfo) and isinstance(mark.discriminator, str):
                return mark.discriminator
    return next((tag for one in get_args(annotation) if (tag := _discriminator(one))), None)


def _unstorable(node: object, place: Place = ()) -> Iterator[Finding]:
    """Yield the texts that no database keeps: with a NUL, or with half of a sign."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _unstorable(value, (*place, str(key)))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _unstorable(value, (*place, number))
    elif isinstance(node, str) and _storable(node) != node:
        yield Finding("definition.malformed", "holds a sign that no text may hold (NUL or half a sign)", place)


def _storable(node: Any) -> Any:
    """What a database keeps of a value: its texts without such signs."""
    if isinstance(node, dict):
        return {key: _storable(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_storable(value) for value in node]
    if isinstance(node, str):
        return "".join("?" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in node)
    return node
