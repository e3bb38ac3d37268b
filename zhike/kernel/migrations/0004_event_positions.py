"""Events have positions; those of before were heard of when they happened."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0003_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subscriber", models.TextField()),
                ("position", models.BigIntegerField()),
                ("name", models.TextField()),
                ("subject", models.TextField()),
                ("subject_id", models.BigIntegerField()),
                ("attempts", models.IntegerField()),
                ("error", models.TextField()),
                ("due_at", models.DateTimeField()),
                ("dead", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("position", models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="event",
            name="position",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="definitionchange",
            name="id",
            field=models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
        ),
        migrations.AlterField(
            model_name="definitionrevision",
            name="id",
            field=models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
        ),
        migrations.RunSQL("update kernel_event set position = id", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(condition=models.Q(("position__isnull", True)), fields=["id"], name="event_fresh"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("position",), name="event_position"),
        ),
        migrations.AddIndex(
            model_name="heldevent",
            index=models.Index(fields=["subscriber", "subject", "subject_id", "position"], name="held_event_record"),
        ),
        migrations.AddConstraint(
            model_name="heldevent",
            constraint=models.UniqueConstraint(fields=("subscriber", "position"), name="held_event_once"),
        ),
    ]
