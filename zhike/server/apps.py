from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "zhike.server"
    label = "server"

    def ready(self) -> None:
        from zhike.kernel import definitions
        from zhike.server.pages import PAGE

        definitions.register(PAGE)
