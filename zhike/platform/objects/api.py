"""Records that are asked for and written: lists, numbers, changes. Every function asks for a principal's scope."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from zhike.kernel import context, database
from zhike.kernel.errors import Refused
from zhike.platform.objects import guards
from zhike.platform.objects.logic import (
    asking,
    field_rights,
    grouping,
    known_records,
    listing,
    permitted,
    single_records,
    summing,
    whole_numbers,
    writing,
)
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.presenting import displays as reference_displays
from zhike.platform.objects.logic.presenting import present
from zhike.platform.objects.types import (
    Groups,
    Hit,
    ObjectType,
    Order,
    Record,
    RecordCount,
    RecordPage,
    RecordQuery,
    pointing_at,
)
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

__all__ = [
    "count",
    "create",
    "delete",
    "displays",
    "groups",
    "ids",
    "looked_up",
    "page",
    "records_by_id",
    "related_page",
    "search",
    "served_by",
    "summarize",
    "summary_by_coverage",
    "update",
]


def page(query: RecordQuery, *, principal: Principal, operation: str = "read") -> RecordPage:
    """Return one page of a list of what the principal may read and do `operation` on."""
    permissions.require(principal, f"{query.object}.read")
    return listing.page(query, principal, operation=operation)


def search(query: RecordQuery, *, principal: Principal) -> list[Hit]:
    """Return the first records that answer the text of a query, telephones and numbers before papers, each with why."""
    permissions.require(principal, f"{query.object}.read")
    return listing.best(query, principal)


def count(query: RecordQuery, *, principal: Principal, exact: bool = False, operation: str = "read") -> RecordCount:
    """Return how many records the list has, of those on which the principal may do `operation`.

    Above 10,000 it is an estimate unless `exact`.
    """
    permissions.require(principal, f"{query.object}.read")
    return listing.count(query, principal, exact=exact, operation=operation)


def records_by_id(
    object: str, ids: Sequence[int], *, principal: Principal, columns: Sequence[str] = ()
) -> dict[int, Record]:
    """Return those of the records with these inner ids that the principal may read, by id."""
    owner = catalogues.object_type(object)
    fields = [asking.field_of(owner, key, principal) for key in columns]
    rows = known_records.visible_rows(owner, ids, principal, fields)
    return {record.id: record for record in present(owner, fields, rows, principal)}


def related_page(
    object: str,
    through: str,
    parent_id: int,
    *,
    principal: Principal,
    columns: Sequence[str] = (),
    sort: Sequence[Order] = (),
    limit: int = 50,
) -> RecordPage:
    """Return records that point at one parent, in the principal's scope, presented for their viewer.

    Without an order, or with one that the viewer may not ask for, they are in the order in which they were made.
    """
    permissions.require(principal, f"{object}.read")
    owner = catalogues.object_type(object)
    may = [order for order in sort if asking.may_ask(owner, order[0], principal)]
    query = RecordQuery(
        object,
        condition=pointing_at(through, parent_id),
        columns=tuple(columns),
        sort=tuple(may) or (("id", "asc"),),
        limit=limit,
    )
    return listing.page(query, principal)


def looked_up(object: str, record_id: int, related: str, through: str, *, principal: Principal) -> Collection[int]:
    """Return the inner ids of those records of `related` that fields of one record are looked up in today.

    They point at it by their reference `through`. Fields that the principal is refused do not count.
    """
    owner, target = catalogues.object_type(object), catalogues.object_type(related)
    return single_records.looked_up_ids(owner, record_id, target, through, principal)


def summarize(
    query: RecordQuery,
    *,
    principal: Principal,
    sums: Sequence[str] = (),
    group_by: str | None = None,
    by_currency: bool = False,
) -> list[tuple[Any, int, list[Any]]]:
    """Return (group value, number of records, sums of fields) over a query in the principal's scope.

    Records that point at what an information wall keeps from the principal are the one group `UNREADABLE`.
    With `by_currency` a group has a row for each currency its amounts are in, and the sum of an amount is (total,
    currency). Amounts of different currencies are never added up: without it, those that are not all in the currency of
    their field raise MixedCurrencies.
    Raises NotSummable for a field whose values do not add up, NotGroupable, and Refused for one that the principal does
    not see in clear: its groups would say what its mask hides.
    """
    permissions.require(principal, f"{query.object}.read")
    return summing.summary(query, principal, sums, group_by, by_currency)


def groups(query: RecordQuery, by: str, *, principal: Principal, sums: Sequence[str] = ()) -> Groups:
    """Return the records of a whole list in groups of one column, with their counts and sums, the largest first.

    `by` and `sums` are columns as the query has them. There are 200 groups at most; all others are one, whose numbers
    are true. Amounts are summed by currency. Raises NotSummable, NotGroupable, and Refused for what the principal does not
    see in clear: its groups would say what its mask hides.
    """
    permissions.require(principal, f"{query.object}.read")
    return grouping.groups(query, principal, by, sums)


def summary_by_coverage(
    query: RecordQuery, *, principal: Principal, sums: Sequence[str] = ()
) -> list[tuple[str | None, str, int, list[Any]]]:
    """Return (employee number, name, parties, sums) for each employee who covers parties of the query today.

    Everybody is among them, whose first sum is largest first; parties that nobody serves come then, under no number.
    What several serve is counted with each; what that is too much is last, less than nothing, under None: all rows
    together are each party once.
    Raises NotSummable, MixedCurrencies as `summarize` does, and
    Refused for a field that the principal does not see in clear, or who may not read coverages
    and employees.
    """
    permissions.require(principal, f"{catalogues.object_with_role('party').key}.read")
    return summing.coverage_summary(query, principal, sums)


def served_by(employee_no: str, *, principal: Principal) -> int:
    """Return how many parties of the principal's scope an employee serves today. Raises Refused."""
    permissions.require(principal, f"{catalogues.object_with_role('party').key}.read")
    return summing.served_by(employee_no, principal)


def displays(object: str, ids: Iterable[int], *, principal: Principal) -> dict[int, dict[str, str]]:
    """Return {uid, display, object} by id for showing references; masked, without asking for the scope."""
    return reference_displays(object, ids, principal)


def ids(object: str, uids: Iterable[uuid.UUID], *, principal: Principal) -> dict[uuid.UUID, int]:
    """Return the inner ids of records by uid. Raises NotFound for one outside the principal's scope."""
    owner = catalogues.object_type(object)
    return {uid: single_records.id_by_uid(owner, uid, principal) for uid in uids}


def create(object: str, given: Mapping[str, object], *, principal: Principal, despite: str = "") -> Record:
    """Create a record. Raises Invalid with every finding, Refused; nothing is written then.

    The new record must lie in the principal's creating scope, and its parent, if it has one, in the reading scope.
    `despite` says why a record that seems to be there already is another one.
    """
    _hold(object, "create", None, given, principal, despite)
    with _saying(despite), whole_numbers.answering(object, given, principal), database.writing():
        permissions.require(principal, f"{object}.create")
        owner = catalogues.object_type(object)
        _refuse_fields(owner, given, principal)
        row = writing.insert(owner, given, principal)
        writing.check_rules(owner, row["id"], principal)
        return permitted.record(owner, row, principal)


def update(
    object: str, uid: uuid.UUID, given: Mapping[str, object], *, revision: int, principal: Principal, despite: str = ""
) -> Record:
    """Change fields of a record. Raises NotFound, StaleRevision, Invalid; nothing is written then.

    `despite` says why a record that seems to be there twice by then is another one.
    """
    _hold(object, "update", uid, given, principal, despite)
    with _saying(despite), whole_numbers.answering(object, given, principal), database.writing():
        permissions.require(principal, f"{object}.update")
        owner = catalogues.object_type(object)
        row = single_records.row_by_uid(owner, uid, principal, "update", lock=True)
        _refuse_fields(owner, given, principal)
        writing.update(owner, row, revision, given, principal)
        writing.check_rules(owner, row["id"], principal)
        return permitted.record(owner, single_records.row_by_id(owner, row["id"], principal, "read"), principal)


def delete(object: str, uid: uuid.UUID, *, revision: int, principal: Principal) -> None:
    """Mark a record deleted. Raises NotFound, StaleRevision, SourceOwned."""
    with database.writing():
        permissions.require(principal, f"{object}.delete")
        owner = catalogues.object_type(object)
        row = single_records.row_by_uid(owner, uid, principal, "delete", lock=True)
        writing.delete(owner, row, revision, principal)


def _hold(
    object: str,
    operation: str,
    uid: uuid.UUID | None,
    given: Mapping[str, object],
    principal: Principal,
    despite: str,
) -> None:
    """Ask what other rooms find before anything is written, of whoever may write it."""
    if not guards.ask(principal):
        return
    permissions.require(principal, f"{object}.{operation}")
    owner = catalogues.object_type(object)
    stored = single_records.row_by_uid(owner, uid, principal, operation) if uid else {}
    _refuse_fields(owner, given, principal)
    guards.hold(object, given, stored, principal, despite=despite)


def _saying(despite: str) -> AbstractContextManager[object]:
    """Where somebody says why, the journal has it."""
    return context.acting(reason=despite.strip()) if despite.strip() else nullcontext()


def _refuse_fields(owner: ObjectType, given: Mapping[str, object], principal: Principal) -> None:
    """Raise Refused for a field that the principal may not see: nobody writes what is kept from them."""
    rules = field_rights.field_rules(owner, [key for key in given if key in owner.fields], principal)
    refused = [key for key, rule in rules.items() if rule == "refused"]
    if refused:
        raise Refused(operation=f"{owner.key}.{refused[0]}")
