from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0002_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="leaving",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
