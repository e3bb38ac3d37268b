from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "zhike.server"
    label = "server"

    def ready(self) -> None:
        from zhike.kernel import definitions
        from zhike.kernel.definition_parts import Labels
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource
        from zhike.server.kinds import page_kind

        parts.register(Resource(parts.HOME, Labels("工作台", "Home"), path="/"))
        parts.register(
            # Users are seen and managed in the units of the posts that say so, whatever the grant.
            Resource("user", Labels("用户", "Users"), ("read", "create", "update"), path="/users")
        )
        definitions.register(page_kind())
