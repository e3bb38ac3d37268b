from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "zhike.kernel"
    label = "kernel"

    def ready(self) -> None:
        from zhike.kernel import clock, database, definitions
        from zhike.kernel.trading_days import CALENDAR

        definitions.register(CALENDAR)
        clock.read_offset_with(database.read_clock_offset)
