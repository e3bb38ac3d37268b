from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "zhike.insight.identity"
    label = "identity"

    def ready(self) -> None:
        from zhike.insight.identity import stage
        from zhike.insight.identity.kinds import IDENTITY, MASTER
        from zhike.insight.identity.logic import alike, declaring, foreseeing, origins
        from zhike.insight.warehouse import api as warehouse
        from zhike.kernel import datasets, definitions
        from zhike.platform.objects import guards
        from zhike.platform.records import origins as record_origins

        definitions.register(IDENTITY)
        definitions.register(MASTER)
        datasets.declare("identity", declaring.declared)
        warehouse.register_step(stage.STEP)
        warehouse.register_look(foreseeing.effects)
        guards.register(alike.guard)
        record_origins.register(origins.of_record)
