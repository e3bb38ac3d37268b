"""How much work expressions make for each record they are asked of, so that nobody's question holds the site.

Measured in PostgreSQL over 100,000 parties and as many coverages, in the time that a comparison of a field with a value
takes: what a function takes stands beside it in the table of functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from zhike.expressions.ast import (
    Aggregate,
    Binary,
    Call,
    Expression,
    IsEmpty,
    Literal,
    Logic,
    Not,
    Param,
    Path,
    children,
    walk,
)
from zhike.expressions.errors import ExpressionInvalid, Finding
from zhike.expressions.functions import FUNCTIONS

#: An own figure, set by no rule: so much work over 2,000,000 records is about what the ten seconds of a question of a person
#: are enough for. 25 relations looked through for a text pass; 40, which were measured to take 13 s, do not.
MAX_WORK = 1_000

#: Related records that are looked at for each record: parties have one to three of most kinds.
_RELATED = 3
#: A relation that is looked through once for all records, one that is gone through for each, a step to another record.
_EXISTS, _SUMMED, _STEP = 30, 100, 50
#: Numbers are brought to 18 + 10 digits before and after.
_ARITHMETIC, _DIVISION = 30, 75
_TOLD = 3


def work_of(node: Expression) -> int:
    """Return how much work an expression is for one record; names need not be resolved."""
    inside = sum(work_of(child) for child in children(node))
    match node:
        case Aggregate():
            own = _EXISTS if node.function == "exists" else _SUMMED
            return own + _STEP * (max(len(node.over), 1) - 1) + _RELATED * inside
        case Path():
            return 1 + _STEP * (len(node.parts) - 1)
        case Call():
            known = FUNCTIONS.get(node.function)
            return (known.work if known else 1) + inside
        case Binary():
            return (_DIVISION if node.operator in "/%" else _ARITHMETIC) + inside
        case Literal() | Param():
            return 0
    return 1 + inside


def refuse_costly(*asked: Expression) -> None:
    """Raise ExpressionInvalid when expressions are more work than a person may ask for at once, with their dearest parts."""
    found = sum(work_of(expression) for expression in asked)
    if found <= MAX_WORK:
        return
    parts, times = Counter[str](), Counter[str]()
    singles = [part for expression in asked for part in _parts(expression)]
    for part in singles:
        name = _name(part)
        parts[name] += work_of(part)
        times[name] += 1
    dearest = max(singles, key=work_of)
    listed = [f"{name} × {times[name]} = {work}" for name, work in parts.most_common(_TOLD)]
    facts = {"limit": MAX_WORK, "work": found, "parts": "；".join(listed), "parts_en": "; ".join(listed)}
    raise ExpressionInvalid([Finding("too_costly", dearest.at, facts)])


def _parts(node: Expression) -> Iterator[Expression]:
    """The single conditions."""
    if not isinstance(node, Logic | Not):
        yield node
        return
    for child in children(node):
        yield from _parts(child)


def _name(part: Expression) -> str:
    """What makes a condition dear: the first of what costs most in it, as it is written."""
    dear = (node for node, _depth in walk(part) if isinstance(node, Aggregate | Call | Binary | Path | IsEmpty))
    found = max(dear, key=work_of, default=part)
    match found:
        case Aggregate():
            return f"{found.function}({'.'.join(found.over)})"
        case Call():
            return f"{found.function}(…)"
        case Binary():
            return found.operator
        case Path():
            return ".".join(found.parts)
    return "…"
