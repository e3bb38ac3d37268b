from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_deleted_at")]

    operations = [
        migrations.AddField("member", "error", models.TextField(db_default="")),
        migrations.AlterField(
            "member",
            "state",
            models.TextField(
                choices=[
                    ("waiting", "Waiting"),
                    ("refused", "Refused"),
                    ("queued", "Queued"),
                    ("control", "Control"),
                    ("stopped", "Stopped"),
                    ("failed", "Failed"),
                ]
            ),
        ),
    ]
