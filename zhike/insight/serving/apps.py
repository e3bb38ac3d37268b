from django.apps import AppConfig


class ServingConfig(AppConfig):
    name = "zhike.insight.serving"
    label = "serving"

    def ready(self) -> None:
        from zhike.insight.serving.logic.wide_row import WIDE
        from zhike.insight.warehouse import api as warehouse

        warehouse.register_step(WIDE)
