from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("objects", "0005_shares"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="outdated",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="export",
            name="posts",
            field=models.JSONField(default=list),
        ),
    ]
