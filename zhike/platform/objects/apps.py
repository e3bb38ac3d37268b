from django.apps import AppConfig


class ObjectsConfig(AppConfig):
    name = "zhike.platform.objects"
    label = "objects"

    def ready(self) -> None:
        from zhike.kernel import definitions, housekeeping
        from zhike.platform.objects import blocks
        from zhike.platform.objects.kinds import EXPORT_RULE, EXTENSION, OBJECT
        from zhike.platform.objects.logic import large_exports, retired_tables, sharing
        from zhike.platform.permissions import api as permissions

        definitions.register(OBJECT)
        definitions.register(EXTENSION)
        definitions.register(EXPORT_RULE)
        large_exports.register()
        blocks.register()
        housekeeping.register("replaced_tables", lambda _run: retired_tables.drop())
        permissions.register_shares(sharing.shared_with)
