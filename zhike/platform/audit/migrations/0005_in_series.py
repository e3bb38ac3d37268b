from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_unmasked"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="entry", name="audit_unmasked"),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("operation__in", ["unmask", "find_by_number"])),
                fields=["actor", "-at"],
                name="audit_in_series",
            ),
        ),
    ]
