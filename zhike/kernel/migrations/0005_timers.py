"""Timers: what is to happen at an instant."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0004_event_positions"),
    ]

    operations = [
        migrations.CreateModel(
            name="TimerRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("due_at", models.DateTimeField(null=True)),
                ("left", models.DurationField(null=True)),
                ("counting", models.TextField()),
                ("attempts", models.IntegerField(default=0)),
                ("error", models.TextField(default="")),
                ("dead", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("dead", False)), fields=["due_at", "id"], name="timer_due")
                ],
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="timer_once")],
            },
        ),
    ]
