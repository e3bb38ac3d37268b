from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "zhike.insight.audiences"
    label = "audiences"

    def ready(self) -> None:
        from zhike.insight.audiences.logic.wide_row import WIDE
        from zhike.insight.warehouse import api as warehouse

        warehouse.register_step(WIDE)
