from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("objects", "0008_rooms"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Export",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("uid", models.UUIDField(unique=True)),
                        ("object", models.TextField()),
                        ("asked_by", models.TextField(db_index=True)),
                        ("query", models.JSONField()),
                        ("run", models.UUIDField()),
                        ("asked_at", models.DateTimeField()),
                        ("made_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField(db_index=True, null=True)),
                        ("rows", models.IntegerField(default=0)),
                        ("file", models.TextField(default="")),
("posts", models.JSONField(default=list)),
("outdated", models.BooleanField(default=False)),
                    ],
options={"db_table": "objects_export"},
                ),
            ]
        ),
    ]
