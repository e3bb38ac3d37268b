from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0005_runs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["campaign", "party_id"], name="member_next"
            ),
        ),
    ]
