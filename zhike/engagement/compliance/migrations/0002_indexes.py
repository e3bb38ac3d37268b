from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("allowed", False)), fields=["origin_uid", "channel"], name="decision_refused"
            ),
        ),
    ]
