"""The OpenAPI document: the rooms' routes with the one error, and nothing that clients do not need.

`zhike openapi` prints it.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from ninja import NinjaAPI
from ninja.errors import ValidationError, ValidationErrorContext
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from pydantic import TypeAdapter

from zhike.kernel.wire import ERRORS, ErrorOut
from zhike.server import forms
from zhike.server.unknown_keys import known_keys

_SIGN_IN = (401, 403)


class Api(NinjaAPI):
    """The API, whose document tells for every route which errors it may answer."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Return what is wrong with a request, once a value; of a key that nothing reads also which keys there are (`has`)."""
        found = super().validation_error_from_error_contexts(error_contexts)
        told, rest = [], iter(found.errors)
        for context in error_contexts:
            faults = list(itertools.islice(rest, context.pydantic_validation_error.error_count()))
            for fault in faults:
                if fault["type"] == "extra_forbidden":
                    fault["ctx"] = {"has": known_keys(context.model, fault["loc"][1:-1])}
            told += forms.as_meant(context.model, faults)
        return ValidationError(told)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the document."""
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema = TypeAdapter(ErrorOut).json_schema(ref_template=REF_TEMPLATE, mode="serialization")
        document["components"]["schemas"] |= schema.pop("$defs", {}) | {"ErrorOut": schema}
        content = {"application/json": {"schema": {"$ref": REF_TEMPLATE.format(model="ErrorOut")}}}
        document["components"]["responses"] = {
            f"Error{status}": {"description": said, "content": content} for status, said in ERRORS.items()
        }
        for methods in document["paths"].values():
            for operation in methods.values():
                for answered in operation["responses"].values():
                    _name_answer(answered, document["components"]["schemas"])
                open_to_all = not operation.get("security")
                operation["responses"] |= {
                    status: {"$ref": f"#/components/responses/Error{status}"}
                    for status in ERRORS
                    if not (open_to_all and status in _SIGN_IN)
                }
        _drop_titles(document["components"]["schemas"])
        _drop_titles(document["paths"])
        return document


def text(api: Api) -> str:
    """Return the document as it is committed: the same text whenever the interface is the same."""
    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _name_answer(answered: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give an answer the name of its type: declared without a second check, it stands in the document in full."""
    for media in answered.get("content", {}).values():
        schema = media["schema"]
        if schema.get("type") == "object":
            schemas[schema["title"]] = schema
            media["schema"] = {"$ref": REF_TEMPLATE.format(model=schema["title"])}


def _drop_titles(node: object) -> None:
    """Drop the titles that repeat a property's name; a property may itself be called `title`."""
    if isinstance(node, list):
        for item in node:
            _drop_titles(item)
    elif isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        for item in node.values():
            _drop_titles(item)
