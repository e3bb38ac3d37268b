"""What the ledgers of a campaign that has ended said is kept, so that it is not counted at every look."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptCounts",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="campaigns.campaign",
                    ),
                ),
                ("people", models.JSONField(null=True)),
                ("work", models.JSONField(null=True)),
            ],
        ),
    ]
