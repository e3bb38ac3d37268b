"""Words become ids where rows hold ids; what has no words stays as it is."""

from __future__ import annotations

import pytest

from tests.property.expression_cases import CUSTOMER, PARAMETERS
from zhike.expressions import api as ex
from zhike.expressions.errors import ExpressionInvalid

KNOWN = {"a": [7], "b": [8, 9]}


def by_ids(text):
    found = ex.with_ids(
        ex.parse(text, CUSTOMER, PARAMETERS), lambda _path, words: {w: KNOWN[w] for w in words if w in KNOWN}
    )
    return ex.to_text(found, CUSTOMER)


@pytest.mark.parametrize(
    ("text", "by_id"),
    [
        ("owner = 'a'", "owner = 7"),
        ("'a' != owner", "owner != 7"),
        ("owner = 'b'", "owner in (8, 9)"),
        ("owner != 'b'", "owner not in (8, 9)"),
        ("owner = 'nobody'", "owner = 0"),
        ("owner in ('a', 'nobody', null, 3)", "owner in (7, 0, null, 3)"),
        ("not (owner = 'a' or nick = 'a')", "not (owner = 7 or nick = 'a')"),
        ("owner = 3", "owner = 3"),
        ("owner in :units", "owner in :units"),
        ("owner = :me", "owner = :me"),
    ],
)
def test_words_become_ids(text, by_id):
    assert by_ids(text) == by_id


def test_every_unknown_word_is_told():
    tree = ex.parse("owner = 'x' or not owner in ('a', 'y')", CUSTOMER)
    with pytest.raises(ExpressionInvalid) as refused:
        ex.refuse_unknown(tree, lambda steps: KNOWN if steps == ("owner",) else None)
    assert [(one.code, one.facts["name"], one.facts["has"]) for one in refused.value.found] == [
        ("unknown_option", "x", "a, b"),
        ("unknown_option", "y", "a, b"),
    ]
    ex.refuse_unknown(tree, lambda _steps: None)
