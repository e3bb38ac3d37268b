from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "zhike.insight.identity"
    label = "identity"

    def ready(self) -> None:
        from zhike.insight.identity import stage
        from zhike.insight.identity.kinds import IDENTITY, MASTER
        from zhike.insight.warehouse import api as warehouse
        from zhike.kernel import definitions

        definitions.register(IDENTITY)
        definitions.register(MASTER)
        warehouse.register_step(stage.STEP)
