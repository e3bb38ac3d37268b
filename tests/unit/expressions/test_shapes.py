"""Expressions that differ in their values alone are one shape, and one text of SQL."""

from __future__ import annotations

import pytest

from tests.property.expression_cases import CUSTOMER, PARAMETERS, TableBinding
from zhike.expressions import api as ex


def asked(text):
    shape, values = ex.shape_of(ex.parse(text, CUSTOMER, PARAMETERS))
    fragment = ex.compile_sql(shape, "postgres", TableBinding("customer"))
    return shape, ex.sql_text(fragment.tree, "postgres"), ex.filled(fragment.values, values)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("asset > 1.5 and nick = 'a'", "asset > 20.0 and nick = 'b'"),
        ("age in (1, 2)", "age in (3, 3)"),
        ("born between date '2020-01-01' and date '2021-01-01'", "born between date '2022-02-02' and date '2023-01-01'"),
        ("exists(orders where lots > 3)", "exists(orders where lots > 4)"),
        ("add_days(born, 3) > :today", "add_days(born, 4) > :today"),
    ],
)  # fmt: skip
def test_other_values_are_the_same_text(one, other):
    first, text, values = asked(one)
    second, same, others = asked(other)
    assert first == second and hash(first) == hash(second)
    assert text == same and values.keys() == others.keys() and values != others
    assert values == ex.compile_sql(ex.parse(one, CUSTOMER, PARAMETERS), "postgres", TableBinding("customer")).values


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("asset > 1.5", "asset >= 1.5"),
        ("age in (1, 2)", "age in (1, 2, 3)"),
        ("nick = 'a'", "nick = null"),
        ("asset > 1.5", "asset > 1"),
        ("age > 1", "asset > 1"),
    ],
)
def test_anything_else_is_another_shape(one, other):
    assert asked(one)[0] != asked(other)[0]
