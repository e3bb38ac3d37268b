from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("warehouse", "0003_ends_with_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="load",
            name="answered_by",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="load",
            name="effects",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="load",
            name="undoes",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="load",
            name="state",
            field=models.TextField(
                choices=[
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                    ("waiting", "Waiting"),
                    ("discarded", "Discarded"),
                    ("undone", "Undone"),
                    ("restored", "Restored"),
                ],
                default="running",
            ),
        ),
    ]
