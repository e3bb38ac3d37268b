"""What a person asks is limited by the work that it makes; the refusal says what makes it."""

from __future__ import annotations

import pytest

from tests.property.expression_cases import CUSTOMER, PARAMETERS
from zhike.expressions import api as ex
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.work import MAX_WORK, work_of


def tree(text):
    return ex.parse(text, CUSTOMER, PARAMETERS)


def asked(text):
    return ex.condition_from_json(ex.to_json(tree(text)), CUSTOMER, PARAMETERS)


def joined(text, times):
    return " or ".join(text.format(number) for number in range(times))


def test_a_relation_looked_through_is_far_more_work_than_a_comparison():
    compared, looked = work_of(tree("age = 1")), work_of(tree("exists(orders where contains(status, 'a'))"))
    assert looked > 10 * compared
    assert work_of(tree("count(orders) > 1")) > work_of(tree("exists(orders)"))
    assert work_of(tree("asset / 2.0 > 1.0")) > work_of(tree("asset > 1.0"))
    assert work_of(tree("branch.name = 'a'")) > work_of(tree("nick = 'a'"))


def test_what_people_ask_passes_however_long_it_is():
    assert asked(joined("age = {}", 160))
    assert asked(joined("contains(nick, '{}')", 100))
    assert asked(joined("exists(orders where contains(status, '{}'))", 20))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (joined("exists(orders where contains(status, '{}'))", 40), "exists(orders) × 40"),
        (joined("count(orders where lots > {}) > 1", 12), "count(orders) × 12"),
        (joined("asset / {}.5 > 1.0", 20), "/ × 20"),
        (joined("branch.name = 'a{}'", 30), "branch.name × 30"),
        ("age = 1 and not (" + joined("to_integer(nick) = {}", 50) + ")", "to_integer(…) × 50"),
    ],
)
def test_what_is_too_much_work_is_refused_and_names_its_dearest_parts(text, part):
    with pytest.raises(ExpressionInvalid) as refused:
        asked(text)
    [found] = refused.value.found
    assert found.code == "too_costly" and str(found.at).startswith("$")
    assert found.facts["work"] > found.facts["limit"] == MAX_WORK
    for lang in ("zh", "en"):
        assert part in found.message(lang)


def test_who_writes_definitions_is_not_limited_by_it():
    assert tree(joined("exists(orders where contains(status, '{}'))", 40))
