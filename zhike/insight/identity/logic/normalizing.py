"""Values of match keys written the same, as SQL."""

from __future__ import annotations

from zhike.insight.identity.types import Normalizer
from zhike.insight.warehouse.api import literal

_FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_HALF_WIDTH = "".join(chr(code) for code in range(0x21, 0x7F)) + " "
_KEPT = {"no_blanks": r"[\s\x{200B}]", "digits": "[^0-9]", "letters_and_digits": r"[^\p{L}\p{N}]"}


def normalized(value: str, by: Normalizer | None) -> str:
    """Return the SQL of a text as it is compared; null where nothing of it is left."""
    if by is None:
        return value
    found = f"lower(translate({value}, {literal(_FULL_WIDTH)}, {literal(_HALF_WIDTH)}))"
    if by.keep != "all":
        found = f"regexp_replace({found}, {literal(_KEPT[by.keep])}, '', 'g')"
    for step in by.replace:
        found = f"regexp_replace({found}, {literal(step.pattern)}, {literal(step.by)}, 'g')"
    return (
        f"nullif({found}, '')" if by.shortest == 1 else f"case when length({found}) >= {by.shortest} then {found} end"
    )
