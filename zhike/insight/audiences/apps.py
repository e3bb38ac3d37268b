from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "zhike.insight.audiences"
    label = "audiences"

    def ready(self) -> None:
        from zhike.insight.audiences.logic.using import users_of
        from zhike.insight.audiences.logic.wide_row import WIDE
        from zhike.insight.warehouse import api as warehouse
        from zhike.kernel import definitions

        warehouse.register_step(WIDE)
        for kind in ("indicator", "tag"):
            definitions.register_users(kind, users_of)
