"""The kind `export_rule` as a model: what leaves a list, and who agrees to more."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Count, Days, Key, Labels, Refers, Sourced, rule


class ExportRule(Sourced):
    """How many rows of a list somebody takes away alone, and who approves more."""

    kind: Literal["export_rule"]
    rows: Count = Field(description="how many rows an export holds without an approval")
    most: Count = Field(description="how many it holds with one")
    growth_percent: Annotated[int, Field(ge=0, le=100, strict=True)] = Field(
        description="by how many percent a list may have grown between its approval and its file"
    )
    keep_days: Days = Field(description="how many days the file of an approved export can be fetched")
    approval: Annotated[Key, Refers("work_kind")] = Field(description="the kind of work in which it is decided")
    roles: tuple[Annotated[Key, Refers("role")], ...] = Field(
        min_length=1, description="who decides: the first of the roles that somebody else holds in the unit or above it"
    )

    @rule("most")
    def _most_is_more(self) -> Labels | None:
        if self.most > self.rows:
            return None
        return Labels("`most` 应大于 `rows`", "`most` must be more than `rows`")
