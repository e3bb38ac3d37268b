"""Who let the clock of a piece of work rest, and why, stays with the work."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0003_delegated_index"),
    ]

    operations = [
        migrations.AddField("workitem", "paused_by", models.TextField(db_default="")),
        migrations.AddField("workitem", "paused_why", models.TextField(db_default="")),
    ]
