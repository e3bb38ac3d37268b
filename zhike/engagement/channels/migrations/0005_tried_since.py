from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0004_refused"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="tried_since",
            field=models.DateTimeField(null=True),
        ),
    ]
