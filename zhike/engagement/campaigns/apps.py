from functools import partial

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "zhike.engagement.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from zhike.engagement.campaigns import blocks
        from zhike.engagement.campaigns.logic.using import users_of
        from zhike.kernel import definitions

        blocks.register()
        for kind in ("template", "result_set"):
            definitions.register_users(kind, partial(users_of, kind))
