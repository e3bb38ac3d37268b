import django.db.models.deletion
from django.apps.registry import Apps as StateApps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from psycopg import sql

FUNCTION = """
create function objects_keys_changed() returns trigger language plpgsql as $$
declare
    keys record;
    figures text;
    before text;
begin
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
            ' on conflict do nothing',
            keys."table", figures, figures, keys."column", keys.record, before, keys.beside);
    end loop;
    return null;
end $$;
"""
TRIGGERS = (
    "create trigger objects_keys_made after insert on {} referencing new table as changed"
    " for each statement execute function objects_keys_changed()",
    "create trigger objects_keys_changed after update on {} referencing old table as previous new table as changed"
    " for each statement execute function objects_keys_changed()",
)


def watch(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have the tables made before tell new keys, as new ones do."""
    with schema_editor.connection.cursor() as cursor:
        for table in apps.get_model("objects", "PhysicalObject").objects.values_list("table", flat=True):
            for statement in TRIGGERS:
                cursor.execute(sql.SQL(statement).format(sql.Identifier(table)))


class Migration(migrations.Migration):
    dependencies = [("objects", "0009_table_changes")]

    operations = [
        migrations.CreateModel(
            name="ScopeKeys",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.TextField(unique=True)),
                ("source", models.TextField(db_index=True)),
                ("column", models.TextField()),
                ("record", models.TextField()),
                ("figures", models.JSONField()),
                ("whole", models.BooleanField(default=False)),
                (
                    "side",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="objects.sidetable"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FUNCTION, "drop function objects_keys_changed();"),
        migrations.RunPython(watch, migrations.RunPython.noop),
    ]
