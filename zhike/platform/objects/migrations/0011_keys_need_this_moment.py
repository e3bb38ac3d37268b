from django.db import migrations

#: A snapshot of before a publication does not know the keys that were published since, so its writer would bring them nothing.
REFUSED = """
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'records are written at read committed, not at %', current_setting('transaction_isolation')
            using errcode = 'active_sql_transaction',
            hint = 'what was published meanwhile would miss what this transaction brings';
    end if;
"""

FUNCTION = """
create or replace function objects_keys_changed() returns trigger language plpgsql as $$
declare
    keys record;
    figures text;
    before text;
begin{refused}
    for keys in
        select k.*, s."table" as beside from objects_scopekeys k join objects_sidetable s on s.id = k.side_id
        where k.source = tg_table_name
    loop
        select string_agg(quote_ident(f), ', ') into figures from jsonb_array_elements_text(keys.figures) f;
        before := case when tg_op = 'UPDATE'
            then format('except select %I, %I from previous', keys."column", keys.record) else '' end;
        execute format(
            'insert into %I (key, id, %s) select c.key, id, %s'
            ' from (select %I as key, %I as id from changed %s) c join %I using (id) where c.key is not null'
            ' order by 1, 2 on conflict do nothing',
            keys."table", figures, figures, keys."column", keys.record, before, keys.beside);
    end loop;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("objects", "0010_scope_keys")]

    operations = [
        migrations.RunSQL(FUNCTION.replace("{refused}", REFUSED), FUNCTION.replace("{refused}", "")),
    ]
