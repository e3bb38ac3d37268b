"""Work that somebody lent is found by an index; installations that were made while 0002 had it have it already."""

from __future__ import annotations

from django.db import migrations, models

INDEX = models.Index(
    fields=["delegated_by", "state", "urgent_at"], name="work_delegated", condition=~models.Q(delegated_by="")
)
MAKE = """
create index if not exists work_delegated on work_workitem (delegated_by, state, urgent_at) where not (delegated_by = '')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0002_any_record"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAKE, "drop index if exists work_delegated")],
            state_operations=[migrations.AddIndex("workitem", INDEX)],
        ),
    ]
