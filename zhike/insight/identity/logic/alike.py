"""Who is there already while somebody writes a record: by the rules of who is who, over the records themselves.

Only rules with a whole number are asked, and each question is journalled and counted as one for that number: the answer
may be about somebody whom the asker does not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.insight.identity.logic import sourceless
from zhike.insight.identity.logic.normalizing import written_same
from zhike.insight.identity.types import Identity, MatchKey
from zhike.kernel import definitions, folding
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects import bulk, catalogue, single
from zhike.platform.objects.types import FieldType
from zhike.platform.permissions.types import Principal

Finding = dict[str, object]
#: Records that are named of each rule.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Same:
    """Records that a rule calls the same: the fields that agree, and whether nobody else can have such a value."""

    fields: tuple[FieldType, ...]
    ids: tuple[int, ...]
    strong: bool


def fields_of(object: str) -> list[str]:
    """Return the fields by whose values records of an object are called the same."""
    found = (sourceless.matched_fields(one) for one in _identities(object))
    return sorted({field for by_key in found for field in by_key.values()})


def same(object: str, given: Mapping[str, object], stored: Mapping[str, Any], principal: Principal) -> list[Same]:
    """Return the records that a record with these values is the same as, one entry for each rule that says so.

    `stored` is the record before, whose other values count, too. Raises FindSeries.
    """
    return [found for one in _identities(object) for found in _by(one, given, stored, principal)]


def guard(object: str, given: Mapping[str, object], stored: Mapping[str, Any], principal: Principal) -> list[Finding]:
    """Return what holds a record back that is there already by the rules; a rule that families break holds it weakly."""
    called = catalogue.describe(object).labels
    findings: list[Finding] = []
    for found in same(object, given, stored, principal):
        zh = "、".join(field.labels["zh"] for field in found.fields)
        en = ", ".join(field.labels["en"].lower() for field in found.fields)
        why = ("", "") if found.strong else ("；确认不是同一个，请写明原因", "; if it is another one, say why")
        findings.append(
            {
                "code": "identity.same",
                "field": found.fields[0].key,
                "message": f"系统中已有{zh}相同的{called['zh']}{why[0]}",
                "message_en": f"There is a {called['en'].lower()} with the same {en} already{why[1]}",
                "weak": not found.strong,
            }
        )
    return findings


def _identities(object: str) -> list[Identity]:
    return [found for found in definitions.all_of(Identity).values() if found.object == object]


def _by(
    identity: Identity, given: Mapping[str, object], stored: Mapping[str, Any], principal: Principal
) -> Iterator[Same]:
    owner = catalogue.describe(identity.object)
    matched = sourceless.matched_fields(identity)
    by_key = {key: owner.fields[field] for key, field in matched.items() if field in owner.fields}
    keys = {key.key: key for key in identity.keys}
    for rule in identity.rules:
        fields = [by_key[key] for key in rule if key in by_key]
        if len(fields) < len(rule) or not any(field.key in given for field in fields):
            continue
        if len(fields) == 1 and fields[0].unique:  # the database lets nobody have it twice
            continue
        texts = {field.key: _text(field, given, stored) for field in fields}
        wanted = {key: _compared(keys[key], by_key[key], texts[by_key[key].key]) for key in rule}
        asked = next((field for field in fields if single.is_number(field)), None)
        if asked is None or not all(wanted.values()):
            continue
        found = single.having(identity.object, asked.key, texts[asked.key], most=identity.guard + 1)
        ids = _agreeing(identity, found, wanted, by_key, keys, int(stored.get("id") or 0))
        if len(found) > identity.guard and not any(keys[key].conflicts for key in rule):
            ids = []
        question = "\x1f".join(str(wanted[key]) for key in rule)
        single.count_question(identity.object, question, ids, asked.key, principal=principal)
        if ids:
            yield Same(tuple(fields), tuple(ids[:_NAMED]), any(keys[key].conflicts for key in rule))


def _text(field: FieldType, given: Mapping[str, object], stored: Mapping[str, Any]) -> str:
    """A value as it is typed or was; empty where it is none of the field's or half typed, which says nothing."""
    if field.key not in given:
        return str(field.values.clear(stored.get(f"f:{field.key}")) or "")
    try:
        value = field.values.parse(given[field.key])
    except BadValue:
        return ""
    written = field.values.written
    if not isinstance(value, str) or (written and written.fault(value, given)):
        return ""
    return value


def _agreeing(
    identity: Identity,
    found: Sequence[int],
    wanted: Mapping[str, str],
    by_key: Mapping[str, FieldType],
    keys: Mapping[str, MatchKey],
    besides: int,
) -> list[int]:
    """Those of the records whose values are all the same as wanted."""
    rows = bulk.facts(identity.object, found, [by_key[key].key for key in wanted])
    return [
        record_id
        for record_id, row in sorted(rows.items())
        if record_id != besides
        and all(
            _compared(keys[key], by_key[key], str(row[by_key[key].key] or "")) == value for key, value in wanted.items()
        )
    ]


def _compared(key: MatchKey, field: FieldType, text: str) -> str:
    """A value as it is compared; empty where it says nothing. What is stored as a hash is a certificate's fold."""
    if not text:
        return ""
    if key.normalize is None:
        fold = folding.certificate if field.values.telling != ("",) else folding.text
        value, blocked = fold(text), [fold(one) for one in key.blocked]
    else:
        value = written_same(text, key.normalize)
        blocked = [written_same(one, key.normalize) for one in key.blocked]
    return "" if value in blocked else value
