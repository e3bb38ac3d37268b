from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="audience",
            name="unit_id",
            field=models.BigIntegerField(null=True),
        ),
    ]
