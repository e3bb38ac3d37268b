"""Why somebody could not be taken through the gate is kept in both languages."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_kept_counts"),
    ]

    operations = [
        migrations.AddField("member", "error_en", models.TextField(db_default="")),
    ]
