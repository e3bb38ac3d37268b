"""What the columns of a field say of a text that somebody looks for: the text itself, its end, its search tokens."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from zhike.kernel import folding
from zhike.platform.fields import search_tokens
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects.logic.conditions import Where
from zhike.platform.objects.logic.statements import ALIAS
from zhike.platform.objects.types import FieldType

#: Names have at most 200 characters; PostgreSQL takes no pattern of thousands.
_LONGEST = 256


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
    """Return that a name has the text in it, however both are written. A longer text than any name is in none."""
    folded = folding.name(text)
    if len(folded) > _LONGEST:
        return exp.false()
    return exp.RegexpLike(this=_column(field), expression=where.bind(folding.writings(folded)))


def is_text(where: Where, field: FieldType, text: str) -> exp.Expr:
    """Return that the value of a field is the text; of an encrypted one its keyed hash says so.

    What a field cannot hold is the value of none.
    """
    if field.values.searchable == "number":  # the zeros before a number are not said
        said = exp.Anonymous(this="ltrim", expressions=[_plain(field), exp.Literal.string("0")])
        return said.eq(where.bind(folding.text(text).lstrip("0")))
    if field.values.telling == ("",):
        return _plain(field).eq(where.bind(_folded(field, text)))
    try:
        columns = field.values.compared(text)
    except BadValue:
        return exp.false()
    return exp.and_(*(_column(field, suffix).eq(where.bind(value)) for suffix, value in columns.items()))


def ends_with(where: Where, field: FieldType, text: str, longer: int) -> exp.Expr:
    """Return that the value of a field has at least `longer` characters and the text for its last ones."""
    columns = field.values.ending(text)
    if columns:
        return exp.and_(*(_column(field, suffix).eq(where.bind(value)) for suffix, value in columns.items()))
    end = exp.Anonymous(this="right", expressions=[_plain(field), exp.Literal.number(search_tokens.TAIL)])
    same = end.eq(where.bind(folding.text(text)))
    length = exp.Anonymous(this="char_length", expressions=[_plain(field)])
    return exp.and_(same, length >= longer) if longer else same


def _plain(field: FieldType) -> exp.Expr:
    """The number in the form that search tokens have."""
    narrow = exp.Anonymous(this="normalize", expressions=[_column(field), exp.Var(this="NFKC")])
    found: exp.Expr = exp.func("lower", _replaced(narrow, f"[{folding.UNSEEN}]", ""))
    for pattern, by in folding.PHONE_STEPS if _is_phone(field) else ():
        found = _replaced(found, pattern, by)
    return found


def _replaced(text: exp.Expr, pattern: str, by: str) -> exp.Expr:
    places = [exp.Literal.string(part) for part in (pattern, by, "g")]
    return exp.Anonymous(this="regexp_replace", expressions=[text, *places])


def _folded(field: FieldType, text: str) -> str:
    return folding.phone(text) if _is_phone(field) else folding.text(text)


def _is_phone(field: FieldType) -> bool:
    return field.values.searchable == "digits"


def _column(field: FieldType, suffix: str = "") -> exp.Column:
    return exp.column(f"{field.column}{suffix}", table=ALIAS, quoted=True)
