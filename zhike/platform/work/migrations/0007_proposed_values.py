from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0006_counted_by_origin"),
    ]

    operations = [
        migrations.AddField(
            model_name="workitem",
            name="proposed",
            field=models.TextField(db_default=""),
        ),
    ]
