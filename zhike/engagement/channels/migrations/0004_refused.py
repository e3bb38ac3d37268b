from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0003_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.TextField(
                choices=[
                    ("waiting", "Waiting"),
                    ("claimed", "Claimed"),
                    ("sending", "Sending"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("unknown", "Unknown"),
                    ("stopped", "Stopped"),
                    ("refused", "Refused"),
                ],
                default="waiting",
            ),
        ),
    ]
