from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_erasing"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("operation", "unmask")), fields=["actor", "-at"], name="audit_unmasked"
            ),
        ),
    ]
