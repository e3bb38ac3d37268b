from django.db import migrations


class Migration(migrations.Migration):
    """Shares are kept by the room `records`, exports by `exchange`; the tables stay as they are."""

    dependencies = [
        ("objects", "0007_retired_tables"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="Share"),
                migrations.DeleteModel(name="Export"),
            ]
        ),
    ]
