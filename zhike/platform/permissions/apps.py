from django.apps import AppConfig


class PermissionsConfig(AppConfig):
    name = "zhike.platform.permissions"
    label = "permissions"

    def ready(self) -> None:
        from zhike.kernel import actions, definitions
        from zhike.platform.permissions import api
        from zhike.platform.permissions.kinds import ROLE

        definitions.register(ROLE)
        actions.guard_with(api.require)
