from django.db import migrations


class Migration(migrations.Migration):
    """Messages of before that ended without reaching anybody give their places of frequency caps back."""

    dependencies = [
        ("channels", "0005_tried_since"),
        ("compliance", "0003_leaving"),
    ]

    operations = [
        migrations.RunSQL(
            "delete from compliance_capreservation where decision_id in"
            " (select decision_id from channels_delivery where state in ('failed', 'stopped'))",
            migrations.RunSQL.noop,
        ),
    ]
