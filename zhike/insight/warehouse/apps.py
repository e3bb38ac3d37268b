from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "zhike.insight.warehouse"
    label = "warehouse"

    def ready(self) -> None:
        from zhike.insight.warehouse import blocks, jobs, received
        from zhike.insight.warehouse import runs as warehouse_runs
        from zhike.insight.warehouse.kinds import SOURCE
        from zhike.insight.warehouse.logic import declaring, loading
        from zhike.kernel import datasets, definitions, run_ends, schedules
        from zhike.kernel import jobs as runs
        from zhike.kernel.definition_parts import Labels
        from zhike.kernel.providers import register_block
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource

        parts.register(
            Resource(
                "load",
                Labels("数据", "Loads"),
                ("read", "create", "answer"),
                narrowed_by=("mine",),
                path="/loads",
                called={"answer": Labels("确认与撤销", "accept and undo")},
            )
        )
        parts.register(
            Resource(
                "run",
                Labels("运行记录", "Runs"),
                ("read", "cancel", "repeat"),
                narrowed_by=("mine",),
                called={"cancel": Labels("取消", "cancel"), "repeat": Labels("再运行", "run again")},
            )
        )
        parts.register(
            Resource(
                "night",
                Labels("日终跑批", "Nights"),
                ("read", "run"),
                path="/night",
                called={"run": Labels("跑批", "run")},
            )
        )
        definitions.register(SOURCE)
        datasets.declare("warehouse", declaring.declared)
        runs.register(warehouse_runs.STAGE, jobs.stage, queue="stage")
        runs.register(warehouse_runs.NIGHT, jobs.night, queue="stage")
        schedules.register(jobs.HOURLY)
        runs.register(warehouse_runs.STAGE_LATE, jobs.stage_late, queue="stage")
        schedules.register(jobs.LATE)
        runs.register(warehouse_runs.LOAD_FILE, jobs.load_file, queue="load")
        runs.register(received.ACCEPTED, jobs.load_accepted, queue="load")
        runs.register(received.UNDONE, jobs.undo_load, queue="load")
        runs.register(warehouse_runs.LOAD_FOLDER, jobs.load_folder, queue="load")
        run_ends.hear(loading.end_with_runs)
        register_block(blocks.LAST_LOAD)
