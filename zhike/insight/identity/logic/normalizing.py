"""Values of match keys written the same."""

from __future__ import annotations

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.identity.types import Normalizer

_FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_HALF_WIDTH = "".join(chr(code) for code in range(0x21, 0x7F)) + " "
_KEPT = {"no_blanks": r"[\s\x{200B}]", "digits": "[^0-9]", "letters_and_digits": r"[^\p{L}\p{N}]"}


def normalized(text: Tree, by: Normalizer | None) -> Tree:
    """Return a text as it is compared; null where nothing of it is left."""
    if by is None:
        return text
    wide, narrow = trees.value(_FULL_WIDTH), trees.value(_HALF_WIDTH)
    found = trees.sql("lower(translate(_text, _wide, _narrow))", text=text, wide=wide, narrow=narrow)
    steps = [] if by.keep == "all" else [(_KEPT[by.keep], "")]
    for pattern, instead in (*steps, *((step.pattern, step.by) for step in by.replace)):
        places = {"pattern": trees.value(pattern), "by": trees.value(instead)}
        found = trees.sql("replaced_by(_text, _pattern, _by)", text=found, **places)
    if by.shortest == 1:
        return trees.sql("nullif(_text, '')", text=found)
    return trees.sql(
        "case when length(_text) >= _shortest then _text end", text=found, shortest=trees.value(by.shortest)
    )
