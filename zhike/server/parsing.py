"""Reading requests: what no text of ours can hold is refused before anything sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from zhike.kernel.errors import ZhikeError

#: PostgreSQL stores neither U+0000 nor half of a surrogate pair, and UTF-8 cannot carry the latter.
_BAD_TEXT = re.compile("[\0\ud800-\udfff]")


class BadText(ZhikeError):
    """A request with a character that cannot be stored."""

    code = "request.bad_text"
    status = 422
    zh = "输入含有无法保存的字符"
    en = "The input holds a character that cannot be stored"


class BadNumber(ZhikeError):
    """A request with a number that JSON does not have."""

    code = "request.bad_number"
    status = 400
    zh = "“{found}”不是数值"
    en = "'{found}' is not a number"


class JsonParser(Parser):
    """Strict JSON in UTF-8, and texts that can be stored."""

    def parse_body(self, request: HttpRequest) -> dict[str, object]:
        """Return the body; raises ValueError for what is no JSON or says to be something else, BadText, BadNumber."""
        if request.content_type != "application/json":
            raise ValueError(request.content_type)
        text = request.body.decode("utf-8")
        data: dict[str, object] = json.loads(text, parse_constant=_refuse_constant)
        # A character that cannot be stored can only have been written as an escape.
        if "\\u" in text and any(_BAD_TEXT.search(found) for found in _texts(data)):
            raise BadText()
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, object], list_fields: list[str], request: HttpRequest
    ) -> dict[str, object]:
        """Return the query or form; raises BadText."""
        for values in data.lists():
            if any(isinstance(value, str) and _BAD_TEXT.search(value) for value in (values[0], *values[1])):
                raise BadText()
        return super().parse_querydict(data, list_fields, request)


def _refuse_constant(found: str) -> NoReturn:
    raise BadNumber(found=found)


def _texts(data: object) -> Iterator[str]:
    waiting = [data]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting += [*found.keys(), *found.values()]
        elif isinstance(found, list):
            waiting += found
