"""The work of an origin is counted by state and result from the index alone."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0005_words_in_english"),
    ]

    operations = [
        migrations.RemoveIndex("workitem", "work_origin"),
        migrations.AddIndex("workitem", models.Index(fields=["origin_uid", "state", "result"], name="work_origin")),
    ]
