"""Workers say that they live, schedules when they are due; events are found by their time."""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0007_done_actions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScheduleRow",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("rule", models.TextField()),
                ("due_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(null=True)),
                ("last_run", models.UUIDField(null=True)),
                ("error", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="WorkerRow",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("queues", models.JSONField()),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
                ("resting", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="event_at"),
        ),
    ]
