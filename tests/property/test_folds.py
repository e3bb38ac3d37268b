"""A fold folds to itself, a telephone number's alike in the database, and what is written of a name finds it."""

from __future__ import annotations

from typing import get_args

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.kernel import folding

SIGNS = st.sampled_from("·•.-'’0123456789+x转#()ßİΣéñ龍龙鍾於ＡａА\u200b\u3000\u0301 ﬁ①½ｶﾞ가")
TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), SIGNS), max_size=12)


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.sampled_from(get_args(folding.Kind)))
def test_a_fold_folds_to_itself(text, kind):
    found = folding.folded(kind, text)

    assert folding.folded(kind, found) == found


def test_the_fold_of_every_character_folds_to_itself():
    characters = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    assert [sign for sign in characters if folding.name(folding.name(sign)) != folding.name(sign)] == []


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"\A(\+?86|0086|0)?-?1[0-9]{10}(-[0-9]{1,2})?\Z"))
def test_a_mobile_has_eleven_digits_whatever_stands_around_it(text):
    assert len(folding.phone(text)) == 11


@pytest.mark.django_db
def test_the_database_folds_telephone_numbers_as_the_program_does():
    written = ["008613800138000", "+86-138-0013-8000", "013800138000", "021-12345678-8", "+8621-12345678", "+852-9123"]
    written += ["0013800138000", "13800138000-8", "17090001234-5678", "86-13800138000", "8621-12345678", "000-00000000"]
    text = "%s"
    values: list[str] = []
    for pattern, by in folding.PHONE_STEPS:
        text = f"regexp_replace({text}, %s, %s, 'g')"
        values += [pattern, by]
    with connection.cursor() as cursor:
        for number in written:
            cursor.execute(f"select {text}", [number, *values])
            assert cursor.fetchone()[0] == folding.phone(number), number


@pytest.mark.django_db
def test_every_writing_of_a_name_is_found_by_its_fold():
    names = [
        "買買提·艾力",
        "José  García",
        "O’BRIEN",
        "ＡＢＣ公司",
        "龍\u200b在　田",
        "稳健1.5号",
        "Jose\u0301",
        "a]b^c\\d",
    ]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("select %s ~ %s", [f"x{name}y", folding.writings(folding.name(name))])
            assert cursor.fetchone()[0], name
        cursor.execute("select %s ~ %s", ["王丽洁", folding.writings(folding.name("王洁丽"))])
        assert not cursor.fetchone()[0]
