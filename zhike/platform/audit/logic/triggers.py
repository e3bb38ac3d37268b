"""The statement-level triggers that write the journal."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

_EVENTS = {
    "insert": "referencing new table as new_rows",
    "update": "referencing old table as old_rows new table as new_rows",
    "delete": "referencing old table as old_rows",
}

FUNCTION = """
create or replace function audit_changes() returns trigger language plpgsql as $$
declare
    ignored text[] := tg_argv[1]::text[];
    moment timestamptz := coalesce(nullif(current_setting('zhike.now', true), '')::timestamptz, clock_timestamp());
    who text := coalesce(nullif(current_setting('zhike.actor', true), ''), 'database:' || current_user);
    request text := coalesce(current_setting('zhike.request', true), '');
    why text := coalesce(current_setting('zhike.reason', true), '');
begin
    if current_setting('zhike.load', true) = 'on' then
        return null;
    end if;
    if tg_op = 'INSERT' then
        insert into audit_entry (at, actor, request_id, reason, operation, subject, subject_id, changes)
        select moment, who, request, why, 'create', tg_argv[0], n.id,
            (select coalesce(jsonb_object_agg(f.key, jsonb_build_array(null, f.value)), '{}'::jsonb)
             from jsonb_each(to_jsonb(n) - ignored) f where f.value <> 'null'::jsonb)
        from new_rows n;
    elsif tg_op = 'UPDATE' then
        insert into audit_entry (at, actor, request_id, reason, operation, subject, subject_id, changes)
        select moment, who, request, why, 'update', tg_argv[0], n.id, d.changes
        from new_rows n join old_rows o using (id)
        cross join lateral (
            select jsonb_object_agg(f.key, jsonb_build_array(to_jsonb(o) -> f.key, f.value)) as changes
            from jsonb_each(to_jsonb(n) - ignored) f
            where f.value is distinct from to_jsonb(o) -> f.key) d
        where d.changes is not null;
    else
        insert into audit_entry (at, actor, request_id, reason, operation, subject, subject_id, changes)
        select moment, who, request, why, 'erase', tg_argv[0], o.id, '{}'::jsonb from old_rows o;
    end if;
    return null;
end $$;

create or replace function audit_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only';
end $$;
drop trigger if exists audit_append_only on audit_entry;
create trigger audit_append_only before delete or truncate on audit_entry
    for each statement execute function audit_append_only();

-- An erasure may blank old and new values, nothing else: who, when and which fields stay.
create or replace function audit_values_only() returns trigger language plpgsql as $$
begin
    if current_setting('zhike.erasing', true) is distinct from 'on'
        or to_jsonb(new) - 'changes' <> to_jsonb(old) - 'changes'
        or (select array_agg(k order by k) from jsonb_object_keys(new.changes) k)
            is distinct from (select array_agg(k order by k) from jsonb_object_keys(old.changes) k)
        or exists (select 1 from jsonb_each(new.changes) f
                   where f.value <> '[null, null]' and f.value <> old.changes -> f.key) then
        raise exception 'the journal is append-only';
    end if;
    return new;
end $$;
drop trigger if exists audit_values_only on audit_entry;
create trigger audit_values_only before update on audit_entry
    for each row execute function audit_values_only();
"""

WIPE = """
update audit_entry a set changes = w.changes
from (select e.id, jsonb_object_agg(f.key, jsonb_build_array(null, null)) as changes
      from audit_entry e, jsonb_each(e.changes) f
      where e.subject = %s and e.subject_id = any(%s) and e.operation in ('create', 'update')
      group by e.id) w
where a.id = w.id and a.changes <> w.changes
"""


def attach(table: str, subject: str, ignore: Sequence[str]) -> None:
    """Put the three triggers on `table`, replacing older ones."""
    with connection.cursor() as cursor:
        for event, tables in _EVENTS.items():
            name = sql.Identifier(f"audit_{event}")
            target = sql.Identifier(table)
            cursor.execute(sql.SQL("drop trigger if exists {} on {}").format(name, target))
            cursor.execute(
                sql.SQL(
                    "create trigger {} after {} on {} {} for each statement execute function audit_changes({}, {})"
                ).format(
                    name,
                    sql.SQL(event),
                    target,
                    sql.SQL(tables),
                    sql.Literal(subject),
                    sql.Literal("{" + ",".join(ignore) + "}"),
                )
            )
