from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "zhike.platform.packs"
    label = "packs"
