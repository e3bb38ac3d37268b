"""What a load changes of each record, in the journal under the name of the file: who asks sees what came and from where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from psycopg import sql

from zhike.kernel import context
from zhike.platform.audit import api as audit
from zhike.platform.exchange.logic import load_staging as staging
from zhike.platform.exchange.logic.load_staging import STAGING, Incoming
from zhike.platform.objects.types import FieldType

#: The file that a staged row `s` comes from, else who loads; its placeholders are in `actors`.
ACTOR = sql.SQL("coalesce(%(files)s::jsonb ->> split_part(s.source_key, ':', 1), %(files)s::jsonb ->> '', %(actor)s)")


def actors(incoming: Incoming) -> Mapping[str, object]:
    """Return the values of `ACTOR`."""
    named = {key: file.key for key, file in incoming.files.items()}
    return {"files": json.dumps(named), "actor": context.current().actor}


def note(incoming: Incoming, kept: Sequence[sql.Composable], given: Mapping[str, object]) -> None:
    """Write old and new values of each record that a load from known files is about to change; of new ones nothing."""
    owned = [(field, column) for field, column in incoming.pairs if field.owner == "source"]
    if not (incoming.files and owned):
        return
    joins, selected = incoming.resolved
    cells = [cell for field, column in owned for cell in _cells(field, staging.staged(field, column), selected)]
    live = sql.SQL("t.erased_at is null and t.deleted_at is null")
    rows = sql.SQL(
        "select t.id, {actor}, (select jsonb_object_agg(v.key, jsonb_build_array(v.old, v.new))"
        " from (values {cells}) v(key, old, new, differs) where v.differs)"
        " from {staging} s join {target} t on {key}{joins} where {conditions}"
    ).format(
        actor=ACTOR,
        cells=sql.SQL(", ").join(cells),
        staging=sql.Identifier(STAGING),
        target=sql.Identifier(incoming.owner.table),
        key=sql.SQL("t.id = s.id" if incoming.by_id else "t.source_key = s.source_key"),
        joins=joins,
        conditions=sql.SQL(" and ").join([live, *kept]),
    )
    audit.note_changes(subject=incoming.owner.key, rows=rows, values=given)


def _cells(field: FieldType, names: Mapping[str, str], selected: Mapping[str, sql.Composable]) -> list[sql.Composable]:
    """The columns of a field with what they hold, will hold, and whether the value is another one then."""
    stable = [name for name in names if staging.is_stable(field, name)]
    differs = staging.changed(stable, [selected[name] for name in stable])
    return [
        sql.SQL("({key}, to_jsonb(t.{name}), to_jsonb({new}), {differs})").format(
            key=sql.Literal(name), name=sql.Identifier(name), new=selected[name], differs=differs
        )
        for name in names
    ]
