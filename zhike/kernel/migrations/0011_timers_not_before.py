from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0010_samples"),
    ]

    operations = [
        migrations.AddField(
            model_name="timerrow",
            name="not_before",
            field=models.DateTimeField(null=True),
        ),
    ]
