"""What a run says of itself is kept in both languages."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0011_timers_not_before"),
    ]

    operations = [
        migrations.AddField("run", "title_en", models.TextField(db_default="")),
        migrations.AddField("run", "step_en", models.TextField(db_default="")),
    ]
