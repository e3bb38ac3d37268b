"""What a request says and nothing reads: refused with what there is, so that no part of a question is lost silently."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from django.http import HttpRequest, HttpResponse
from ninja.operation import Operation
from pydantic import BaseModel
from typing_extensions import TypeAliasType, is_typeddict

from zhike.kernel.errors import ZhikeError
from zhike.server.reading import operation_of

Run = Callable[..., HttpResponse]


class UnknownParameter(ZhikeError):
    """A parameter of an address, or a part of a form, that the route does not have."""

    code = "request.unknown_parameter"
    status = 422
    zh = "没有参数“{key}”。可用的有：{has}"
    en = "There is no parameter '{key}'. There are: {has}"


def known_parameters_only(run: Run) -> Run:
    """Wrap a route: of somebody signed in it refuses parameters and parts of forms that it does not have."""
    operation = operation_of(run)
    address, form = _names(operation, "query"), _names(operation, "form", "file")

    @functools.wraps(run)
    def checked(request: HttpRequest, **given: object) -> HttpResponse:
        strange = [(key, address) for key in request.GET if key not in address]
        if form and request.method == "POST":
            strange += [(key, form) for key in (*request.POST, *request.FILES) if key not in form]
        if strange and request.user.is_authenticated:
            key, known = strange[0]
            return operation.api.on_exception(request, UnknownParameter(key=key, has=known))
        return run(request, **given)

    return checked


def _names(operation: Operation, *sources: str) -> list[str]:
    models = [model for model in operation.models if model.__ninja_param_source__ in sources]
    return sorted(name for model in models for name in fields(model))


def known_keys(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """Return the keys that a part of a request's model has; `place` says where the part is, as pydantic does."""
    shapes: list[object] = [model]
    for step in place:
        shapes = [below for shape in shapes for below in _below(shape, step)]
    return sorted({key for shape in shapes for one in plain(shape) for key in fields(one)})


def _below(shape: object, step: int | str) -> Iterator[object]:
    for one in plain(shape):
        keys = fields(one)
        if step in keys:
            yield keys[str(step)]
        elif getattr(one, "__name__", None) == step:
            # The part that pydantic tried of several.
            yield one
        elif not keys and get_args(one):
            yield get_args(one)[-1]


def plain(shape: object) -> Iterator[object]:
    """Yield what a type is made of where it is one of several; of an annotated or named one what it stands for."""
    if isinstance(shape, TypeAliasType):
        yield from plain(shape.__value__)
    elif hasattr(shape, "__metadata__"):
        yield from plain(get_args(shape)[0])
    elif get_origin(shape) in (Union, UnionType):
        for one in get_args(shape):
            yield from plain(one)
    else:
        yield shape


def fields(shape: object) -> Mapping[str, object]:
    """Return the keys of a part with what each takes; none for what is no part."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return {field.alias or name: field.annotation for name, field in shape.model_fields.items()}
    return get_type_hints(shape) if is_typeddict(shape) else {}
