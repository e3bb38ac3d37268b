"""How far long work is, in the language that is asked for."""

from __future__ import annotations

import pytest

from zhike.cli.output import Output
from zhike.kernel.definition_parts import Labels


@pytest.mark.parametrize(("lang", "said"), [("", "合并月份"), ("zh", "合并月份"), ("en", "Merging months")])
def test_a_step_is_told_in_the_language_that_is_asked_for(capsys, lang, said):
    output = Output(as_json=False, lang=lang)
    output.progress(Labels("合并月份", "Merging months"), 2, 2)
    output.progress("branch.csv", 0, 3)
    assert capsys.readouterr().err.splitlines() == [f"{said} 2/2", "branch.csv 0/3"]
