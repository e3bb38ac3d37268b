from django.apps import AppConfig


class TagsConfig(AppConfig):
    name = "zhike.insight.tags"
    label = "tags"

    def ready(self) -> None:
        from zhike.insight.tags import blocks, stage
        from zhike.insight.tags.kinds import TAG
        from zhike.insight.tags.logic import living, rules
        from zhike.insight.warehouse import api as warehouse
        from zhike.kernel import datasets, definitions
        from zhike.kernel.providers import register_block
        from zhike.platform.permissions import api as permissions

        definitions.register(TAG)
        datasets.declare("tags", rules.declared)
        warehouse.register_step(stage.STEP)
        register_block(blocks.PARTY_TAGS)
        permissions.register_limits(living.limits)
