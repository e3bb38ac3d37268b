"""What waits behind a held event of the same record is not due; what is due is found by an index."""

from __future__ import annotations

from django.db import migrations, models

WAITING = """
update kernel_heldevent h set due_at = null where subject_id <> 0 and exists (
    select from kernel_heldevent o where o.subscriber = h.subscriber and o.subject = h.subject
    and o.subject_id = h.subject_id and o.position < h.position)
"""
DUE = "update kernel_heldevent set due_at = now() where due_at is null"


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0008_workers_and_schedules"),
    ]

    operations = [
        migrations.AlterField(
            model_name="heldevent",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(WAITING, DUE),
        migrations.AddIndex(
            model_name="heldevent",
            index=models.Index(
                condition=models.Q(("dead", False)), fields=["subscriber", "due_at"], name="held_event_due"
            ),
        ),
    ]
