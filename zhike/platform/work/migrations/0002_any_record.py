import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

#: Work was about parties of campaigns only.
_MOVE = """
update work_workitem set object = case when record_id is null then '' else 'party' end, kind = 'follow_up',
  urgent_at = due_at
"""


class Migration(migrations.Migration):
    dependencies = [("work", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("workitem", "work_once"),
        migrations.RemoveIndex("workitem", "work_assignee"),
        migrations.RemoveIndex("workitem", "work_party"),
        migrations.RemoveIndex("workitem", "work_unit"),
        migrations.RenameField("workitem", "party_id", "record_id"),
        migrations.AddField("workitem", "object", models.TextField(db_default="")),
        migrations.AddField(
            "workitem",
            "candidates",
            django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None),
        ),
        migrations.AddField("workitem", "delegated_by", models.TextField(db_default="")),
        migrations.AddField("workitem", "asked_by", models.TextField(db_default="")),
        migrations.AddField("workitem", "act", models.JSONField(null=True)),
        migrations.AddField("workitem", "form", models.JSONField(db_default={})),
        migrations.AddField("workitem", "outcome", models.JSONField(db_default={})),
        migrations.AddField("workitem", "paused_at", models.DateTimeField(null=True)),
        migrations.AddField("workitem", "urgent_at", models.DateTimeField(null=True)),
        migrations.AlterField("workitem", "assignee", models.TextField(default="")),
        migrations.AlterField("workitem", "due_at", models.DateTimeField(null=True)),
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        # The rows that were changed have to be settled before their table is.
        migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
        migrations.AlterField("workitem", "urgent_at", models.DateTimeField()),
        migrations.AddConstraint(
            "workitem",
            models.UniqueConstraint(
                fields=["origin_kind", "origin_uid", "step", "object", "record_id", "occurrence"],
                name="work_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            "workitem", models.Index(fields=["assignee", "state", "urgent_at", "id"], name="work_assignee")
        ),
        migrations.AddIndex("workitem", models.Index(fields=["object", "record_id"], name="work_record")),
        migrations.AddIndex("workitem", models.Index(fields=["unit_id", "state", "urgent_at", "id"], name="work_unit")),
        migrations.AddIndex(
            "workitem",
            models.Index(
                fields=["asked_by", "state", "urgent_at"], name="work_asked", condition=~models.Q(asked_by="")
            ),
        ),
        migrations.AddIndex("workitem", models.Index(fields=["origin_uid"], name="work_origin")),
        migrations.AddIndex(
            "workitem",
            django.contrib.postgres.indexes.GinIndex(
                fields=["candidates"], name="work_candidates", condition=models.Q(state="open", assignee="")
            ),
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(unique=True)),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="work.workitem"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["item", "id"], name="work_comment_item")]},
        ),
    ]
