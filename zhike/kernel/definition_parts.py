"""What definitions are made of: frozen models that refuse unknown keys, and the small types their values have.

A kind of definition is one model: it checks a file, describes itself to editors (JSON Schema) and is the value that
engines read. A value that names something else says so by `Refers`, so that the check, the plan and the users of a
definition come from one place.
"""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeVar, cast, get_args, get_origin
from uuid import UUID, uuid5

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

P = TypeVar("P")
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Labels(Mapping[str, str]):
    """One text in both languages; reads like a mapping."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", str_min_length=0)

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        if language not in ("zh", "en"):
            raise KeyError(language)
        return self.en if language == "en" else self.zh

    def __iter__(self) -> Iterator[str]:
        return iter(("zh", "en"))

    def __len__(self) -> int:
        return 2


#: What readers of either language are told: words in both, or one text for all of them, as the name of a file.
Words = str | Labels


def kept(words: Words) -> tuple[str, str]:
    """Return words as two columns keep them: the text, and the English one where there are two."""
    return (words.zh, words.en) if isinstance(words, Labels) else (words, "")


def both(text: str, english: str) -> Labels:
    """Return words as two columns keep them: without an English one the text is for all."""
    return Labels(text, english or text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a definition: which rule, a sentence that says what exists, and the place inside the definition.

    One that blames the definition for what is not there says so by the names that are `missing`: it is not said while
    something that holds such a name cannot be read.
    """

    code: str
    said: Labels
    where: Place = ()
    missing: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.said.en


class Unfit(ValueError):
    """A value that no definition may have there: the sentence says in both languages what would fit."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.said = Labels(zh, en)


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a text as the key of a definition of `kind`: it must exist, and that definition counts this one as a user."""

    kind: str


class Unread(Exception):
    """A value that a definition holds and that could not be read: whoever needs it can say nothing, others can."""


def read_or(part: BaseModel, name: str, otherwise: P) -> P:
    """Return a value of a part, `otherwise` where it could not be read."""
    return cast(P, vars(part).get(name, otherwise))


#: How pydantic names what a rule found.
RULE_BROKEN = "rule_broken"


#: A rule over several values of a part: it returns what is wrong.
Rule = Callable[[Any], Labels | None]


def rule(at: str) -> Callable[[Callable[[P], Labels | None]], Callable[[P], Labels | None]]:
    """Make a method of a part a rule over several of its values: it returns what is wrong, said at the field `at`.

    A rule reads its values as attributes. In a part of which only some values could be read, the rules that need no
    other are kept all the same: reading one that is not there raises Unread.
    """

    def marked(check: Callable[[P], Labels | None]) -> Callable[[P], Labels | None]:
        check.rule_at = at  # type: ignore[attr-defined]
        return check

    return marked


@functools.cache
def rules_of(model: type) -> tuple[tuple[str, Rule], ...]:
    """Return the rules of a model, each with the key at which it says what is wrong.

    A list of names or numbers has one of its own: each stands in it once.
    """
    found: dict[str, tuple[str, Rule]] = {}
    for name, info in model.model_fields.items() if issubclass(model, BaseModel) else ():
        if _is_list_of_words(info.annotation):
            found[f"{name} once"] = (info.alias or name, functools.partial(_each_once, name))
    for base in reversed(model.__mro__):
        for name, member in vars(base).items():
            at = getattr(member, "rule_at", None)
            if at is not None:
                known = model.model_fields if issubclass(model, BaseModel) else {}
                found[name] = (known[at].alias or at if at in known else at, member)
    return tuple(found.values())


def _is_list_of_words(annotation: object) -> bool:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return any(_is_list_of_words(choice) for choice in get_args(annotation))
    item = get_args(annotation)[:1] if get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,) else ()
    while item and get_origin(item[0]) is Annotated:
        item = get_args(item[0])[:1]
    return bool(item) and (item[0] in (str, int) or get_origin(item[0]) is Literal)


def _each_once(name: str, part: object) -> Labels | None:
    items = getattr(part, name) or ()
    if len(items) < 2 or len(set(items)) == len(items):
        return None
    doubled = next((item for number, item in enumerate(items) if item in items[:number]), None)
    return None if doubled is None else Labels(f"“{doubled}”写了两次", f"'{doubled}' stands in it twice")


class Part(BaseModel):
    """A piece of a definition: it cannot change, and a key it does not know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, populate_by_name=True)

    @model_validator(mode="after")
    def _keeps_its_rules(self) -> Self:
        broken = [(at, said) for at, check in rules_of(type(self)) if (said := check(self))]
        if broken:
            lines = [
                InitErrorDetails(type=PydanticCustomError(RULE_BROKEN, "{en}", dict(said)), loc=(at,), input=None)
                for at, said in broken
            ]
            raise ValidationError.from_exception_data(type(self).__name__, lines)
        return self

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            # Only a part that was read in spite of its faults lacks a field; parts have no private attributes.
            if name in type(self).__pydantic_fields__:
                raise Unread(name)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


Key = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"), Field(description="letters a-z, digits and _")
]
#: A value of a code list as it is stored: C1, R5, granted.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1)]
#: What a figure counts: 元, %, 天.
Unit = Annotated[str, StringConstraints(min_length=1, max_length=12)]


def _clock_time(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value):
        raise Unfit('时刻写作 "08:00"，要加引号', 'an hour is written "08:00", in quotes')
    return value


#: An hour of the day in the firm's zone, "08:00".
ClockTime = Annotated[str, BeforeValidator(_clock_time)]


def _day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise Unfit(f"没有 {value} 这一天", f"there is no day {value}") from error
    if isinstance(value, date):
        return value
    raise Unfit("日期写作 2026-03-17", "a day is written 2026-03-17")


Day = Annotated[date, BeforeValidator(_day)]
Days = Annotated[int, Field(ge=1, le=36_600, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
Flag = Annotated[bool, Field(strict=True)]


_NAMESPACE = UUID("2d5c1f0e-98a1-4a53-8f0e-6f3c5b1d7e22")


def identity_of(kind: str, key: str) -> UUID:
    """Return the uuid of a definition that names none."""
    return uuid5(_NAMESPACE, f"{kind}/{key}")


class Definition(Part):
    """One definition of a pack or of the installation: its kind, its key for ever, its words."""

    kind: str
    uuid: UUID | None = Field(None, description="the identity of the definition; made from kind and key when absent")
    key: Key = Field(description="how everything else names it; frozen at birth")
    labels: Labels = Field(description="what people read, in Chinese and English")

    @property
    def identity(self) -> UUID:
        """The uuid of the definition: its own, or the one that kind and key make."""
        return self.uuid or identity_of(self.kind, self.key)

    @classmethod
    @functools.cache
    def kind_name(cls) -> str:
        """Return the kind that this model defines: the one literal of its `kind`."""
        name = get_args(cls.model_fields["kind"].annotation)
        assert name, f"{cls.__name__}.kind must be a Literal"
        return str(name[0])


class Origin(Part):
    """Numbers of a rule: where they come from, and whether somebody at the firm checked them."""

    source: Text | None = Field(None, description="the rule, contract or practice the numbers come from")
    verified: Flag = Field(
        True, description="false: the numbers still need a look by the firm; `zhike definition unverified` lists them"
    )


class Sourced(Definition, Origin):
    """A definition that holds numbers of a rule."""


def sourced(value: BaseModel) -> Iterator[Origin]:
    """Yield every part of a definition that holds numbers of a rule, the definition itself included."""
    if isinstance(value, Origin):
        yield value
    for name in type(value).model_fields:
        held = getattr(value, name)
        for part in held if isinstance(held, tuple) else (held,):
            if isinstance(part, BaseModel):
                yield from sourced(part)


State = Literal["draft", "in_review", "live", "frozen", "retired"]


class Stage(Part):
    """From which day, and in which org units (with everything below them), a definition is in a state."""

    state: State = Field(description="only live and frozen count; a frozen definition cannot be changed any more")
    from_: Day | None = Field(None, alias="from", description="the first business day; always, when absent")
    units: tuple[Text, ...] = Field((), description="codes of org units; everywhere, when absent")

    def covers(self, other: Stage) -> bool:
        """Return whether this stage holds wherever and whenever `other` does."""
        in_time = self.from_ is None or (other.from_ is not None and self.from_ <= other.from_)
        return in_time and (not self.units or (bool(other.units) and set(other.units) <= set(self.units)))


class Staged(Definition):
    """A kind that switches on the lifecycle: draft, in review, live, frozen, retired, by day and org unit."""

    lifecycle: tuple[Stage, ...] = Field((), description="of the stages that hold, the last one counts; none: live")

    @rule("lifecycle")
    def _each_counts(self) -> Labels | None:
        for number, stage in enumerate(self.lifecycle):
            if any(other.covers(stage) for other in self.lifecycle[number + 1 :]):
                return Labels(
                    f"第 {number + 1} 个阶段（{stage.state}）永远不起作用：后面的阶段总是盖过它",
                    f"stage {number + 1} ({stage.state}) never counts: one below it always holds where it does",
                )
        return None

    def state(self, day: date, units: typing.Collection[str] = ()) -> State:
        """Return the state on `day` for something in `units`: the codes of its unit and of all units above it.

        Without a stage that holds the definition is a draft; without any stage at all it is live.
        """
        if not self.lifecycle:
            return "live"
        held: State = "draft"
        for stage in self.lifecycle:
            if (stage.from_ is None or stage.from_ <= day) and (not stage.units or set(stage.units) & set(units)):
                held = stage.state
        return held

    def states(self, day: date) -> set[State]:
        """Return the states that hold anywhere on `day`: in the units that the stages name, and elsewhere."""
        named = {unit for stage in self.lifecycle for unit in stage.units}
        return {self.state(day), *(self.state(day, (unit,)) for unit in named)}


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a definition that names another one."""

    place: Place
    kind: str
    key: str


def references(value: BaseModel, place: Place = ()) -> Iterator[Reference]:
    """Yield every reference that a model holds, at any depth."""
    for name, alias, annotation in _referring(type(value)):
        yield from references_in(annotation, getattr(value, name), (*place, alias))


@functools.cache
def _referring(model: type[BaseModel]) -> tuple[tuple[str, str, object], ...]:
    """The fields of a model that may hold a reference: most hold none, and are not walked."""
    found = []
    for name, info in model.model_fields.items():
        annotation = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        if _may_refer(annotation, frozenset({model})):
            found.append((name, info.alias or name, annotation))
    return tuple(found)


def _may_refer(annotation: object, seen: frozenset[object]) -> bool:
    if isinstance(annotation, Refers):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.values()
        inside = [part for info in fields for part in (info.annotation, *info.metadata)]
        return annotation in seen or any(_may_refer(part, seen | {annotation}) for part in inside)
    return any(_may_refer(part, seen) for part in get_args(annotation))


def references_in(annotation: object, value: object, place: Place) -> Iterator[Reference]:
    """Yield every reference that a value of a type holds, at any depth; the value stands at `place`."""
    if value is None:
        return
    if isinstance(value, BaseModel):
        yield from references(value, place)
        return
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        for mark in marks:
            if isinstance(mark, Refers) and isinstance(value, str):
                yield Reference(place, mark.kind, value)
        yield from references_in(inner, value, place)
    elif origin in (typing.Union, types.UnionType):
        for option in get_args(annotation):
            yield from references_in(option, value, place)
    elif isinstance(value, Mapping):
        keyed, valued = get_args(annotation) or (None, None)
        for key, item in value.items():
            yield from references_in(keyed, key, (*place, str(key)))
            yield from references_in(valued, item, (*place, str(key)))
    elif isinstance(value, tuple | list):
        item_type = (get_args(annotation) or (None,))[0]
        for number, item in enumerate(value):
            yield from references_in(item_type, item, (*place, number))


__all__ = [
    "ClockTime",
    "Code",
    "Count",
    "Day",
    "Days",
    "Definition",
    "Finding",
    "Flag",
    "Key",
    "Labels",
    "Origin",
    "Part",
    "Place",
    "Reference",
    "Refers",
    "Rule",
    "Sourced",
    "Stage",
    "Staged",
    "State",
    "Text",
    "Unfit",
    "Unit",
    "Unread",
    "identity_of",
    "read_or",
    "references",
    "references_in",
    "rule",
    "rules_of",
    "sourced",
]
