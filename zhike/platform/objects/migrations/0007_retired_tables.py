from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("objects", "0006_outdated_exports"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetiredTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.TextField(unique=True)),
                ("noticed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="sidetable",
            name="current",
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name="sidetable",
            name="object",
            field=models.TextField(),
        ),
        migrations.AddConstraint(
            model_name="sidetable",
            constraint=models.UniqueConstraint(fields=("object", "current"), name="one_side_table_of_a_kind"),
        ),
    ]
