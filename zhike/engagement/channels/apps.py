from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "zhike.engagement.channels"
    label = "channels"

    def ready(self) -> None:
        from zhike.engagement.channels.kinds import CONTENT_RULE, TEMPLATE
        from zhike.engagement.channels.pump import PUMP
        from zhike.kernel import definitions, pumps

        pumps.register(PUMP)
        definitions.register(CONTENT_RULE)
        definitions.register(TEMPLATE)
