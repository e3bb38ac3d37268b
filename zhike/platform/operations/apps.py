from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "zhike.platform.operations"
    label = "operations"

    def ready(self) -> None:
        from zhike.kernel.definition_parts import Labels
        from zhike.platform.permissions import parts
        from zhike.platform.permissions.parts import Resource

        parts.register(
            Resource(
                "job",
                Labels("后台任务", "Jobs"),
                ("read", "retry", "pass_over", "replay"),
                path="/jobs",
                called={
                    "retry": Labels("重试", "retry"),
                    "pass_over": Labels("跳过", "pass over"),
                    "replay": Labels("重放", "replay"),
                },
            )
        )
