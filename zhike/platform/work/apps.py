from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "zhike.platform.work"
    label = "work"

    def ready(self) -> None:
        from zhike.kernel import definitions, events
        from zhike.kernel.definition_parts import Labels
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource
        from zhike.platform.work import blocks, following
        from zhike.platform.work.kinds import RESULT_SET

        definitions.register(RESULT_SET)
        parts.register(
            Resource(
                "work",
                Labels("待办", "To-do"),
                ("read", "complete"),
                narrowed_by=("mine", "my_units"),
                path="/work",
                called={"complete": Labels("办理", "complete")},
            )
        )
        blocks.register()
        events.subscribe(following.SUBSCRIBER)
