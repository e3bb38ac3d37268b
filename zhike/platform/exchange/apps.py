from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "zhike.platform.exchange"
    label = "exchange"

    def ready(self) -> None:
        from zhike.kernel import definitions
        from zhike.platform.exchange.kinds import EXPORT_RULE
        from zhike.platform.exchange.logic import large_exports

        definitions.register(EXPORT_RULE)
        large_exports.register()
