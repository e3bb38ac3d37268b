"""Numbers in text: one grammar, in Python and in the analytical engine.

`1,234.50` has its groups of three or none; `13,75` is no number where the comma groups. There is no sign but minus, no
leading zero, no exponent: those are damaged codes and amounts more often than numbers. More decimals than a field
holds are refused, not rounded.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.platform.fields.errors import BadGrammar
from zhike.platform.fields.types import Grammar

GROUPINGS = ("", ",", ".", "'", " ", "\u00a0", "\u202f")
DECIMALS = (".", ",")


def check(grammar: Grammar) -> None:
    """Raise BadGrammar where numbers cannot be read by a grammar."""
    if grammar.decimal not in DECIMALS:
        raise BadGrammar(f"小数点只能是：{' '.join(DECIMALS)}", f"the decimal sign is one of: {' '.join(DECIMALS)}")
    if grammar.grouping not in GROUPINGS:
        raise BadGrammar("千分位符只能是：, . ' 空格，或留空", "the grouping sign is one of: , . ' a blank, or nothing")
    if grammar.grouping == grammar.decimal:
        raise BadGrammar("小数点与千分位符相同", "the decimal sign and the grouping sign are the same")


@functools.lru_cache(maxsize=1_000)
def pattern(decimal: str, grouping: str, scale: int) -> str:
    """Return the regular expression of a number: for Python and for RE2."""
    groups = f"|[1-9][0-9]{{0,2}}(?:[{grouping}][0-9]{{3}})+" if grouping else ""
    fraction = f"(?:[{decimal}][0-9]{{1,{scale}}})?" if scale else ""
    return f"-?(?:0|[1-9][0-9]*{groups}){fraction}" if scale else f"0|-?(?:[1-9][0-9]*{groups})"


def read(text: str, grammar: Grammar, digits: int, scale: int) -> Decimal | None:
    """Return the number that a text is, None where it is none of at most `digits` digits, `scale` of them decimals."""
    if not re.fullmatch(pattern(grammar.decimal, grammar.grouping, scale), text):
        return None
    plain = text.replace(grammar.grouping, "") if grammar.grouping else text
    whole, _sign, fraction = plain.lstrip("-").partition(grammar.decimal)
    if len(whole) > digits - scale:
        return None
    return Decimal(("-" if plain.startswith("-") else "") + whole + ("." + fraction if fraction else ""))


def read_tree(given: Tree, grammar: Grammar, kind: str, digits: int, scale: int) -> Tree:
    """Return what `read` does of a text in the analytical engine, of type `kind`."""
    number = given
    if grammar.grouping:
        number = trees.sql("replace(_number, _sign, '')", number=number, sign=trees.value(grammar.grouping))
    conditions = [_matches(given, pattern(grammar.decimal, grammar.grouping, scale))]
    if not scale:
        conditions.append(_at_most(trees.sql("replace(_number, '-', '')", number=number), digits))
    if scale and grammar.decimal != ".":
        number = trees.sql("replace(_number, _sign, '.')", number=number, sign=trees.value(grammar.decimal))
    read = {"matches": trees.all_of(conditions), "read": trees.cast(number, kind, or_null=True)}
    if scale and grammar.decimal != ".":
        return trees.sql("case when _matches then _read end", **read)
    # What the engine prints as it was given needs no expression: a third of the time, and nearly all numbers.
    plain = trees.cast(given, kind, or_null=True)
    same = [trees.sql("cast(_plain as varchar) = _given", plain=plain, given=given)]
    short = [] if scale else [_at_most(given, digits)]
    return trees.sql(
        "case when _same then _plain when _matches then _read end", same=trees.all_of(same + short), plain=plain, **read
    )


def _matches(given: Tree, expression: str) -> Tree:
    return trees.sql("regexp_full_match(_given, _pattern)", given=given, pattern=trees.value(expression))


def _at_most(given: Tree, digits: int) -> Tree:
    return trees.sql("length(_given) <= _digits", given=given, digits=trees.value(digits))


def text(value: Decimal, grammar: Grammar) -> str:
    """Return a number as the grammar writes it, without groups."""
    return format(value, "f").replace(".", grammar.decimal)


def quoted(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
