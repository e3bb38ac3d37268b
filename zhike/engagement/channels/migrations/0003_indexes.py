from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0002_away"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_due",
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("held", False), ("state", "waiting")),
                fields=["not_before", "id"],
                name="delivery_due",
            ),
        ),
    ]
