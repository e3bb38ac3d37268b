"""Records as people meet them: lists, details, changes, history, exports. Every function asks for a principal's scope."""

from __future__ import annotations

import io
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from zhike.kernel import context, database, definitions
from zhike.kernel.errors import Refused
from zhike.platform.audit import api as audit
from zhike.platform.objects.errors import ReasonRequired
from zhike.platform.objects.logic import (
    asking,
    erasing,
    exporting,
    field_rights,
    known_records,
    large_exports,
    listing,
    sharing,
    single_records,
    summing,
    unmasking,
    whole_numbers,
    writing,
)
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import places as other_places
from zhike.platform.objects.logic.history import RecordHistory, record_history
from zhike.platform.objects.logic.presenting import displays as reference_displays
from zhike.platform.objects.logic.presenting import present
from zhike.platform.objects.types import (
    Erasure,
    ObjectType,
    Record,
    RecordCount,
    RecordPage,
    RecordQuery,
    pointing_at,
)
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

__all__ = [
    "access",
    "count",
    "create",
    "delete",
    "displays",
    "erase",
    "export_xlsx",
    "get",
    "history",
    "ids",
    "looked_up",
    "page",
    "places",
    "records_by_id",
    "related_page",
    "served_by",
    "summarize",
    "summary_by_coverage",
    "unmask",
    "update",
]
_REASON_LENGTH = 4
#: What the access log of a record tells.
_ACCESS = ("view", "unmask", unmasking.STOPPED, whole_numbers.FIND, "export", *sharing.OPERATIONS)


def page(query: RecordQuery, *, principal: Principal) -> RecordPage:
    """Return one page of a list in the principal's scope."""
    permissions.require(principal, f"{query.object}.read")
    return listing.page(query, principal)


def count(query: RecordQuery, *, principal: Principal, exact: bool = False) -> RecordCount:
    """Return how many records the list has; above 10,000 an estimate unless `exact`."""
    permissions.require(principal, f"{query.object}.read")
    return listing.count(query, principal, exact=exact)


def get(object: str, uid: uuid.UUID, *, principal: Principal, log_view: bool = True) -> Record:
    """Return one record. Raises NotFound when it does not exist or is outside the principal's scope."""
    permissions.require(principal, f"{object}.read")
    owner = catalogues.object_type(object)
    row = single_records.row_by_uid(owner, uid, principal, "read")
    if owner.definition.log_views and log_view:
        audit.note(operation="view", subject=owner.key, subject_id=row["id"])
    return _record(owner, row, principal)


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
    sort: tuple[str, str] = ("id", "asc"),
    limit: int = 50,
) -> RecordPage:
    """Return records that point at one parent, in the principal's scope, presented for their viewer.

    An order that the viewer may not ask for is the default one: pages are the same for everybody.
    """
    permissions.require(principal, f"{object}.read")
    if not asking.may_ask(catalogues.object_type(object), sort[0], principal):
        sort = ("id", "asc")
    query = RecordQuery(
        object, condition=pointing_at(through, parent_id), columns=tuple(columns), sort=sort, limit=limit
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


def summary_by_coverage(
    query: RecordQuery, *, principal: Principal, sums: Sequence[str] = ()
) -> list[tuple[str, str, int, list[Any]]]:
    """Return (employee number, name, parties, sums) for each employee who covers parties of the query today.

    Everybody is among them, whose first sum is largest first; parties that nobody serves are last, under no number.
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


def places(place: str, text: str = "", *, principal: Principal) -> list[tuple[uuid.UUID, str, str]]:
    """Return (uid, key, display) of the org units or users ("unit", "user") that answer a few characters, at most 50.

    They are for whoever fills in a field that points there, or may read users anyway: Refused is raised for everybody
    else. Raises UnknownObject that says which places there are.
    """
    return other_places.places(place, text, principal)


def ids(object: str, uids: Iterable[uuid.UUID], *, principal: Principal) -> dict[uuid.UUID, int]:
    """Return the inner ids of records by uid. Raises NotFound for one outside the principal's scope."""
    owner = catalogues.object_type(object)
    return {uid: single_records.id_by_uid(owner, uid, principal) for uid in uids}


def create(object: str, given: Mapping[str, object], *, principal: Principal) -> Record:
    """Create a record. Raises Invalid with every finding, Refused; nothing is written then.

    The new record must lie in the principal's creating scope, and its parent, if it has one, in the reading scope.
    """
    with whole_numbers.answering(object, given, principal), database.writing():
        permissions.require(principal, f"{object}.create")
        owner = catalogues.object_type(object)
        _refuse_fields(owner, given, principal)
        row = writing.insert(owner, given, principal)
        writing.check_rules(owner, row["id"], principal)
        return _record(owner, row, principal)


def update(object: str, uid: uuid.UUID, given: Mapping[str, object], *, revision: int, principal: Principal) -> Record:
    """Change fields of a record. Raises NotFound, StaleRevision, Invalid; nothing is written then."""
    with whole_numbers.answering(object, given, principal), database.writing():
        permissions.require(principal, f"{object}.update")
        owner = catalogues.object_type(object)
        row = single_records.row_by_uid(owner, uid, principal, "update", lock=True)
        _refuse_fields(owner, given, principal)
        writing.update(owner, row, revision, given, principal)
        writing.check_rules(owner, row["id"], principal)
        return _record(owner, single_records.row_by_id(owner, row["id"], principal, "read"), principal)


def delete(object: str, uid: uuid.UUID, *, revision: int, principal: Principal) -> None:
    """Mark a record deleted. Raises NotFound, StaleRevision, SourceOwned."""
    with database.writing():
        permissions.require(principal, f"{object}.delete")
        owner = catalogues.object_type(object)
        row = single_records.row_by_uid(owner, uid, principal, "delete", lock=True)
        writing.delete(owner, row, revision, principal)


def erase(object: str, uid: uuid.UUID, *, reason: str, principal: Principal) -> Erasure:
    """Wipe the personal values of a record and of those that belong to it, for good, and return what was wiped.

    What packs mark `personal` goes, here, in the journal and in search; keyed digests, the source key and the inner
    id stay, so that loads know the person and bring nothing back. The record counts as deleted. A second time is
    harmless. Raises Refused (its own grant), ReasonRequired, NotFound; nothing is changed then.
    """
    permissions.require(principal, f"{object}.erase")
    if len(reason.strip()) < _REASON_LENGTH:
        raise ReasonRequired(length=_REASON_LENGTH)
    owner = catalogues.object_type(object)
    with context.acting(reason=reason.strip()), database.writing():
        row = single_records.row_by_uid(owner, uid, principal, "erase", lock=True, deleted=True)
        return erasing.erase(owner, row["id"], uid)


def unmask(object: str, uid: uuid.UUID, field: str, *, reason: str, principal: Principal) -> object:
    """Return one masked field of one record in clear, and write who saw it and why to the journal.

    A series of them for one reason is stopped and journalled, too. Raises ReasonRequired, Refused, NotFound, UnmaskSeries.
    """
    permissions.require(principal, f"{object}.unmask")
    return unmasking.unmask(catalogues.object_type(object), uid, field, reason, principal)


def history(object: str, uid: uuid.UUID, *, principal: Principal) -> list[RecordHistory]:
    """Return what happened to a record, newest first, old and new values masked as the record is."""
    permissions.require(principal, f"{object}.read")
    owner = catalogues.object_type(object)
    row = single_records.row_by_uid(owner, uid, principal, "read")
    return record_history(owner, row, principal)


def access(object: str, uid: uuid.UUID, *, principal: Principal) -> list[RecordHistory]:
    """Return who viewed, unmasked or exported a record, newest first; views of one person and day are one line."""
    permissions.require(principal, f"{object}.access_log")
    owner = catalogues.object_type(object)
    row = single_records.row_by_uid(owner, uid, principal, "access_log")
    return record_history(owner, row, principal, operations=_ACCESS)


def export_xlsx(query: RecordQuery, *, principal: Principal) -> bytes:
    """Return a list as .xlsx, masked and watermarked; audited.

    Raises TooManyRows above the limit: ApprovalNeeded where somebody may approve it.
    """
    permissions.require(principal, f"{query.object}.export")
    owner = catalogues.object_type(query.object)
    # Whatever is refused is so before anything is written down.
    listing.order_of(query, owner, principal)
    found = listing.count(query, principal, exact=True, operation="export")
    large_exports.require_allowed(found.count)
    columns = query.columns or listing.listed_columns(owner, principal)
    fields = [asking.field_of(owner, key, principal) for key in columns]
    with database.writing():
        exporting.note(owner, query, found.count, [field.key for field in fields], principal)
    stream = io.BytesIO()
    exporting.write(stream, fields, exporting.rows(query, principal), principal, owner.labels[principal.language])
    return stream.getvalue()


def _record(owner: ObjectType, row: Mapping[str, Any], principal: Principal) -> Record:
    fields = list(owner.fields.values())
    record = present(owner, fields, [row], principal)[0]
    scoped = definitions.derive(f"objects.scoped:{owner.key}:{principal.shape}", lambda _all: _scoped(owner, principal))
    permitted = [
        operation
        for operation, as_read in scoped.items()
        if (as_read or single_records.in_scope(owner, row["id"], principal, operation))
        and (operation != "delete" or writing.deletable(row, principal))
    ]
    return replace(record, permitted=tuple(permitted))


def _scoped(owner: ObjectType, principal: Principal) -> dict[str, bool]:
    """The operations that the principal's roles hold on some records, and whether on all it reads."""
    reads = permissions.scope(principal, "read", owner.key)
    return {
        operation: permissions.scope(principal, operation, owner.key) == reads
        for operation in ("update", "delete", "unmask", "share", "access_log")
        if permissions.allowed(principal, f"{owner.key}.{operation}")
    }


def _refuse_fields(owner: ObjectType, given: Mapping[str, object], principal: Principal) -> None:
    """Raise Refused for a field that the principal may not see: nobody writes what is kept from them."""
    rules = field_rights.field_rules(owner, [key for key in given if key in owner.fields], principal)
    refused = [key for key, rule in rules.items() if rule == "refused"]
    if refused:
        raise Refused(operation=f"{owner.key}.{refused[0]}")
