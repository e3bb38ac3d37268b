"""From text to a tree whose names are not resolved yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from zhike.expressions.ast import (
    AGGREGATES,
    COMPARISONS,
    Aggregate,
    Between,
    Binary,
    Call,
    Compare,
    Expression,
    In,
    IsEmpty,
    Literal,
    Logic,
    Negate,
    Not,
    Param,
    Path,
)
from zhike.expressions.errors import ExpressionInvalid, Finding
from zhike.expressions.limits import refuse_deep, refuse_large, refuse_long
from zhike.expressions.literals import ZEROS, literal, plain_number
from zhike.expressions.types import Type

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "empty",
        "true",
        "false",
        "null",
        "date",
        "datetime",
        "where",
        "over",
    ]
)
IDENTIFIER = r"[^\W\d]\w*"
_UNIT = "|".join(ZEROS)
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<quoted>「[^」]*」|`[^`]*`)
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?:\s*(?:{_UNIT})(?!\w))?)
    |(?P<param>:{IDENTIFIER})
    |(?P<name>{IDENTIFIER})
    |(?P<sign><=|>=|!=|[=<>+\-*/%(),.])
    |(?P<unclosed>['`「])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_WITH_UNIT = re.compile(rf"([0-9.]+)\s*({_UNIT})")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_tree(text: str) -> Expression:
    """Return the tree of `text`; raise ExpressionInvalid at the first fault of syntax or over a limit."""
    refuse_long(len(text))
    tree = _Parser(_tokens(text)).whole()
    refuse_large(tree)
    return tree


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind == "unclosed":
            raise ExpressionInvalid([Finding("unclosed_quote", match.start())])
        found = match.group()
        if kind == "name" and found.lower() in KEYWORDS:
            kind, found = "keyword", found.lower()
        if kind != "space":
            tokens.append(_Token(kind, found, match.start()))
    return [*tokens, _Token("end", "", len(text))]


class _Parser:
    """Recursive descent: or, and, not, comparison, sum, product, minus, primary."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0

    def whole(self) -> Expression:
        tree = self._either()
        if self._now.kind != "end":
            self._fail("the end")
        return tree

    @property
    def _now(self) -> _Token:
        return self._tokens[self._index]

    def _next(self) -> _Token:
        token = self._now
        self._index += 1
        return token

    def _take(self, *texts: str) -> _Token | None:
        return self._next() if self._now.kind in ("keyword", "sign") and self._now.text in texts else None

    def _need(self, text: str) -> _Token:
        return self._take(text) or self._fail(f"'{text}'")

    def _fail(self, expected: str) -> NoReturn:
        facts = {"expected": expected, "found": self._now.text or "the end"}
        raise ExpressionInvalid([Finding("syntax", self._now.at, facts)])

    def _either(self) -> Expression:
        self._depth += 1
        refuse_deep(self._depth, self._now.at)
        operands = [self._all()]
        while self._take("or"):
            operands.append(self._all())
        self._depth -= 1
        return operands[0] if len(operands) == 1 else Logic("or", tuple(operands), at=operands[0].at)

    def _all(self) -> Expression:
        operands = [self._opposite()]
        while self._take("and"):
            operands.append(self._opposite())
        return operands[0] if len(operands) == 1 else Logic("and", tuple(operands), at=operands[0].at)

    def _opposite(self) -> Expression:
        signs = []
        while token := self._take("not"):
            signs.append(token)
        tree = self._condition()
        for token in reversed(signs):
            tree = Not(tree, at=token.at)
        return tree

    def _condition(self) -> Expression:
        left = self._sum()
        if token := self._take(*COMPARISONS):
            return Compare(token.text, left, self._sum(), at=token.at)
        if token := self._take("is"):
            negated = self._take("not")
            self._need("empty")
            empty = IsEmpty(left, at=token.at)
            return Not(empty, at=token.at) if negated else empty
        negated = self._take("not")
        if token := self._take("in"):
            tree: Expression = self._membership(left, token.at)
        elif token := self._take("between"):
            low = self._sum()
            self._need("and")
            tree = Between(left, low, self._sum(), at=token.at)
        elif negated:
            self._fail("'in' or 'between'")
        else:
            return left
        return Not(tree, at=negated.at) if negated else tree

    def _membership(self, operand: Expression, at: int) -> In:
        if self._take("("):
            return In(operand, self._list(), at=at)
        return In(operand, (self._sum(),), listed=True, at=at)

    def _list(self) -> tuple[Expression, ...]:
        if self._take(")"):
            return ()
        items = [self._either()]
        while self._take(","):
            items.append(self._either())
        self._need(")")
        return tuple(items)

    def _sum(self) -> Expression:
        tree = self._product()
        while token := self._take("+", "-"):
            tree = Binary(token.text, tree, self._product(), at=token.at)
        return tree

    def _product(self) -> Expression:
        tree = self._signed()
        while token := self._take("*", "/", "%"):
            tree = Binary(token.text, tree, self._signed(), at=token.at)
        return tree

    def _signed(self) -> Expression:
        signs = []
        while token := self._take("-"):
            signs.append(token)
        if signs and self._now.kind == "number":
            tree: Expression = self._number("-", signs.pop().at)
        else:
            tree = self._primary()
        for token in reversed(signs):
            tree = Negate(tree, at=token.at)
        return tree

    def _number(self, sign: str, at: int) -> Literal:
        written = self._next().text
        if unit := _WITH_UNIT.fullmatch(written):
            written = plain_number(*unit.groups())
        return literal(sign + written, Type.DECIMAL if "." in written else Type.INTEGER, at)

    def _primary(self) -> Expression:
        token = self._now
        if token.kind == "number":
            return self._number("", token.at)
        if token.kind == "text":
            return literal(_unquoted(self._next()), Type.TEXT, token.at)
        if token.kind == "param":
            return Param(self._next().text[1:], at=token.at)
        if token.kind in ("name", "quoted"):
            return self._named()
        if self._take("("):
            tree = self._either()
            self._need(")")
            return tree
        if self._take("true", "false"):
            return Literal(token.text == "true", Type.BOOLEAN, at=token.at)
        if self._take("null"):
            return Literal(None, Type.NULL, at=token.at)
        if self._take("date", "datetime"):
            if self._now.kind != "text":
                self._fail("'…'")
            return literal(_unquoted(self._next()), Type(token.text), token.at)
        self._fail("a value")

    def _named(self) -> Expression:
        token = self._next()
        if token.kind == "name" and self._take("("):
            name = token.text.lower()
            return self._aggregate(name, token.at) if name in AGGREGATES else Call(name, self._list(), at=token.at)
        parts = [token]
        while self._take("."):
            if self._now.kind not in ("name", "quoted"):
                self._fail("a name")
            parts.append(self._next())
        return Path(tuple(_unquoted(part) for part in parts), at=token.at)

    def _aggregate(self, function: str, at: int) -> Aggregate:
        value = self._either()
        over: tuple[str, ...] = ()
        if self._take("over"):
            relation = self._primary()
            if not isinstance(relation, Path):
                self._fail("a relation")
            over = relation.parts
        where = self._either() if self._take("where") else None
        self._need(")")
        return Aggregate(function, over, value, where, at=at)


def _unquoted(token: _Token) -> str:
    if token.kind == "text":
        return token.text[1:-1].replace("''", "'")
    return token.text[1:-1] if token.kind == "quoted" else token.text
