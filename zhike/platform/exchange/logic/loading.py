"""Bulk loads of master records: COPY to a staging table, then one upsert by key, field by field.

Source-owned fields follow the source; desk-owned fields are set when a record is new and never again. The load
writes one audit line for itself, and one for each record of a known file that it changes. Rows that say what their record says already are left out first: no
encryption, hash or search token is made for them, and PostgreSQL neither locks nor writes their records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from zhike.kernel import clock, events
from zhike.platform.audit import api as audit
from zhike.platform.exchange.logic import load_endings, load_journal, load_rules
from zhike.platform.exchange.logic import load_staging as staging
from zhike.platform.exchange.logic.load_checks import defaults, own_references
from zhike.platform.exchange.logic.load_rules import BROKEN
from zhike.platform.exchange.logic.load_staging import STAGING, Incoming
from zhike.platform.exchange.types import LoadColumn, LoadCounts, LoadEnding
from zhike.platform.objects.types import ObjectType
from zhike.platform.organization.types import FileActor
from zhike.platform.records import api as records


def load(
    owner: ObjectType,
    columns: Sequence[LoadColumn],
    rows: Iterable[Sequence[object]],
    *,
    by_id: bool,
    ends: LoadEnding | None,
    files: Mapping[str, FileActor],
    details: dict[str, object],
) -> LoadCounts:
    """Upsert a stream of rows and return what happened.

    Each row holds the record's inner id (or None) first, its source key second, then one value per column, typed or
    as text PostgreSQL can cast. With `by_id` records are matched by id (parties: the id is the dense id of bitmaps),
    else by source key. Never more than a batch of rows is held. What `ends` describes and the rows do not name is
    ended, and what a load ended and the rows name again is open. A row is left out and told where its record could not be written at the desk: a field that it needs, a
    value that is none of its field's, a reference to nothing, a value that another record has, a broken rule; of
    several rows that would change one record the first counts. New records have the defaults of fields that the load
    does not fill. Publishes "records.loaded" when anything changed.
    """
    incoming = Incoming(owner, tuple(columns), by_id, files=files)
    with connection.cursor() as cursor:
        cursor.execute("select set_config('zhike.load', 'on', true)")
        # What `ends` asks is which records no row names, so then the unchanged rows are staged, too.
        read = staging.stage(cursor, incoming, rows, whole=ends is not None)
        kept, gone = not_of_erased(incoming)
        load_rules.reject(cursor, incoming, kept, gone)
        kept.append(sql.SQL("not exists (select from {} b where b.uid = s.uid)").format(sql.Identifier(BROKEN)))
        created, updated = _upsert_all_that_hold(cursor, incoming, kept, gone)
        rejected, rejections = load_rules.rejections(cursor, incoming)
        awaited = load_rules.awaited(cursor, incoming)
        ended, reopened = 0, 0
        if ends and read:
            reopened = load_endings.reopen(cursor, owner, ends)
            ended = load_endings.end(cursor, owner, ends)
        if by_id:
            _pass_ids(cursor, owner)
        staging.forget(cursor)
        cursor.execute(f"drop table if exists {BROKEN}")
        cursor.execute("select set_config('zhike.load', '', true)")
    numbers = {"read": read, "created": created, "updated": updated, "ended": ended, "rejected": rejected}
    numbers |= {"reopened": reopened} if reopened else {}
    audit.note(operation="load", subject=owner.key, details={**details, **numbers})
    if created or updated or ended or reopened:
        events.publish("records.loaded", owner.key, 0, numbers)
    return LoadCounts(**numbers, rejections=rejections, awaited=awaited)


def _pass_ids(cursor: CursorWrapper, owner: ObjectType) -> None:
    """Let new records have ids above those that rows came with; never lower ones: an id may be set aside for somebody."""
    cursor.execute("select pg_get_serial_sequence(%s, 'id')", [owner.table])
    sequence = cursor.fetchone()[0]
    cursor.execute(
        sql.SQL(
            "select setval(%s, given.highest) from (select max(id) as highest from {}) given, {} s"
            " where given.highest > s.last_value"
        ).format(sql.Identifier(STAGING), sql.SQL(sequence)),
        [sequence],
    )


def _upsert_all_that_hold(
    cursor: CursorWrapper, incoming: Incoming, kept: Sequence[sql.Composable], gone: Mapping[str, object]
) -> tuple[int, int]:
    """Upsert, and again without the rows that break a rule about the others: only together do they show it."""
    while True:
        mark = transaction.savepoint()
        numbers = _upsert(cursor, incoming, kept, gone)
        _refer_among(cursor, incoming)
        broken = load_rules.broken_among(cursor, incoming, kept, gone)
        if not broken:
            transaction.savepoint_commit(mark)
            return numbers
        transaction.savepoint_rollback(mark)
        load_rules.reject_also(cursor, incoming, broken)


def _upsert(
    cursor: CursorWrapper, incoming: Incoming, kept: Sequence[sql.Composable], gone: Mapping[str, object]
) -> tuple[int, int]:
    owner, fields = incoming.owner, incoming.fields
    joins, selected = incoming.resolved[0], {**incoming.resolved[1], **defaults(incoming)}
    branch = next((field for field in fields if field.role == "branch"), None)
    if branch:
        selected["unit_id"] = selected[branch.column]
    inserted = [sql.Identifier(name) for name in selected]
    pairs = [(field, column) for field, column in incoming.pairs if field.owner == "source"]
    names = [(field, name) for field, column in pairs for name in staging.staged(field, column)]
    owned = [sql.Identifier(name) for _field, name in names]
    stable = [name for field, name in names if staging.is_stable(field, name)]
    if any(field.searchable for field in fields):
        owned.append(sql.Identifier("grams"))
    if branch and branch.owner == "source":
        owned.append(sql.Identifier("unit_id"))
    key = sql.SQL("(id)") if incoming.by_id else sql.SQL("(source_key) where deleted_at is null")
    changed = staging.changed(stable, [sql.SQL("excluded.{}").format(sql.Identifier(name)) for name in stable])
    assignments = [sql.SQL("{0} = excluded.{0}").format(c) for c in owned]
    if incoming.by_id:
        assignments.append(sql.SQL("{0} = coalesce(t.{0}, excluded.{0})").format(sql.Identifier("source_key")))
        changed = sql.SQL("({} or {})").format(changed, sql.SQL(staging.NAMED_FIRST).format(sql.SQL("excluded")))
    statement = sql.SQL(
        "with done as (insert into {target} as t ({ids} uid, source_key, grams, created_at, created_by, updated_at, updated_by, {columns})"
        " select {idvalues} s.uid, s.source_key, s.grams, %(now)s, {actor}, %(now)s, {actor}, {selected} from {staging} s{joins}{kept}"
        " on conflict {key} do update set {assignments} revision = t.revision + 1, updated_at = excluded.updated_at,"
        " updated_by = excluded.updated_by where t.erased_at is null and {changed} returning (xmax = 0) as fresh)"
        " select count(*) filter (where fresh), count(*) filter (where not fresh) from done"
    ).format(
        target=sql.Identifier(owner.table),
        staging=sql.Identifier(STAGING),
        key=key,
        changed=changed,
        ids=sql.SQL("id," if incoming.by_id else ""),
        idvalues=sql.SQL("s.id," if incoming.by_id else ""),
        columns=sql.SQL(", ").join(inserted),
        selected=sql.SQL(", ").join(selected.values()),
        joins=joins,
        kept=sql.SQL(" where ") + sql.SQL(" and ").join(kept) if kept else sql.SQL(""),
        assignments=sql.SQL("").join(a + sql.SQL(", ") for a in assignments),
        actor=load_journal.ACTOR,
    )
    given: dict[str, Any] = {"now": clock.now(), **load_journal.actors(incoming), **gone}
    load_journal.note(incoming, kept, given)
    cursor.execute(statement, given)
    created, updated = cursor.fetchone()
    return created, updated


def _refer_among(cursor: CursorWrapper, incoming: Incoming) -> None:
    """Let new records refer to others that came with the same load: only now are they there."""
    for field in own_references(incoming):
        statement = sql.SQL(
            "update {target} t set {column} = o.id from {staging} s join {target} o"
            " on o.source_key = s.{column} and o.deleted_at is null"
            " where t.{column} is null and t.{key} = s.{key} and t.deleted_at is null and {mine}"
            " and not exists (select from {broken} b where b.uid = s.uid)"
        ).format(
            target=sql.Identifier(incoming.owner.table),
            column=sql.Identifier(field.column),
            staging=sql.Identifier(STAGING),
            key=sql.Identifier("id" if incoming.by_id else "source_key"),
            mine=sql.SQL("true" if field.owner == "source" else "t.uid = s.uid"),
            broken=sql.Identifier(BROKEN),
        )
        cursor.execute(statement)


def not_of_erased(incoming: Incoming) -> tuple[list[sql.Composable], dict[str, object]]:
    """The conditions that leave out personal records that are erased or follow erased ones, with values; none costs nothing.

    A record that is known by its id needs none of its own: the row of an erased one is still there to meet.
    """
    owner = incoming.owner
    if not any(field.holds_personal for field in owner.fields.values()):
        return [], {}
    asked = [("source_key", records.erased(owner.key, "source_key"))] if not incoming.by_id else []
    for field, column in incoming.pairs:
        if field.key == owner.through:
            by = "id" if column.by == "id" else "source_key"
            asked.append((field.column, records.erased(field.target, by)))
    gone: dict[str, object] = {f"gone_{name}": keys for name, keys in asked if keys}
    return [
        sql.SQL("(s.{} = any({})) is not true").format(sql.Identifier(name), sql.Placeholder(f"gone_{name}"))
        for name, keys in asked
        if keys
    ], gone
