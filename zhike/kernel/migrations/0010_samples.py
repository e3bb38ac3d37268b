from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0009_held_events_wait"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField()),
                ("at", models.DateTimeField()),
                ("waiting", models.BigIntegerField()),
                ("left", models.BigIntegerField(null=True)),
                ("passed", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("at", "key"), name="sample_once")],
            },
        ),
    ]
