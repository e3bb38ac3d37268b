from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "zhike.engagement.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from zhike.engagement.campaigns import blocks

        blocks.register()
