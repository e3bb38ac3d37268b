from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from psycopg import sql


def add_column(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the tables made before have the column that new ones are made with."""
    with schema_editor.connection.cursor() as cursor:
        for table in apps.get_model("objects", "PhysicalObject").objects.values_list("table", flat=True):
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("alter table {} add column if not exists erased_at timestamptz").format(name))
            cursor.execute(sql.SQL("create index on {} (id) where erased_at is not null").format(name))


class Migration(migrations.Migration):
    dependencies = [("objects", "0001_initial")]
    operations = [migrations.RunPython(add_column, migrations.RunPython.noop)]
