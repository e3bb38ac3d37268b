import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_errors_in_english"),
    ]

    operations = [
        # Effects of before were compared in another way and say less; they are computed again.
        migrations.RunSQL(
            "update campaigns_campaignrun set result = null, inputs = null, people = null, made_at = null"
            " where kind = 'campaign.effect'",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                ("run", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                ("result", models.JSONField()),
                ("last_file", models.BigIntegerField()),
                ("files", models.JSONField(default=list)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="verdicts", to="campaigns.campaign"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("campaign", "version"), name="verdict_once")],
            },
        ),
    ]
