from django.apps import AppConfig


class ServingConfig(AppConfig):
    name = "zhike.insight.serving"
    label = "serving"

    def ready(self) -> None:
        from zhike.insight.serving.logic import wide_row
        from zhike.insight.warehouse import api as warehouse
        from zhike.kernel import datasets

        datasets.declare("serving", wide_row.declared)
        warehouse.register_step(wide_row.WIDE)
