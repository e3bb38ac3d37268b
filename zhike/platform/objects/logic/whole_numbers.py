"""Finding a record by a whole number that the finder sees masked: an operation of its own, journalled, not in series.

Whoever is called by a customer types the number that is said to them. Whoever tries numbers until one is found learns
what the mask hides; so each question leaves a line, and somebody who asks for number after number is stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.conf import settings
from sqlglot import exp

from zhike.kernel import clock, context, database, events, folding
from zhike.kernel.encryption import keyring
from zhike.kernel.errors import Invalid, NotFound
from zhike.platform.audit import api as audit
from zhike.platform.audit.types import JournalEntry
from zhike.platform.fields import search_tokens
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects.errors import FindSeries
from zhike.platform.objects.logic import asking, writing
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where, any_id, narrow_to_scope
from zhike.platform.objects.logic.statements import ALIAS, Statement, kept, records_from, rows, rows_of
from zhike.platform.objects.logic.stored_texts import grams, is_text
from zhike.platform.objects.types import FIND, FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

STOPPED = "find_by_number_stopped"
#: Findings about a unique value, and about rules that are held against the row as written.
_TAKEN, _RULE = "record.duplicate", "record.rule."
_WINDOW = timedelta(hours=1)
#: A list asks for its page and its count: within a minute that is one question.
_ONE_QUESTION = timedelta(minutes=1)


#: An object with those of its fields that the finder sees masked.
Place = tuple[ObjectType, Sequence[FieldType]]
#: The records of each object that have a number, each with the fields that have it.
Found = Mapping[str, Mapping[int, Sequence[str]]]


def find(places: Iterable[tuple[ObjectType, Mapping[str, str]]], text: str, principal: Principal) -> Found:
    """Return the records that have `text` in a field that is masked by the rules of its object, and note the question.

    It is one question, however many objects are asked. Whoever may not find by number, or writes no whole number, finds
    nothing. Raises FindSeries.
    """
    if not search_tokens.is_whole(text):
        return {}
    asked = [
        (owner, fields)
        for owner, rules in places
        if (fields := _masked(owner, rules)) and permissions.allowed(principal, f"{owner.key}.{FIND}")
    ]
    if not asked:
        return {}
    digest = keyring().digest(folding.text(text), "found")
    with database.writing():
        found = _asked(asked, text, digest, principal)
    if found is None:
        raise FindSeries(times=settings.FIND_SERIES)
    return found


def _masked(owner: ObjectType, rules: Mapping[str, str]) -> list[FieldType]:
    return [
        field
        for key, field in owner.fields.items()
        if rules.get(key) == "masked"
        and field.mask
        and search_tokens.FAMILIES[field.values.searchable or "name"] != "name"
    ]


@contextmanager
def answering(object: str, given: Mapping[str, object], principal: Principal) -> Iterator[None]:
    """Count a record that was not written as a question for the numbers in it, where they are unique and masked.

    Whether such a number is taken is what finding by it says: the same line in the journal, the same series, whatever
    the answer was. For around the writing transaction, whose end the line outlives. Raises FindSeries.
    """
    try:
        yield
    except (Invalid, NotFound) as error:
        owner = catalogues.object_type(object)
        for field in _answered(owner, given, error, principal):
            with suppress(BadValue):  # no number, so no question
                _count(owner, field, field.values.parse(given[field.key]), principal)
        raise


def _answered(
    owner: ObjectType, given: Mapping[str, object], error: Invalid | NotFound, principal: Principal
) -> list[FieldType]:
    """The unique fields of which an error tells whether a number that `principal` sees masked is taken.

    It does where it names one, and where all else was in order: broken rules, and a record beyond one's scope, are
    found once the row is written.
    """
    unique = [owner.fields[key] for key in owner.unique_indexes.values() if given.get(key)]
    hidden = [field for field in unique if not asking.may_ask(owner, field.key, principal)]
    taken = [finding.get("field") for finding in error.findings if finding["code"] == _TAKEN]
    if taken or not all(str(finding["code"]).startswith(_RULE) for finding in error.findings):
        return [field for field in hidden if field.key in taken]
    return hidden


def _count(owner: ObjectType, field: FieldType, value: object, principal: Principal) -> None:
    digest = keyring().digest(folding.text(str(value)), "found")
    with database.writing():
        asked = _asked_before(owner, digest, principal)
        if asked is not None:
            held_by = writing.holder(owner, field, value)
            _note_once(owner, digest, asked, {} if held_by is None else {held_by: [field.key]})
    if asked is None:
        raise FindSeries(times=settings.FIND_SERIES)


def count(owner: ObjectType, question: str, found: Mapping[int, Sequence[str]], principal: Principal) -> None:
    """Count a question for whole numbers that was answered for the whole firm, and note what it found. Raises FindSeries."""
    digest = keyring().digest(question, "found")
    with database.writing():
        asked = _asked_before(owner, digest, principal)
        if asked is not None:
            _note_once(owner, digest, asked, found)
    if asked is None:
        raise FindSeries(times=settings.FIND_SERIES)


def _asked(places: Sequence[Place], text: str, digest: str, principal: Principal) -> Found | None:
    """Ask and note the question; None, which is noted, too, where it is one too many."""
    first = places[0][0]
    asked = _asked_before(first, digest, principal)
    if asked is None:
        return None
    found = {owner.key: _having(owner, text, fields, principal) for owner, fields in places}
    for owner, _fields in places:
        if found[owner.key] or (owner is first and not any(found.values())):
            _note_once(owner, digest, asked, found[owner.key])
    return found


def _asked_before(owner: ObjectType, digest: str, principal: Principal) -> Sequence[JournalEntry] | None:
    """What this person has asked within the hour; None, which is noted, where another question is one too many.

    Whoever asks several at the same instant is counted one after the other.
    """
    database.in_turn(f"find {context.current().actor}")
    asked = audit.lately(operation=FIND, since=clock.now() - _WINDOW)
    known = {line.changes.get("digest") for line in asked}
    if digest not in known and len(known) >= settings.FIND_SERIES:
        audit.note(operation=STOPPED, subject=owner.key, details={"digest": digest})
        if principal.user_id is not None:
            events.publish("user.find_stopped", "user", principal.user_id, {"object": owner.key})
        return None
    return asked


def _note_once(
    owner: ObjectType, digest: str, asked: Sequence[JournalEntry], found: Mapping[int, Sequence[str]]
) -> None:
    again = clock.now() - _ONE_QUESTION
    if not any(
        line.at >= again and (line.subject, line.changes.get("digest")) == (owner.key, digest) for line in asked
    ):
        _note(owner, digest, found)


def _having(
    owner: ObjectType, text: str, fields: Sequence[FieldType], principal: Principal
) -> Mapping[int, Sequence[str]]:
    """The records that have the number and that `principal` may both read and find, with the fields that have it."""
    with_tokens = _with_tokens(owner, text)
    if not with_tokens:  # most objects have no such number, and are not asked for more
        return {}
    where = Where(catalogues.catalogue())
    where.add(exp.column("id", table=ALIAS).eq(any_id(where.bind(with_tokens))))
    narrow_to_scope(where, owner, ALIAS, principal, "read")
    narrow_to_scope(where, owner, ALIAS, principal, FIND)
    columns = [exp.func("coalesce", is_text(where, field, text), exp.false()) for field in fields]
    where.add(exp.or_(*(column.copy() for column in columns)))
    select = records_from(exp.select(exp.column("id", table=ALIAS), *columns), owner, where)
    return {
        row[0]: [field.key for field, has in zip(fields, row[1:], strict=True) if has]
        for row in rows_of(select, where.values)
    }


def _with_tokens(owner: ObjectType, text: str) -> list[int]:
    """The live records that have one of the search tokens of a number, whoever may read them."""

    def build() -> Statement:
        where = Where(catalogues.catalogue())
        where.add(
            exp.ArrayOverlaps(
                this=grams(),
                expression=exp.cast(exp.Placeholder(this="tokens"), exp.DataType.build("text[]", dialect="postgres")),
            )
        )
        where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
        return Statement.of(records_from(exp.select(exp.column("id", table=ALIAS)), owner, where), where.values)

    read, wanted = kept(("with tokens", owner.key), build), search_tokens.wanted(text)
    tokens = [*wanted.padded, *(token for whole in wanted.whole.values() for token in whole)]
    return [row[0] for row in rows(read.sql, {**read.values, "tokens": tokens})]


def _note(owner: ObjectType, digest: str, found: Mapping[int, Sequence[str]]) -> None:
    """Write who asked: a line at each record and field that has the number, one line where none has; never the number."""
    for record_id, keys in found.items():
        for key in keys:
            details = {"field": key, "digest": digest}
            audit.note(operation=FIND, subject=owner.key, subject_id=record_id, details=details)
    if not found:
        audit.note(operation=FIND, subject=owner.key, details={"digest": digest})
