from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "zhike.engagement.compliance"
    label = "compliance"

    def ready(self) -> None:
        from zhike.engagement.compliance.kinds import GATE, SUITABILITY
        from zhike.kernel import definitions

        definitions.register(SUITABILITY)
        definitions.register(GATE)
