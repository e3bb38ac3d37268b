from django.apps import AppConfig


class ObjectsConfig(AppConfig):
    name = "zhike.platform.objects"
    label = "objects"

    def ready(self) -> None:
        from zhike.kernel import definitions
        from zhike.platform.objects import blocks
        from zhike.platform.objects.kinds import EXTENSION, OBJECT

        definitions.register(OBJECT)
        definitions.register(EXTENSION)
        blocks.register()
