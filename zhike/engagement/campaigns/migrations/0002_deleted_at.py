from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [migrations.AddField("campaign", "deleted_at", models.DateTimeField(null=True))]
