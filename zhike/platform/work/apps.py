from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "zhike.platform.work"
    label = "work"

    def ready(self) -> None:
        from zhike.kernel import definitions, events
        from zhike.platform.work import blocks, following
        from zhike.platform.work.kinds import RESULT_SET

        definitions.register(RESULT_SET)
        blocks.register()
        events.subscribe(following.SUBSCRIBER)
