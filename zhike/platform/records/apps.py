from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "zhike.platform.records"
    label = "records"

    def ready(self) -> None:
        from zhike.platform.permissions import api as permissions
        from zhike.platform.records import blocks
        from zhike.platform.records.logic import sharing

        blocks.register()
        permissions.register_shares(sharing.shared_with)
