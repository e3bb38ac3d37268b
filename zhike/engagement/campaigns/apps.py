from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "zhike.engagement.campaigns"
    label = "campaigns"
