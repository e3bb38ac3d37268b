from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_failed_members"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="unit_id",
            field=models.BigIntegerField(null=True),
        ),
    ]
