from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "zhike.insight.audiences"
    label = "audiences"

    def ready(self) -> None:
        from zhike.insight.audiences.logic.using import users_of
        from zhike.kernel import definitions
        from zhike.kernel.definition_parts import Labels
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource

        parts.register(
            Resource(
                "audience",
                Labels("客群", "Audiences"),
                ("read", "create", "update", "delete"),
                narrowed_by=("mine", "my_units"),
                path="/audiences",
            )
        )
        for kind in ("indicator", "tag"):
            definitions.register_users(kind, users_of)
