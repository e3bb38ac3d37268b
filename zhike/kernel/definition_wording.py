"""What a value that does not fit its model is said to be: a stable code, and a sentence that says what would fit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic_core import ErrorDetails

from zhike.kernel.definition_parts import RULE_BROKEN, Finding, Labels, Place, Unfit
from zhike.kernel.yaml_faults import width_hint

_MISSING, _TYPE, _VALUE, _FORM = (
    f"definition.{name}" for name in ("missing_key", "wrong_type", "unknown_value", "malformed")
)
_TEXT = (
    "{last}应为文本，实为 {given}（数字或 YAML 关键字要加引号）",
    "{last} is a text; it is {given} (a number or word of YAML goes in quotes)",
)
_LIST = "{last}应为列表，实为 {given}", "{last} is a list; it is {given}"
_MAPPING = "{last}应为键值对，实为 {given}", "{last} is a mapping; it is {given}"
_WHOLE = "{last}应为整数，实为 {given}", "{last} is a whole number; it is {given}"
_NUMBER = "{last}应为数字，实为 {given}", "{last} is a number; it is {given}"
_FLAG = "{last}应为 true 或 false，实为 {given}", "{last} is true or false; it is {given}"
_UUID = (
    "{last}应为 uuid（如 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001），实为 {given}",
    "{last} is a uuid such as 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001; it is {given}",
)
_ABSENT = "缺少 {last}", "{last} is missing"
#: By pydantic's name of the fault; a test looks that no other one comes up.
_SENTENCES: Mapping[str, tuple[str, tuple[str, str]]] = {
    "missing": (_MISSING, _ABSENT),
    "missing_argument": (_MISSING, _ABSENT),
    "union_tag_not_found": (
        _MISSING,
        (
            "缺少 `{discriminator}`，由它决定此处还可以写什么",
            "`{discriminator}` is missing; it decides what else may be said here",
        ),
    ),
    "string_type": (_TYPE, _TEXT),
    "bool_type": (_TYPE, _FLAG),
    "bool_parsing": (_TYPE, _FLAG),
    "tuple_type": (_TYPE, _LIST),
    "list_type": (_TYPE, _LIST),
    "mapping_type": (_TYPE, _MAPPING),
    "dict_type": (_TYPE, _MAPPING),
    "model_type": (_TYPE, _MAPPING),
    "model_attributes_type": (_TYPE, _MAPPING),
    "dataclass_type": (_TYPE, _MAPPING),
    "int_type": (_TYPE, _WHOLE),
    "int_parsing": (_TYPE, _WHOLE),
    "int_from_float": (_TYPE, _WHOLE),
    "int_parsing_size": (_FORM, ("{last}位数过多：{given}", "{last} has too many digits; it is {given}")),
    "float_type": (_TYPE, _NUMBER),
    "float_parsing": (_TYPE, _NUMBER),
    "decimal_type": (_TYPE, _NUMBER),
    "decimal_parsing": (_TYPE, _NUMBER),
    "finite_number": (_TYPE, _NUMBER),
    "uuid_type": (_TYPE, _UUID),
    "uuid_parsing": (_TYPE, _UUID),
    "literal_error": (
        _VALUE,
        ("{last}{one_of}，实为 {given}{meant}", "{last} {one_of}; it is {given}{meant}"),
    ),
    "union_tag_invalid": (
        _VALUE,
        (
            "`{discriminator}` {one_of}，实为 '{tag}'{meant}",
            "`{discriminator}` {one_of}; it is '{tag}'{meant}",
        ),
    ),
    "string_pattern_mismatch": (
        _FORM,
        ("{last}为 {given}，应符合 {pattern}", "{last} is {given}; it must look like {pattern}"),
    ),
    "string_too_short": (
        _FORM,
        ("{last}至少 {min_length} 个字符，实为 {given}", "{last} has at least {min_length} characters; it is {given}"),
    ),
    "string_too_long": (
        _FORM,
        ("{last}最多 {max_length} 个字符，实为 {given}", "{last} has at most {max_length} characters; it is {given}"),
    ),
    "too_short": (
        _FORM,
        (
            "{last}至少 {min_length} 项，实有 {actual_length} 项",
            "{last} holds at least {min_length}; it holds {actual_length}",
        ),
    ),
    "too_long": (
        _FORM,
        (
            "{last}最多 {max_length} 项，实有 {actual_length} 项",
            "{last} holds at most {max_length}; it holds {actual_length}",
        ),
    ),
    "greater_than": (_FORM, ("{last}应大于 {gt}，实为 {given}", "{last} must be more than {gt}; it is {given}")),
    "greater_than_equal": (_FORM, ("{last}应不小于 {ge}，实为 {given}", "{last} must be at least {ge}; it is {given}")),
    "less_than": (_FORM, ("{last}应小于 {lt}，实为 {given}", "{last} must be less than {lt}; it is {given}")),
    "less_than_equal": (_FORM, ("{last}应不大于 {le}，实为 {given}", "{last} must be at most {le}; it is {given}")),
    "value_error": (_FORM, ("{last}：{error}", "{last}: {error}")),
}
#: What a name in a mapping is called.
KEY = Labels("键", "key")
#: A truth value among names in quotes, as Python writes it.
_PYTHON = re.compile(r"\b(?<!')(True|False)\b(?!')")
_UNKNOWN_KEYS = ("extra_forbidden", "unexpected_keyword_argument")


def fault(found: ErrorDetails, place: Place, known: Iterable[str] = ()) -> Finding:
    """Return the finding about a fault that pydantic found at `place`, where the keys `known` exist."""
    context = found.get("ctx", {})
    if found["type"] in _UNKNOWN_KEYS:
        return unknown(KEY, str(place[-1]), known, place, "definition.unknown_key")
    if found["type"] == RULE_BROKEN:
        return Finding(_FORM, Labels(context["zh"], context["en"]), place)
    tagged = str(context.get("discriminator", "")).strip("'")
    code, (zh, en) = _SENTENCES.get(found["type"], (_FORM, ("{last}：{msg}", "{last}: {msg}")))
    said = Labels(
        zh.format(**_facts(found, place, "zh")).strip().replace("` ：", "`："), en.format(**_facts(found, place, "en"))
    )
    return Finding(code, said, (*place, tagged) if tagged else place)


def _one_of(expected: str) -> Labels:
    """What may stand somewhere, of values that pydantic lists in English and writes as Python does."""
    en = _PYTHON.sub(lambda found: found[0].lower(), expected)
    zh = en.replace(" or ", "、").replace(", ", "、")
    if zh == en:
        return Labels(f"只能是 {zh}", f"can only be {en}")
    return Labels(f"只能是 {zh} 之一", f"is one of: {en}")


def _facts(found: ErrorDetails, place: Place, lang: str) -> dict[str, object]:
    """What a sentence in that language may say of a fault."""
    context = found.get("ctx", {})
    tagged = str(context.get("discriminator", "")).strip("'")
    expected = str(context.get("expected_tags", context.get("expected", "")))
    error = context.get("error")
    return context | {
        "last": _last(place)[lang],
        "given": _given(found["input"])[lang],
        "discriminator": tagged,
        "one_of": _one_of(expected.replace("'", "") if tagged else expected)[lang],
        "meant": _meant(str(context.get("tag", found["input"])), re.findall("'([^']*)'", expected))[lang],
        "msg": found["msg"],
        "error": error.said[lang] if isinstance(error, Unfit) else error,
    }


def is_worded(type: str) -> bool:
    """Return whether a fault of pydantic's is said in words of ours."""
    return type in _SENTENCES or type in _UNKNOWN_KEYS or type == RULE_BROKEN


def unknown(
    what: Labels | str, key: str, known: Iterable[str], where: Place, code: str = "definition.unknown_reference"
) -> Finding:
    """Return the finding about a name that nothing has, with what exists and what was probably meant.

    `what` may be a word that definitions are written with, such as a kind: it is the same in both languages.
    """
    has = sorted(known)
    zh, en = (what, what) if isinstance(what, str) else (what.zh, what.en)
    listed, meant, width = _listed(has), _meant(key, has), width_hint(key)
    said = Labels(
        f"没有名为“{key}”的{' ' if zh[0].isascii() else ''}{zh}；{listed.zh}{meant.zh}{width.zh and f'。{width.zh}'}",
        f"there is no {en} '{key}'; there {listed.en}{meant.en}{width.en and f'. {width.en}'}",
    )
    return Finding(code, said, where, (key,))


def without_kind(known: Iterable[str]) -> Finding:
    """Return the finding about a definition that does not say its kind."""
    listed = _listed(sorted(known))
    return Finding(_MISSING, Labels(f"缺少 `kind`；{listed.zh}", f"`kind` is missing; there {listed.en}"))


def nearest(key: str, has: Sequence[str], *, surely: bool = False) -> str | None:
    """Return the name that was probably meant, if any is near enough; `surely`: if no other could be."""
    near = difflib.get_close_matches(key, has, n=2, cutoff=0.85 if surely else 0.75)
    return None if surely and len(near) > 1 else next(iter(near), None)


def _listed(has: Sequence[str]) -> Labels:
    if not has:
        return Labels("目前一个也没有", "are none")
    shown, more = has[:40], len(has) - 40
    zh, en = (f"，还有 {more} 个", f" and {more} more") if more > 0 else ("", "")
    verb = "is" if len(has) == 1 else "are"
    return Labels(f"现有：{'、'.join(shown)}{zh}", f"{verb}: {', '.join(shown)}{en}")


def _meant(key: str, has: Sequence[str]) -> Labels:
    near = nearest(key, has)
    return Labels(f"。是否应为“{near}”？", f". Did you mean '{near}'?") if near else Labels("", "")


def _last(place: Place) -> Labels:
    """What the value at a place is called: its key, or its number in a list."""
    key = next((part for part in reversed(place) if isinstance(part, str)), None)
    zh, en = (f" `{key}` ", f"`{key}`") if key is not None else ("此定义", "the definition")
    if place and isinstance(place[-1], int):
        return Labels(f"{zh.rstrip()} 的第 {place[-1] + 1} 项", f"item {place[-1] + 1} of {en}")
    return Labels(zh.lstrip(), en)


def _given(value: object) -> Labels:
    if isinstance(value, dict):
        return Labels("键值对", "a mapping")
    if isinstance(value, list):
        return Labels("列表", "a list")
    if value is None:
        return Labels("空", "nothing")
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return Labels(shown, shown)
