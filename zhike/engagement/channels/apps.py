from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "zhike.engagement.channels"
    label = "channels"

    def ready(self) -> None:
        from zhike.engagement.channels.kinds import CONTENT_RULE, TEMPLATE
        from zhike.engagement.channels.logic import standing
        from zhike.engagement.channels.pump import PUMP
        from zhike.kernel import definitions, pumps
        from zhike.kernel.providers import register_channels

        pumps.register(PUMP)
        register_channels(standing.channels)
        definitions.register(CONTENT_RULE)
        definitions.register(TEMPLATE)
