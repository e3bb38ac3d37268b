"""A search by a few characters: which records answer it, by no more than the searcher sees of their fields.

The search tokens of a record do not say which of its fields gave them. Where somebody is refused one of the fields of a
family, or sees it masked, a token of that family is evidence of nothing until a field that may be asked has the text
itself. Whole numbers that are seen masked are found by an operation of their own (`whole_numbers`).

A record is found by the whole numbers of what belongs to it, too: of objects whose rights are its own (`access`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from zhike.platform.fields import search_tokens
from zhike.platform.fields.search_tokens import Family, Wanted
from zhike.platform.fields.types import Wire
from zhike.platform.objects.logic import asking, known_records, presenting, whole_numbers
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where, any_id
from zhike.platform.objects.logic.field_rights import field_rules
from zhike.platform.objects.logic.statements import ALIAS, records_from, rows_of
from zhike.platform.objects.logic.stored_texts import ends_with, grams, holds, is_text, overlaps, text_array
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: Answers to a search that are resolved to ids before anything else.
_FEW = 2_000
#: The placeholder of the ids of those that answer a search.
FOUND = "found"
_NUMBERS: tuple[Family, ...] = ("number", "whole", "certificate")
#: By what a record is found first: a name that is the text itself, then numbers that people say, then papers.
_ITSELF, _BELONGING, _OTHERWISE = 0, 3, 6
_RANKS = {"digits": 1, "number": 2, "whole": 4, "certificate": 5}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record answers: the field that has the text, or ends with it (`tail`), and how early that is told (`rank`).

    Of a field of what belongs to the record `value` is what the searcher sees.
    """

    rank: int
    field: FieldType
    tail: bool = False
    value: Wire = None


@dataclass(frozen=True, slots=True)
class _Search:
    """What somebody looks for in an object, with how each searchable field is seen and what the whole number found.

    `numbered` are the records with it in fields that are seen masked, `belonging` those to which something with it belongs.
    """

    owner: ObjectType
    text: str
    wanted: Wanted
    rules: Mapping[str, str]
    numbered: Mapping[int, Sequence[str]]
    belonging: Mapping[int, Reason]

    def family(self, family: Family) -> list[FieldType]:
        """The searchable fields whose tokens cannot be told apart."""
        return [
            field
            for field in self.owner.fields.values()
            if (kind := field.values.searchable) and search_tokens.FAMILIES[kind] == family
        ]

    @property
    def found(self) -> list[int]:
        """The records that are known to answer, whatever their search tokens say."""
        return sorted({*self.numbered, *self.belonging})

    def refused(self, field: FieldType) -> bool:
        return self.rules[field.key] == "refused"

    def masked(self, field: FieldType) -> bool:
        return self.rules[field.key] == "masked" and bool(field.mask)

    def hides(self, field: FieldType) -> bool:
        """Whether the searcher does not see in clear a field that records are found by; of others there is nothing to see."""
        return not field.searchable or self.refused(field) or self.masked(field)

    def tail_from(self, field: FieldType) -> int | None:
        """From how many signs on the searcher sees the last four of a value; None: never."""
        return field.values.shows_tail_from if self.masked(field) else 0


@dataclass(frozen=True, slots=True)
class Answers:
    """What answers a search: the `ids` where they are few, else what their search tokens are asked for."""

    ids: Sequence[int] | None
    _search: _Search


def answers(owner: ObjectType, text: str, principal: Principal) -> Answers:
    """Return the records that answer `text`, as their ids where they are few, else by their search tokens.

    PostgreSQL expects rare tokens to be ten times as frequent and would walk an order's index for them: of 2,000,000
    customers the 400 with the initials zsf took 4 s, by id 5 ms. Of frequent ones the index soon has a page.
    """
    wanted = search_tokens.wanted(text)
    searches = [_Search(owner, text, wanted, _seen(owner, principal), {}, {})]
    if search_tokens.is_whole(text):  # of what belongs to a record its numbers are asked for, not its names
        numbers = replace(wanted, names=())
        searches += [_Search(one, text, numbers, _seen(one, principal), {}, {}) for one in _belonging(owner, principal)]
    numbered = whole_numbers.find([(one.owner, one.rules) for one in searches], text, principal)
    search, *others = (replace(one, numbered=numbered.get(one.owner.key, {})) for one in searches)
    parents = {parent: why for other in others for parent, why in _parents(other, principal)}
    search = replace(search, belonging=parents)
    ids = _ids(search)
    return Answers(None if len(ids) > _FEW else ids, search)


def _seen(owner: ObjectType, principal: Principal) -> Mapping[str, str]:
    """How the searcher sees each field that records are found by."""
    rules = field_rules(owner, [field.key for field in owner.fields.values() if field.searchable], principal)
    if principal.kind == "system":
        return {key: "refused" if rule == "refused" else "clear" for key, rule in rules.items()}
    return rules


def _belonging(owner: ObjectType, principal: Principal) -> Iterator[ObjectType]:
    """The objects whose records belong to those of `owner` and have numbers, where the searcher may read both ends."""
    for other in catalogues.catalogue().values():
        if not other.through or other.fields[other.through].target != owner.key:
            continue
        numbers = any(field.searchable and field.searchable != "name" for field in other.fields.values())
        may = permissions.allowed(principal, f"{other.key}.read") and asking.may_ask(other, other.through, principal)
        if numbers and may:
            yield other


def _parents(search: _Search, principal: Principal) -> Iterator[tuple[int, Reason]]:
    """The records to which those belong that have the number, with what has it."""
    owner = search.owner
    # Of numbers that are all masked nothing answers but what was found.
    ids = search.found if all(map(search.hides, owner.fields.values())) else _ids(search)
    told = _reasons(search, ids[:_FEW])
    through = owner.fields[owner.through]
    fields = [through, *dict.fromkeys(why.field for why in told.values())]
    for row in known_records.visible_rows(owner, list(told), principal, fields):
        why, parent = told[row["id"]], row[f"f:{through.key}"]
        if parent:
            value = presenting.shown(why.field, row, search.rules[why.field.key])
            yield parent, replace(why, rank=_BELONGING, value=value)


def _ids(search: _Search) -> list[int]:
    """The records that answer, some more than `_FEW` at most."""
    found = Where(catalogues.catalogue())
    _narrow(found, search)
    found.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    select = records_from(exp.select(exp.column("id", table=ALIAS)), search.owner, found).limit(_FEW + 1)
    return [row[0] for row in rows_of(select, found.values)]


def reasons(found: Answers, ids: Sequence[int]) -> Mapping[int, Reason]:
    """Return why each of `ids` answers, by no more than the searcher sees; where no number says so it is the name."""
    return _reasons(found._search, ids)


def ranked(found: Answers, told: Mapping[int, Reason]) -> list[Answers]:
    """Return the answers in parts, those that are found first before the others."""
    parts: dict[int, list[int]] = {}
    for record in found.ids or ():
        parts.setdefault(told[record].rank if record in told else _OTHERWISE, []).append(record)
    return [replace(found, ids=parts[rank]) for rank in sorted(parts)]


def _reasons(search: _Search, ids: Sequence[int]) -> Mapping[int, Reason]:
    where = Where(catalogues.catalogue())
    signs = [*_signs(where, search)] if ids else []
    found: dict[int, list[Reason]] = {record: [] for record in ids}
    if signs:
        where.add(exp.column("id", table=ALIAS).eq(any_id(where.bind(list(ids)))))
        said = (exp.func("coalesce", sign, exp.false()) for _why, sign in signs)
        select = records_from(exp.select(exp.column("id", table=ALIAS), *said), search.owner, where)
        for record, *holds_of in rows_of(select, where.values):
            found[record] += [why for (why, _sign), held in zip(signs, holds_of, strict=True) if held]
    for record, keys in search.numbered.items():
        fields = (search.owner.fields[key] for key in keys)
        found.get(record, []).extend(Reason(_RANKS[one.searchable], one) for one in fields)
    for record, why in search.belonging.items():
        found.get(record, []).append(why)
    names = [Reason(_OTHERWISE, one) for one in search.family("name") if not search.refused(one)][:1]
    return {
        record: min(every, key=lambda why: why.rank)
        for record, signs_of in found.items()
        if (every := [*signs_of, *names])
    }


def _signs(where: Where, search: _Search) -> Iterator[tuple[Reason, exp.Expr]]:
    """What a field says where it has the text, or shows it as its end; of numbers that are seen masked only the end."""
    for one in search.family("name"):
        if not search.refused(one):
            yield (
                Reason(_ITSELF, one),
                exp.column(one.column, table=ALIAS, quoted=True).eq(where.bind(search.text.strip())),
            )
    if search.wanted.every:
        return
    for family in _NUMBERS:
        for one in search.family(family):
            if search.refused(one):
                continue
            if search.wanted.whole.get(family) and not search.masked(one):
                yield Reason(_RANKS[one.searchable], one), is_text(where, one, search.text)
            longer = search.tail_from(one)
            if search.wanted.tail.get(family) and longer is not None:
                yield Reason(_RANKS[one.searchable], one, tail=True), ends_with(where, one, search.text, longer)


def narrow_to_answers(where: Where, found: Answers) -> None:
    """Narrow to the records that answer a search; where they are few, their ids are the value `FOUND`."""
    if found.ids is None:
        _narrow(where, found._search)
    else:
        where.add(exp.column("id", table=ALIAS).eq(any_id(exp.Placeholder(this=FOUND))))


def _narrow(where: Where, search: _Search) -> None:
    if search.wanted.every:
        where.add(exp.ArrayContainsAll(this=grams(), expression=text_array(where, search.wanted.every)))
        name = search.owner.field_with_role("name")
        if any(search.refused(field) for field in search.family("name")):
            where.add(exp.or_(exp.false(), *_names(where, search)))
        elif name and len(search.wanted.every) > 1:
            where.add(holds(where, name, search.text))
        return
    free: list[str] = []
    evidence = [exp.false(), *_by_name(where, search, free), *_by_number(where, search, free)]
    evidence += _without_zeros(where, search)
    if free:
        evidence.append(overlaps(where, free))
    if search.found:
        evidence.append(exp.column("id", table=ALIAS).eq(any_id(where.bind(search.found))))
    where.add(exp.or_(*evidence))


def _by_name(where: Where, search: _Search, free: list[str]) -> Iterator[exp.Expr]:
    """What shows that a record is called so; where no name is refused the tokens do, and are `free`."""
    fields = search.family("name")
    if not any(search.refused(field) for field in fields):
        free += search.wanted.names
    elif search.wanted.names:
        yield exp.and_(overlaps(where, search.wanted.names), exp.or_(exp.false(), *_names(where, search)))


def _names(where: Where, search: _Search) -> Iterator[exp.Expr]:
    for field in search.family("name"):
        if not search.refused(field):
            yield holds(where, field, search.text)


def _by_number(where: Where, search: _Search, free: list[str]) -> Iterator[exp.Expr]:
    """What shows that a record has the number: its whole value to whom sees it, its last digits as its mask shows them."""
    for family in _NUMBERS:
        fields = search.family(family)
        whole, tail = search.wanted.whole.get(family), search.wanted.tail.get(family)
        if whole is not None:
            shown = [field for field in fields if not search.refused(field) and not search.masked(field)]
            if len(shown) == len(fields):
                free += whole
            elif shown:
                itself = [is_text(where, field, search.text) for field in shown]
                yield exp.and_(overlaps(where, whole), exp.or_(*itself))
        if tail is not None:
            lengths = {field.key: search.tail_from(field) for field in fields}
            shown = [field for field in fields if not search.refused(field) and lengths[field.key] is not None]
            if len(shown) == len(fields) and (family == "certificate" or not any(lengths.values())):
                free.append(tail)  # certificates give it only where their mask shows it
            elif shown:
                itself = [ends_with(where, field, search.text, lengths[field.key] or 0) for field in shown]
                yield exp.and_(overlaps(where, [tail]), exp.or_(*itself))


def _without_zeros(where: Where, search: _Search) -> Iterator[exp.Expr]:
    """What shows that a number differs from the text in the zeros before it; a telephone's zero tells its area."""
    fields = [one for one in search.family("number") if one.searchable == "number"]
    shown = [one for one in fields if not search.refused(one) and not search.masked(one)]
    if search.wanted.padded and shown:
        itself = [is_text(where, one, search.text) for one in shown]
        yield exp.and_(overlaps(where, search.wanted.padded), exp.or_(*itself))
