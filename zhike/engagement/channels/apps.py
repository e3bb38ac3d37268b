from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "zhike.engagement.channels"
    label = "channels"

    def ready(self) -> None:
        from zhike.engagement.channels.kinds import CONTENT_RULE, TEMPLATE
        from zhike.kernel import definitions

        definitions.register(CONTENT_RULE)
        definitions.register(TEMPLATE)
