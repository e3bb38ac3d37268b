"""The types of definitions in plain words."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeGuard, get_args, get_origin
from uuid import UUID

import annotated_types
from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic.fields import FieldInfo

from zhike.kernel.definition_parts import Code, Key, Labels, Refers

_PLAIN: Mapping[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    Decimal: "number",
    bool: "`true` or `false`",
    date: "day, `2026-03-17`",
    UUID: "uuid",
    Path: "path",
    Labels: "labels: `{zh: …, en: …}`",
}
#: What a value is that a function of its type checks.
_CHECKED: Mapping[str, str] = {
    "_clock_time": 'hour, `"08:00"` in quotes',
    "_day": "day, `2026-03-17`",
    "_span": "day or days, `2026-02-15..2026-02-23`",
    "_dataset": "dataset: its layer, a dot, its name",
    "_formula": "[expression](expressions.md)",
    "_regex": "regular expression",
    "_sign": "one sign",
    "_currency": "currency of ISO 4217: `CNY`, `HKD` …",
    "_file_name": "file name; `{business_date:%Y%m%d}` stands for the day, `*` for anything",
}


def _pattern(annotation: object) -> str | None:
    return next((str(mark.pattern) for mark in get_args(annotation) if isinstance(mark, StringConstraints)), None)


_PATTERNS = {_pattern(Key): "key", _pattern(Code): "code"}


def words(annotation: object, kinds: frozenset[str]) -> str:
    """Return what may stand at a place, in plain words with links; `kinds` have pages of their own."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:], kinds)
    if origin is Literal:
        listed = ", ".join(f"`{value}`" for value in arguments)
        return f"the word {listed}" if len(arguments) == 1 else f"one of {listed}"
    if origin in (typing.Union, types.UnionType):
        chosen = [words(one, kinds) for one in arguments if one is not type(None)]
        return " or ".join(dict.fromkeys(chosen))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"mapping from {words(arguments[0], kinds)} to {words(arguments[1], kinds)}"
    if origin in (tuple, list):
        return f"list of: {words(arguments[0], kinds)}"
    if is_part(annotation):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if annotation not in _PLAIN and isinstance(annotation, type) and issubclass(annotation, str):
        return f"text: {' '.join((annotation.__doc__ or '').split())}"
    return _PLAIN[annotation]


def is_part(annotation: object) -> TypeGuard[type[object]]:
    """Return whether a place holds a mapping with keys of its own: a model, or a dataclass that pydantic reads."""
    if not isinstance(annotation, type) or annotation is Labels:
        return False
    return issubclass(annotation, BaseModel) or dataclasses.is_dataclass(annotation)


def _annotated(annotation: object, marks: tuple[object, ...], kinds: frozenset[str]) -> str:
    for mark in marks:
        if isinstance(mark, WithJsonSchema) and mark.json_schema and "enum" in mark.json_schema:
            return words(Literal[*mark.json_schema["enum"]], kinds)
    for mark in marks:
        if isinstance(mark, Refers):
            return f"key of a [`{mark.kind}`]({mark.kind}.md)" if mark.kind in kinds else f"key of a `{mark.kind}`"
        if isinstance(mark, StringConstraints) and str(mark.pattern) in _PATTERNS:
            return _PATTERNS[str(mark.pattern)]
        if isinstance(mark, BeforeValidator | AfterValidator):
            return _CHECKED[_name(mark.func)]
    said = words(annotation, kinds)
    bounds = [bound for mark in marks for bound in _bounds(mark)]
    return f"{said} ({', '.join(bounds)})" if bounds else said


def _bounds(mark: object) -> list[str]:
    if isinstance(mark, FieldInfo):
        return [bound for inner in mark.metadata for bound in _bounds(inner)]
    if isinstance(mark, StringConstraints):
        return [f"like `{mark.pattern}`"] if mark.pattern else []
    match mark:
        case annotated_types.Ge(ge=low):
            return [f"at least {low}"]
        case annotated_types.Gt(gt=low):
            return [f"more than {low}"]
        case annotated_types.Le(le=high):
            return [f"at most {high}"]
        case annotated_types.Lt(lt=high):
            return [f"less than {high}"]
        case annotated_types.MinLen(min_length=1):
            return ["not empty"]
        case annotated_types.MinLen(min_length=low):
            return [f"at least {low}"]
        case annotated_types.MaxLen(max_length=high):
            return [f"at most {high}"]
    return []


def _name(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", type(function).__name__)
