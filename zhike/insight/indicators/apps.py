from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "zhike.insight.indicators"
    label = "indicators"

    def ready(self) -> None:
        from zhike.insight.indicators import account_blocks, blocks, fact_blocks, stage
        from zhike.insight.indicators.kinds import INDICATOR, MEASURE
        from zhike.insight.indicators.logic import declaring
        from zhike.insight.warehouse import api as warehouse
        from zhike.kernel import datasets, definitions
        from zhike.kernel.providers import register_block

        definitions.register(MEASURE)
        definitions.register(INDICATOR)
        datasets.declare("indicators", declaring.declared)
        warehouse.register_step(stage.STEP)
        for block in (blocks.OVER_TIME, blocks.BY_MONTH, fact_blocks.ROWS, account_blocks.ACCOUNTS):
            register_block(block)
