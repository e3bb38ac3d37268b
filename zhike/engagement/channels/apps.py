from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "zhike.engagement.channels"
    label = "channels"

    def ready(self) -> None:
        from zhike.engagement.channels.following import SUBSCRIBER
        from zhike.engagement.channels.kinds import CONTENT_RULE, TEMPLATE
        from zhike.engagement.channels.logic import standing
        from zhike.engagement.channels.pump import PUMP
        from zhike.engagement.channels.sending import SEND
        from zhike.kernel import actions, definitions, events, pumps
        from zhike.kernel.definition_parts import Labels
        from zhike.kernel.providers import register_channels
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource

        parts.register(
            Resource("message", Labels("消息", "Messages"), ("send",), called={"send": Labels("发送", "send")})
        )
        actions.register(SEND)
        pumps.register(PUMP)
        events.subscribe(SUBSCRIBER)
        register_channels(standing.channels)
        definitions.register(CONTENT_RULE)
        definitions.register(TEMPLATE)
