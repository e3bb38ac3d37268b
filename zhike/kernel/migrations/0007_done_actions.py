from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0006_heartbeats"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoneAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.TextField()),
                ("once", models.TextField()),
                ("actor", models.TextField()),
                ("at", models.DateTimeField()),
                ("answer", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("action", "once"), name="action_once")],
            },
        ),
    ]
