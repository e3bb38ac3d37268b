"""Every kind's model: no free-form value anywhere, and no key that it does not know."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from zhike.kernel import definitions

KINDS = {kind.name: kind for kind in definitions.kinds()}
FREE = (dict, object, Any)


def models(annotation: object, seen: set[type]) -> Iterator[type[BaseModel]]:
    """Every model that a value of `annotation` can hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        yield annotation
        for info in annotation.model_fields.values():
            yield from models(info.annotation, seen)
    for part in typing.get_args(annotation):
        yield from models(part, seen)


def leaves(annotation: object) -> Iterator[object]:
    """Every type inside `annotation` that is not made of others."""
    parts = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from leaves(parts[0])
    elif origin is typing.Literal:
        return
    elif parts:
        if origin is dict:
            yield dict
        for part in parts:
            yield from leaves(part)
    else:
        yield annotation


@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_field_is_a_free_value(name):
    free = [
        f"{model.__name__}.{field}"
        for model in models(KINDS[name].model, set())
        for field, info in model.model_fields.items()
        if any(leaf in FREE or leaf is Mapping for leaf in leaves(info.annotation))
    ]
    assert free == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_model_refuses_unknown_keys_and_changes(name):
    loose = [
        model.__name__
        for model in models(KINDS[name].model, set())
        if (model.model_config.get("extra"), model.model_config.get("frozen")) != ("forbid", True)
    ]
    assert loose == []
