"""The kind `result_set`: the result codes with which a kind of work can be done."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.work.types import ResultSet


def check_result_set(found: ResultSet, _everything: Snapshot) -> Iterator[Finding]:
    """Yield the results that are listed twice."""
    seen: set[str] = set()
    for index, result in enumerate(found.results):
        if result.key in seen:
            said = Labels(f"结果“{result.key}”列了两次", f"result '{result.key}' is listed twice")
            yield Finding("result_set.doubled", said, ("results", index, "key"))
        seen.add(result.key)


RESULT_SET = Kind(ResultSet, order=20, check=check_result_set)
