from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "zhike.platform.work"
    label = "work"

    def ready(self) -> None:
        from zhike.kernel import actions, definitions, events, timers
        from zhike.kernel.definition_parts import Labels
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource
        from zhike.platform.work import blocks, following, using
        from zhike.platform.work.kinds import RESULT_SET, WORK_KIND
        from zhike.platform.work.logic import deadlines, giving

        definitions.register(RESULT_SET)
        definitions.register(WORK_KIND)
        definitions.register_users("work_kind", using.users_of_kinds)
        parts.register(
            Resource(
                "work",
                Labels("待办", "To-do"),
                ("read", "create", "complete", "reassign"),
                narrowed_by=("mine", "my_units"),
                path="/work",
                called={"complete": Labels("办理", "complete"), "reassign": Labels("改派", "reassign")},
            )
        )
        actions.register(giving.GIVE)
        actions.register(giving.ASK)
        timers.register(deadlines.DUE, deadlines.run_out)
        blocks.register()
        events.subscribe(following.SUBSCRIBER)
