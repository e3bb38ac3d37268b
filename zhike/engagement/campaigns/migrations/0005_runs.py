import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0004_unit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="state",
            field=models.TextField(
                choices=[
                    ("draft", "Draft"),
                    ("confirming", "Confirming"),
                    ("confirmed", "Confirmed"),
                    ("running", "Running"),
                    ("paused", "Paused"),
                    ("stopped", "Stopped"),
                    ("finished", "Finished"),
                ],
                default="draft",
            ),
        ),
        migrations.CreateModel(
            name="CampaignRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("run", models.UUIDField()),
                ("inputs", models.JSONField(null=True)),
                ("result", models.JSONField(null=True)),
                ("people", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="campaigns.campaign"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("campaign", "kind"), name="campaign_run_once")],
            },
        ),
    ]
