from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("warehouse", "0005_step_times"),
    ]

    operations = [
        migrations.AddField(
            model_name="load",
            name="change",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunSQL("update warehouse_load set change = id", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="load",
            index=models.Index(fields=["change"], name="load_change"),
        ),
    ]
