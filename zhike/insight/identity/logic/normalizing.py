"""Values of match keys written the same."""

from __future__ import annotations

import re
import unicodedata

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.identity.types import Normalizer
from zhike.kernel import folding

#: What goes of a fold, which has no blanks.
_GOES = {"digits": "[^0-9]", "letters_and_digits": r"[^\p{L}\p{N}]"}


def normalized(text: Tree, by: Normalizer | None) -> Tree:
    """Return a text as it is compared; null where nothing of it is left. The session knows folds."""
    if by is None:
        return text
    found = trees.sql(f"zhike_folded_{by.fold}(_text)", text=text)
    steps = [(_GOES[by.keep], "")] if by.keep in _GOES else []
    for pattern, instead in (*steps, *((step.pattern, step.by) for step in by.replace)):
        places = {"pattern": trees.value(pattern), "by": trees.value(instead)}
        found = trees.sql("replaced_by(_text, _pattern, _by)", text=found, **places)
    if by.shortest == 1:
        return trees.sql("nullif(_text, '')", text=found) if steps or by.replace else found
    return trees.sql(
        "case when length(_text) >= _shortest then _text end", text=found, shortest=trees.value(by.shortest)
    )


def written_same(text: str, by: Normalizer) -> str:
    """Return what `normalized` makes of one text; empty where nothing of it is left."""
    found = folding.folded(by.fold, text)
    if by.keep == "digits":
        found = "".join(sign for sign in found if sign in "0123456789")
    elif by.keep == "letters_and_digits":
        found = "".join(sign for sign in found if unicodedata.category(sign)[0] in "LN")
    for step in by.replace:
        found = re.sub(step.pattern, step.by, found)
    return found if len(found) >= by.shortest else ""
