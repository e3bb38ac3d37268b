from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_endings"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChosenHeads",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.TextField()),
                ("of", models.TextField()),
                ("columns", models.JSONField()),
                ("chosen_by", models.TextField()),
                ("chosen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scope", "of"), name="chosen_heads_once")],
            },
        ),
    ]
