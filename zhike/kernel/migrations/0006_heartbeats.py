"""Runs say that they live, and how often they were begun."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0005_timers"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="attempts",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="heartbeat_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="run",
            name="state",
            field=models.TextField(
                choices=[
                    ("waiting", "Waiting"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                    ("interrupted", "Interrupted"),
                ],
                default="waiting",
            ),
        ),
    ]
