"""Whoever works in the sample broker has a number of their own, however many branches there are."""

import duckdb

from zhike.cli.sample.people import staff_number


def test_no_place_in_a_branch_has_the_number_of_another_one_or_of_an_operator():
    numbers = staff_number("b", "m")
    [(all_of_them, different, first, last)] = duckdb.sql(
        f"select count(*), count(distinct n), min(n), max(n) filter (where length(n) = 6) from ("
        f" select {numbers} as n from range(1, 1201) t(b), range(20) s(m)"
        " union all select printf('E9%04d', o) from range(1, 4) t(o))"
    ).fetchall()
    assert (all_of_them, different, first, last) == (24_003, 24_003, "E00100", "E90003")
