"""Engines know no business: what a broker calls its customers, figures and papers stands in packs.

An engine that needs such a thing asks for who plays its role (a field, an object, a measure), or its definition names it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("zhike")
#: They make and start the sample broker, which is a business of its own: customers, accounts and what they trade.
SAMPLE = ("zhike/cli/sample/", "zhike/cli/trial.py")
WORDS = (
    "account manager",
    "commission",
    "complaint",
    "customer",
    "holding",
    "inflow",
    "insurance policy",
    "opportunity",
    "quotation",
    "sales lead",
    "sales order",
    "service case",
    "site visit",
    "total asset",
    "value tier",
)
#: In one name with what they are of: margin_balance, counter_trade.
BEFORE = ("counter", "margin")
IN_CHINESE = ("客户", "商机", "报价单", "投诉", "佣金", "净流入", "持仓", "总资产", "保单")
_PLURALS = {word: f"{word[:-1]}(?:y|ies)" if word.endswith("y") else f"{word}s?" for word in WORDS}
_WORD = re.compile("_(?:" + "|".join(each.replace(" ", "_") for each in _PLURALS.values()) + ")(?=_)")
_BEFORE = re.compile(rf"(?<![a-z])(?:{'|'.join(BEFORE)})_[a-z]")
_LEVEL = re.compile(r"(?<![A-Za-z0-9])[CR][1-5](?![A-Za-z0-9])")


def said(text: str) -> list[str]:
    """The business words of an identifier or a string."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()
    words = "_" + re.sub(r"[^a-z0-9]+", "_", parts) + "_"
    found = [match.group()[1:] for match in _WORD.finditer(words)]
    found += [match.group() for match in _BEFORE.finditer(parts)]
    found += [match.group() for match in _LEVEL.finditer(text)]
    return found + [word for word in IN_CHINESE if word in text]


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = (node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body)
    return {first.value for first in bodies if isinstance(first, ast.Expr)}


def names_and_strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every identifier and every string of a program, with its line; what explains it is neither."""
    told = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.lineno, node.value
            continue
        for name in ("id", "attr", "arg", "name", "asname", "module"):
            if isinstance(found := getattr(node, name, None), str):
                yield getattr(node, "lineno", 0), found


def test_words_are_found_in_names_and_in_sentences():
    assert said("net_inflow") == ["inflow"] and said("ComplaintFreeze") == ["complaint"]
    assert said("core.counter_trade") == ["counter_t"] and said("Net inflow per customer") == ["inflow", "customer"]
    assert said("risk_level = 'C3'") == ["C3"] and said("没有客户") == ["客户"] and said("opportunities") != []
    assert said("PydanticCustomError") == said("Counter") == said("c4:") == []


def test_engines_say_no_business_word():
    offences = [
        f"{path}:{line}: {', '.join(found)} in {text[:80]!r}"
        for path in sorted(ROOT.rglob("*.py"))
        if not str(path).startswith(SAMPLE)
        for line, text in names_and_strings(ast.parse(path.read_text(encoding="utf-8")))
        if (found := said(text))
    ]
    assert offences == []
