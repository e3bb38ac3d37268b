"""Definitions get layers, revisions and a history; what packs brought so far is the layer "pack"."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.RenameModel("Definition", "StoredDefinition"),
        migrations.RemoveConstraint("storeddefinition", "definition_kind_key"),
        migrations.AlterField("storeddefinition", "uuid", models.UUIDField()),
        migrations.AddField("storeddefinition", "layer", models.TextField(default="pack"), preserve_default=False),
        migrations.AddField("storeddefinition", "revision", models.IntegerField(default=1)),
        migrations.AddConstraint(
            "storeddefinition",
            models.UniqueConstraint(fields=["kind", "key", "layer"], name="stored_definition_kind_key_layer"),
        ),
        migrations.AddConstraint(
            "storeddefinition",
            models.UniqueConstraint(fields=["uuid", "layer"], name="stored_definition_uuid_layer"),
        ),
        migrations.CreateModel(
            "DefinitionChange",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("uid", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("reason", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            "DefinitionRevision",
            [
                ("id", models.BigAutoField(primary_key=True)),
                (
                    "change",
                    models.ForeignKey("kernel.definitionchange", on_delete=models.PROTECT, related_name="revisions"),
                ),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("layer", models.TextField()),
                ("pack", models.TextField()),
                ("pack_before", models.TextField()),
                ("revision", models.IntegerField()),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["kind", "key"], name="revision_kind_key")]},
        ),
    ]
