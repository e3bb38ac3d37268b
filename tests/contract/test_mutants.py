"""Every deliberate break still breaks something: its text stands where it says, its tests exist."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mutants.breaks import BREAKS


@pytest.mark.parametrize("one", BREAKS, ids=lambda one: one.title)
def test_a_break_fits_the_program(one):
    whole = Path(one.file).read_text()
    broken = one.applied(whole)
    assert broken != whole
    if one.file.endswith(".py"):
        compile(broken, one.file, "exec")
    for test in one.tests:
        assert Path(test.partition("::")[0]).exists(), test


def test_titles_are_unique():
    assert [title for title, times in Counter(one.title for one in BREAKS).items() if times > 1] == []
