"""What is wrong with a request, in words of ours: a sentence in both languages for whatever pydantic finds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from zhike.kernel.definition_parts import RULE_BROKEN, Labels
from zhike.kernel.wire import Fact, Finding

_WHOLE = Labels("须为整数", "A whole number is wanted")
_NUMBER = Labels("须为数字", "A number is wanted")
_DAY = Labels("日期应为 2026-03-01 的写法", "Dates are written 2026-03-01")
_MOMENT = Labels("时间应为 2026-03-01T09:30:00+08:00 的写法", "Times are written 2026-03-01T09:30:00+08:00")
_OBJECT = Labels("须为带键的对象", "An object with keys is wanted")
_LIST = Labels("须为列表", "A list is wanted")
_ONE_OF = Labels("只能是：{expected}", "It must be one of: {expected}")
_SENTENCES: Mapping[str, Labels] = {
    "missing": Labels("必填", "Required"),
    "string_type": Labels("须为文本", "A text is wanted"),
    "string_too_short": Labels("至少 {min_length} 个字符", "At least {min_length} characters are wanted"),
    "string_too_long": Labels("最多 {max_length} 个字符", "At most {max_length} characters are taken"),
    "too_short": Labels("至少 {min_length} 项", "At least {min_length} are wanted"),
    "too_long": Labels("最多 {max_length} 项", "At most {max_length} are taken"),
    "greater_than": Labels("须大于 {gt}", "It must be more than {gt}"),
    "greater_than_equal": Labels("不小于 {ge}", "It must be at least {ge}"),
    "less_than": Labels("须小于 {lt}", "It must be less than {lt}"),
    "less_than_equal": Labels("不大于 {le}", "It must be at most {le}"),
    "finite_number": _NUMBER,
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "union_tag_invalid": Labels(
        "{discriminator} 只能是：{expected_tags}", "{discriminator} must be one of: {expected_tags}"
    ),
    "union_tag_not_found": Labels("缺少 {discriminator}", "{discriminator} is missing"),
    "none_required": Labels("须为空", "Nothing may stand here"),
    "int_parsing_size": Labels("位数过多", "It has too many digits"),
}
#: Of the faults that have no sentence of their own, by what their name begins with.
_FAMILIES: Mapping[str, Labels] = {
    "int_": _WHOLE,
    "float_": _NUMBER,
    "decimal_": _NUMBER,
    "bool_": Labels("须为 true 或 false", "It must be true or false"),
    "datetime_": _MOMENT,
    "timezone_": _MOMENT,
    "date_": _DAY,
    "uuid_": Labels("编号格式不正确", "This is no id"),
    "dict_": _OBJECT,
    "mapping_": _OBJECT,
    "model_": _OBJECT,
    "list_": _LIST,
    "tuple_": _LIST,
}
_ANYTHING_ELSE = Labels("格式不正确", "It is not in the form that is wanted")


def fault(found: Mapping[str, Any], lang: str) -> Finding:
    """Return the finding about a fault that pydantic found in a request: its `path` inside the body, form or address,
    and the `field` where that is a value of the request itself."""
    place = _place(found["loc"])
    if found["type"] == "extra_forbidden":
        return _unknown_key(place, found["ctx"]["has"], lang)
    said: Finding = {"code": f"request.{found['type']}", "message": sentence(found["type"], found.get("ctx", {}))[lang]}
    if place:
        said["path"] = ".".join(map(str, place))
    if len(place) == 1:
        said["field"] = str(place[0])
    return said


def _unknown_key(place: Sequence[int | str], has: list[str], lang: str) -> Finding:
    key = str(place[-1])
    said = f"没有“{key}”这一项。可用的有：{'、'.join(has)}"
    if lang == "en":
        said = f"There is no key '{key}'. There are: {', '.join(has)}"
    facts: dict[str, Fact] = {"key": key, "has": [*has]}
    return {"code": "request.unknown_key", "message": said, "path": ".".join(map(str, place)), "facts": facts}


def sentence(kind: str, context: Mapping[str, object]) -> Labels:
    """Return what is wrong where pydantic found a fault of this kind."""
    if kind == RULE_BROKEN:
        return Labels(str(context["zh"]), str(context["en"]))
    if kind == "string_too_short" and context.get("min_length") == 1:
        return _SENTENCES["missing"]
    family = next((said for start, said in _FAMILIES.items() if kind.startswith(start)), _ANYTHING_ELSE)
    said = _SENTENCES.get(kind, family)
    try:
        return Labels(said.zh.format(**_listed(context, "、")), said.en.format(**_listed(context, ", ")))
    except KeyError:
        return _ANYTHING_ELSE


def _listed(context: Mapping[str, object], comma: str) -> dict[str, object]:
    """The facts of a fault; names that pydantic lists in quotes are listed as we do."""
    return {
        key: comma.join(names) if (names := re.findall(r"'([^']*)'", str(value))) else value
        for key, value in context.items()
    }


def _place(loc: Sequence[int | str]) -> Sequence[int | str]:
    """Where something is in what the caller sent: without the part of the request, and without our name of its body."""
    return loc[2:] if loc[0] == "body" else loc[1:]
