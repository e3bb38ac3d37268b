"""Statements of the program: a part that is not the program's own is refused, whatever it says."""

from __future__ import annotations

import pytest

from zhike.kernel.written import Written, listed, name, placeholder, written


def test_parts_stand_in_their_places_and_braces_that_are_doubled_stay():
    made = written("select {what}, '{{}}' from {table} where a %% 2 = 0", what=Written("a"), table=name('x"%'))
    assert made == 'select a, \'{}\' from "x""%%" where a %% 2 = 0'
    assert isinstance(made, Written) and isinstance(placeholder("of"), Written)
    assert placeholder("of") == "%(of)s"
    assert listed([Written("a"), Written("b")], " and ") == "a and b"


@pytest.mark.parametrize("part", ["a", "a' or '1'='1", 3, None])
def test_a_text_is_no_part(part):
    with pytest.raises(TypeError):
        written("select {what}", what=part)
    with pytest.raises(TypeError):
        listed([Written("a"), part])


def test_a_part_that_is_missing_is_said():
    with pytest.raises(KeyError, match="table"):
        written("select 1 from {table}")
