"""What a change of a definition means key by key: parts are known by their key, not by their place."""

from __future__ import annotations

from zhike.kernel.definition_changes import Difference, differences
from zhike.kernel.definitions import Change
from zhike.platform.objects.definitions import ObjectDefinition
from zhike.platform.permissions.types import Role

BODY = {
    "kind": "object",
    "key": "shop",
    "labels": {"zh": "店", "en": "Shop"},
    "display": "name",
    "fields": [
        {"key": "name", "type": "text", "labels": {"zh": "名称", "en": "Name"}},
        {"key": "size", "type": "integer", "labels": {"zh": "大小", "en": "Size"}},
    ],
}
NAME, SIZE = BODY["fields"]
CITY = {"key": "city", "type": "text", "labels": {"zh": "城市", "en": "City"}}


def told(**changes):
    before, after = (ObjectDefinition.model_validate(body) for body in (BODY, BODY | changes))
    return differences(Change("object", "shop", "update", before, after))


def test_every_changed_key_is_told_with_old_and_new():
    named = NAME | {"labels": {"zh": "店名", "en": "Name"}, "required": True}
    assert told(display="size", fields=[named, SIZE]) == [
        Difference("fields[name].labels.zh", "名称", "店名"),
        Difference("fields[name].required", None, True),
        Difference("display", "name", "size"),
    ]


def test_a_part_in_between_moves_no_other_and_one_that_goes_is_told_whole():
    assert told(fields=[NAME, CITY, SIZE]) == [Difference("fields[city]", None, CITY)]
    assert told(fields=[NAME]) == [Difference("fields[size]", SIZE, None)]
    assert told(fields=[SIZE, NAME]) == [Difference("fields", ["name", "size"], ["size", "name"])]


def test_of_parts_without_a_key_each_that_went_or_came_is_told():
    reads, works = {"on": "party", "operations": ["read"]}, {"on": "work", "operations": ["read"]}
    role = {"kind": "role", "key": "desk", "labels": {"zh": "柜", "en": "Desk"}, "grants": [reads, works]}
    wider = {"on": "party", "operations": ["read", "update"]}
    before, after = (Role.model_validate(body) for body in (role, role | {"grants": [wider, works]}))
    assert differences(Change("role", "desk", "update", before, after)) == [
        Difference("grants", reads, None),
        Difference("grants", None, wider),
    ]


def test_the_same_is_no_difference_and_what_is_new_or_gone_is_told_by_its_action():
    assert told() == []
    found = ObjectDefinition.model_validate(BODY)
    assert differences(Change("object", "shop", "create", None, found)) == []
