from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "zhike.kernel"
    label = "kernel"

    def ready(self) -> None:
        from django.conf import settings
        from django.db.backends.signals import connection_created

        from zhike.kernel import (
            clock,
            database,
            definitions,
            event_delivery,
            housekeeping,
            jobs,
            pumps,
            schedules,
            thread_connections,
            timers,
            waiting_changes,
            yaml_files,
        )
        from zhike.kernel.trading_days import CALENDAR

        definitions.register(CALENDAR)
        yaml_files.keep_in(settings.HOME / "cache" / "yaml")
        pumps.register(event_delivery.PUMP)
        pumps.register(timers.PUMP)
        pumps.register(schedules.PUMP)
        jobs.register(housekeeping.KIND, housekeeping.clear, queue="interactive")
        jobs.register(waiting_changes.KIND, waiting_changes.make, queue="interactive")
        schedules.register(housekeeping.SCHEDULE)
        connection_created.connect(database.read_instants)
        connection_created.connect(thread_connections.tidy)
        clock.read_offset_with(database.read_clock_offset)
