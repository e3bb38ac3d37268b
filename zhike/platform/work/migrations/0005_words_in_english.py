"""What a room composes of a piece of work is kept in both languages."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0004_why_it_rests"),
    ]

    operations = [
        migrations.AddField("workitem", "origin_title_en", models.TextField(db_default="")),
        migrations.AddField("workitem", "subject_en", models.TextField(db_default="")),
        migrations.AddField("workitem", "script_en", models.TextField(db_default="")),
    ]
