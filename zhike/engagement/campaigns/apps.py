from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "zhike.engagement.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from zhike.engagement.campaigns import blocks, following, jobs
        from zhike.engagement.campaigns.logic import finding, notices, runs, using
        from zhike.engagement.campaigns.publications import SUBSCRIBER
        from zhike.engagement.campaigns.pump import PUMP
        from zhike.kernel import definitions, events, pumps
        from zhike.kernel import jobs as kinds
        from zhike.kernel.definition_parts import Labels
        from zhike.kernel.providers import register_search
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource
        from zhike.platform.work import origins

        parts.register(
            Resource(
                "campaign",
                finding.LABELS,
                ("read", "create", "update", "delete", "launch", "resend"),
                narrowed_by=("mine", "my_units"),
                path="/campaigns",
                called={"launch": Labels("启动", "launch"), "resend": Labels("重发", "send again")},
            )
        )
        register_search("campaign", finding.search)
        origins.register_notices("campaign", notices.of_work)
        pumps.register(PUMP)
        kinds.register(runs.ESTIMATE, jobs.estimate, queue="interactive")
        kinds.register(runs.CONFIRM, jobs.confirm, queue="interactive")
        kinds.register(runs.EFFECT, jobs.effect, queue="stage")  # after a publication there are many
        events.subscribe(SUBSCRIBER)
        events.subscribe(following.SUBSCRIBER)
        blocks.register()
        definitions.register_users("template", using.users_of_templates)
        definitions.register_users("result_set", using.users_of_result_sets)
        definitions.register_users("measure", using.users_of_measures)
