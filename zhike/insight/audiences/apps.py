from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "zhike.insight.audiences"
    label = "audiences"

    def ready(self) -> None:
        from zhike.insight.audiences.logic import finding
        from zhike.insight.audiences.logic.using import users_of
        from zhike.kernel import definitions
        from zhike.kernel.providers import register_search
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource

        parts.register(
            Resource(
                "audience",
                finding.LABELS,
                ("read", "create", "update", "delete"),
                narrowed_by=("mine", "my_units"),
                path="/audiences",
            )
        )
        register_search("audience", finding.search)
        for kind in ("indicator", "tag"):
            definitions.register_users(kind, users_of)
