from django.apps.registry import Apps as StateApps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from psycopg import sql

FUNCTION = """
create sequence objects_changes;
create function objects_changed() returns trigger language plpgsql as $$
declare
    mine bigint;
begin
    select id into mine from objects_tablechange where "table" = tg_table_name for update skip locked limit 1;
    if mine is null then
        insert into objects_tablechange ("table", change) values (tg_table_name, nextval('objects_changes'));
    else
        update objects_tablechange set change = nextval('objects_changes') where id = mine;
    end if;
    return null;
end $$;
"""


def watch(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have the tables made before count their changes, as new ones do."""
    with schema_editor.connection.cursor() as cursor:
        for table in apps.get_model("objects", "PhysicalObject").objects.values_list("table", flat=True):
            statement = sql.SQL(
                "create trigger objects_changed after insert or update or delete on {}"
                " for each statement execute function objects_changed()"
            )
            cursor.execute(statement.format(sql.Identifier(table)))


class Migration(migrations.Migration):
    dependencies = [("objects", "0008_rooms")]

    operations = [
        migrations.CreateModel(
            name="TableChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.TextField(db_index=True)),
                ("change", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(FUNCTION, "drop function objects_changed(); drop sequence objects_changes;"),
        migrations.RunPython(watch, migrations.RunPython.noop),
    ]
