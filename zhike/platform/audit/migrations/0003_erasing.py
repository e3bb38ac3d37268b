from django.db import migrations

from zhike.platform.audit.logic.triggers import FUNCTION


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_triggers")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
