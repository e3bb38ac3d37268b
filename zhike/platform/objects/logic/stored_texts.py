"""What the columns of a field say of a text that somebody looks for: the text itself, its end, its search tokens."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from zhike.platform.fields import search_tokens
from zhike.platform.objects.logic.conditions import Where
from zhike.platform.objects.logic.statements import ALIAS
from zhike.platform.objects.types import FieldType


def overlaps(where: Where, tokens: Sequence[str]) -> exp.Expr:
    """Return that a record has one of the search tokens."""
    return exp.ArrayOverlaps(this=grams(), expression=text_array(where, tokens))


def grams() -> exp.Column:
    """Return the column with the search tokens of a record."""
    return exp.column("grams", table=ALIAS)


def text_array(where: Where, tokens: Sequence[str]) -> exp.Expr:
    """Return texts as an array that the statement binds."""
    return exp.cast(where.bind(list(tokens)), exp.DataType.build("text[]", dialect="postgres"))


def holds(where: Where, field: FieldType, text: str) -> exp.Expr:
    """Return that the value of a field has the text in it."""
    position = exp.Anonymous(
        this="strpos", expressions=[exp.func("lower", _column(field)), where.bind(text.strip().lower())]
    )
    return position > 0


def is_text(where: Where, field: FieldType, text: str) -> exp.Expr:
    """Return that the value of a field is the text; of an encrypted one its keyed hash says so."""
    if field.values.telling == ("",):
        return _plain(field).eq(where.bind(search_tokens.normalize(text)))
    columns = field.values.compared(text)
    return exp.and_(*(_column(field, suffix).eq(where.bind(value)) for suffix, value in columns.items()))


def ends_with(where: Where, field: FieldType, text: str, longer: int) -> exp.Expr:
    """Return that the value of a field has at least `longer` characters and the text for its last ones."""
    columns = field.values.ending(text)
    if columns:
        return exp.and_(*(_column(field, suffix).eq(where.bind(value)) for suffix, value in columns.items()))
    end = exp.Anonymous(this="right", expressions=[_plain(field), exp.Literal.number(search_tokens.TAIL)])
    same = end.eq(where.bind(search_tokens.normalize(text)))
    length = exp.Anonymous(this="char_length", expressions=[_plain(field)])
    return exp.and_(same, length >= longer) if longer else same


def _plain(field: FieldType) -> exp.Expr:
    """The value in the form that search tokens have."""
    folded = exp.Anonymous(this="normalize", expressions=[_column(field), exp.Var(this="NFKC")])
    blanks = [exp.Literal.string(part) for part in (r"\s", "", "g")]
    return exp.func("lower", exp.Anonymous(this="regexp_replace", expressions=[folded, *blanks]))


def _column(field: FieldType, suffix: str = "") -> exp.Column:
    return exp.column(f"{field.column}{suffix}", table=ALIAS, quoted=True)
