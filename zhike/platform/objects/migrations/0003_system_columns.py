from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from psycopg import sql


def add_columns(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the tables made before have the columns that new ones are made with: no row is written."""
    columns = ("unit_id bigint", "owner text", "security_level smallint not null default 0")
    with schema_editor.connection.cursor() as cursor:
        for table in apps.get_model("objects", "PhysicalObject").objects.values_list("table", flat=True):
            for column in columns:
                statement = sql.SQL("alter table {} add column if not exists " + column)
                cursor.execute(statement.format(sql.Identifier(table)))


class Migration(migrations.Migration):
    dependencies = [("objects", "0002_erased_at")]
    operations = [migrations.RunPython(add_columns, migrations.RunPython.noop)]
