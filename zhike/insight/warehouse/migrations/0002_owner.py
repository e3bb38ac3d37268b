from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("warehouse", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="load",
            name="owner",
            field=models.TextField(db_default=""),
        ),
    ]
