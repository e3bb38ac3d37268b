from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "zhike.server"
    label = "server"

    def ready(self) -> None:
        from zhike.kernel import definitions
        from zhike.server.kinds import page_kind

        definitions.register(page_kind())
