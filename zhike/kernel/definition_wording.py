"""What a value that does not fit its model is said to be: a stable code, and a sentence that says what would fit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic_core import ErrorDetails

from zhike.kernel.definition_parts import RULE_BROKEN, Finding, Place

_MISSING, _TYPE, _VALUE, _FORM = (
    f"definition.{name}" for name in ("missing_key", "wrong_type", "unknown_value", "malformed")
)
_TEXT = "{last} is a text; it is {given} (a number or word of YAML goes in quotes)"
_LIST, _MAPPING = "{last} is a list; it is {given}", "{last} is a mapping; it is {given}"
_WHOLE, _NUMBER = "{last} is a whole number; it is {given}", "{last} is a number; it is {given}"
_FLAG = "{last} is true or false; it is {given}"
_UUID = "{last} is a uuid such as 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001; it is {given}"
#: By pydantic's name of the fault; a test looks that no other one comes up.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": (_MISSING, "{last} is missing"),
    "missing_argument": (_MISSING, "{last} is missing"),
    "union_tag_not_found": (_MISSING, "`{discriminator}` is missing; it decides what else may be said here"),
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
    "int_parsing_size": (_FORM, "{last} has too many digits; it is {given}"),
    "float_type": (_TYPE, _NUMBER),
    "float_parsing": (_TYPE, _NUMBER),
    "decimal_type": (_TYPE, _NUMBER),
    "decimal_parsing": (_TYPE, _NUMBER),
    "finite_number": (_TYPE, _NUMBER),
    "uuid_type": (_TYPE, _UUID),
    "uuid_parsing": (_TYPE, _UUID),
    "literal_error": (_VALUE, "{last} is one of: {expected}; it is {given}{meant}"),
    "union_tag_invalid": (_VALUE, "`{discriminator}` is one of: {expected}; it is '{tag}'{meant}"),
    "string_pattern_mismatch": (_FORM, "{last} is {given}; it must look like {pattern}"),
    "string_too_short": (_FORM, "{last} has at least {min_length} characters; it is {given}"),
    "string_too_long": (_FORM, "{last} has at most {max_length} characters; it is {given}"),
    "too_short": (_FORM, "{last} holds at least {min_length}; it holds {actual_length}"),
    "too_long": (_FORM, "{last} holds at most {max_length}; it holds {actual_length}"),
    "greater_than": (_FORM, "{last} is more than {gt}; it is {given}"),
    "greater_than_equal": (_FORM, "{last} is at least {ge}; it is {given}"),
    "less_than": (_FORM, "{last} is less than {lt}; it is {given}"),
    "less_than_equal": (_FORM, "{last} is at most {le}; it is {given}"),
    "value_error": (_FORM, "{last}: {error}"),
}
_UNKNOWN_KEYS = ("extra_forbidden", "unexpected_keyword_argument")


def fault(found: ErrorDetails, place: Place, known: Iterable[str] = ()) -> Finding:
    """Return the finding about a fault that pydantic found at `place`, where the keys `known` exist."""
    if found["type"] in _UNKNOWN_KEYS:
        return unknown("key", str(place[-1]), known, place, "definition.unknown_key")
    if found["type"] == RULE_BROKEN:
        return Finding(_FORM, found["msg"], place)
    context = found.get("ctx", {})
    tagged = str(context.get("discriminator", "")).strip("'")
    code, sentence = _SENTENCES.get(found["type"], (_FORM, "{last}: {msg}"))
    expected = str(context.get("expected_tags", context.get("expected", "")))
    facts = context | {
        "last": _last(place),
        "given": _given(found["input"]),
        "discriminator": tagged,
        "expected": expected.replace("'", "") if tagged else expected,
        "meant": _meant(str(context.get("tag", found["input"])), re.findall("'([^']*)'", expected)),
        "msg": found["msg"],
    }
    return Finding(code, sentence.format(**facts), (*place, tagged) if tagged else place)


def is_worded(type: str) -> bool:
    """Return whether a fault of pydantic's is said in words of ours."""
    return type in _SENTENCES or type in _UNKNOWN_KEYS or type == RULE_BROKEN


def unknown(
    what: str, key: str, known: Iterable[str], where: Place, code: str = "definition.unknown_reference"
) -> Finding:
    """Return the finding about a name that nothing has, with what exists and what was probably meant."""
    has = sorted(known)
    return Finding(code, f"there is no {what} '{key}'; there {_listed(has)}{_meant(key, has)}", where, (key,))


def without_kind(known: Iterable[str]) -> Finding:
    """Return the finding about a definition that does not say its kind."""
    return Finding(_MISSING, f"`kind` is missing; there {_listed(sorted(known))}")


def nearest(key: str, has: Sequence[str], *, surely: bool = False) -> str | None:
    """Return the name that was probably meant, if any is near enough; `surely`: if no other could be."""
    near = difflib.get_close_matches(key, has, n=2, cutoff=0.85 if surely else 0.75)
    return None if surely and len(near) > 1 else next(iter(near), None)


def _listed(has: Sequence[str]) -> str:
    if not has:
        return "are none"
    more = f" and {len(has) - 40} more" if len(has) > 40 else ""
    return f"{'is' if len(has) == 1 else 'are'}: {', '.join(has[:40])}{more}"


def _meant(key: str, has: Sequence[str]) -> str:
    near = nearest(key, has)
    return f". Did you mean '{near}'?" if near else ""


def _last(place: Place) -> str:
    """What the value at a place is called: its key, or its number in a list."""
    named = next((f"`{part}`" for part in reversed(place) if isinstance(part, str)), "the definition")
    return f"item {place[-1] + 1} of {named}" if place and isinstance(place[-1], int) else named


def _given(value: object) -> str:
    shown = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else _scalar(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _scalar(value: object) -> str:
    """A value as YAML has it."""
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else repr(value)
