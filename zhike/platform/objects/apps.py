from django.apps import AppConfig


class ObjectsConfig(AppConfig):
    name = "zhike.platform.objects"
    label = "objects"

    def ready(self) -> None:
        from zhike.kernel import definitions, housekeeping
        from zhike.platform.objects.kinds import EXTENSION, OBJECT
        from zhike.platform.objects.logic import refolding, retired_tables

        definitions.register(OBJECT)
        definitions.register(EXTENSION)
        housekeeping.register("replaced_tables", lambda _run: retired_tables.drop())
        housekeeping.register("folds", refolding.refold)
