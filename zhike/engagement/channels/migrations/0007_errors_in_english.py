"""Why a message has not arrived and why a server is away is kept in both languages."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0006_places_given_back"),
    ]

    operations = [
        migrations.AddField("delivery", "error_en", models.TextField(default="", db_default="")),
        migrations.AddField("channelaway", "error_en", models.TextField(db_default="")),
    ]
