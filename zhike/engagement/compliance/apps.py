from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "zhike.engagement.compliance"
    label = "compliance"

    def ready(self) -> None:
        from zhike.engagement.compliance.kinds import GATE, SUITABILITY
        from zhike.engagement.compliance.logic import clearing
        from zhike.kernel import definitions, housekeeping

        definitions.register(SUITABILITY)
        definitions.register(GATE)
        housekeeping.register("contacts", clearing.clear_places)
