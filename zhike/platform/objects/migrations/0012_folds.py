from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("objects", "0011_keys_need_this_moment"),
    ]

    operations = [
        migrations.AddField(
            model_name="physicalobject",
            name="folds",
            field=models.IntegerField(default=1),
        ),
    ]
