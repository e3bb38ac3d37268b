"""The number of a version of the definitions comes from a sequence, and its one row is there from the beginning."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_layers")]

    operations = [
        migrations.RunSQL(
            """
            create sequence kernel_definition_versions;
            insert into kernel_definitionversion (version)
            select 0 where not exists (select from kernel_definitionversion);
            select setval('kernel_definition_versions', greatest(1, (select max(version) from kernel_definitionversion)));
            """,
            "drop sequence kernel_definition_versions",
        ),
    ]
