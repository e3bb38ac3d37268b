from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Now


def end_those_left_behind(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """What "runs" now was begun by a process of before; nothing else would ever end it. One that lives says so at its end."""
    error = {"code": "load.interrupted", "message": "加载中断，未完成", "message_en": "interrupted; it did not end"}
    apps.get_model("warehouse", "Load").objects.filter(state="running").update(
        state="failed", error=error, finished_at=Now()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("warehouse", "0002_owner"),
    ]

    operations = [
        migrations.AddField(
            model_name="load",
            name="run",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="load",
            index=models.Index(condition=models.Q(("state", "running")), fields=["run"], name="load_running"),
        ),
        migrations.RunPython(end_those_left_behind, migrations.RunPython.noop),
    ]
