"""The kind `tag`."""

from __future__ import annotations

from typing import Any, cast

from zhike.expressions import api as expressions
from zhike.expressions.types import Type
from zhike.insight.indicators import api as indicators
from zhike.insight.tags.logic.rules import parse_tag
from zhike.kernel.definitions import Body, Finding, Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.kernel.loose import loose_kind


def check_tag(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a tag."""
    try:
        tag = parse_tag(cast(Any, body))
    except KeyError as error:
        return [Finding("tag.incomplete", f"a tag needs {error}", str(error.args[0]))]
    schema = indicators.checking_schema(everything)
    findings = []
    for level in tag.levels:
        try:
            tree = expressions.parse(level.when, schema, {"business_date": Type.DATE})
            if expressions.type_of(tree) is not Type.BOOLEAN:
                findings.append(
                    Finding("tag.not_a_condition", f"level '{level.key}' needs a condition", f"levels.{level.key}")
                )
        except ZhikeError as error:
            findings.append(Finding("expression.invalid", str(error.findings or error), f"levels.{level.key}"))
    return findings


TAG = loose_kind(name="tag", order=52, check=check_tag)
