from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "zhike.platform.audit"
    label = "audit"
