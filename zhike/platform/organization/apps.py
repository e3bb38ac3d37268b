from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "zhike.platform.organization"
    label = "organization"

    def ready(self) -> None:
        from zhike.kernel import definitions
        from zhike.platform.organization.kinds import USER

        definitions.register(USER)
