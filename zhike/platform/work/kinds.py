"""The kinds `result_set` and `work_kind`: how work can end, and what each kind of work brings."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.kernel.definition_checks import unknown
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.work.types import ResultSet, WorkKind

_NOT_IN_FORM = Labels(
    "待办表单不能有指向记录、机构、人员的字段和证件号码",
    "a form of work has no references, units, users or identity numbers",
)


def check_result_set(found: ResultSet, _everything: Snapshot) -> Iterator[Finding]:
    """Yield the results that are listed twice."""
    seen: set[str] = set()
    for index, result in enumerate(found.results):
        if result.key in seen:
            said = Labels(f"结果“{result.key}”列了两次", f"result '{result.key}' is listed twice")
            yield Finding("result_set.doubled", said, ("results", index, "key"))
        seen.add(result.key)


def check_work_kind(found: WorkKind, everything: Snapshot) -> Iterator[Finding]:
    """Yield the acting results that its set does not have, and fields that no form of work keeps; people who give work by
    hand name no results.
    """
    if found.by_hand and not found.results:
        said = Labels(
            "`by_hand` 须与 `results` 一起写，否则待办无法办结",
            "`by_hand` goes with `results`: else such work never ends",
        )
        yield Finding("work_kind.no_results", said, ("by_hand",))
    for index, field in enumerate(found.form):
        # What points at a record is looked up for each reader, what is kept ciphered by its digest: a form does neither.
        if field.values().pointer or field.values().expression is None:
            yield Finding("work_kind.form_type", _NOT_IN_FORM, ("form", index, "type"))
    results = everything.of(ResultSet).get(found.results or "")
    known = [result.key for result in results.results] if results else []
    for index, key in enumerate(found.acts):
        if results and key not in known:
            yield unknown(Labels("结果", "result"), key, known, ("acts", index))


RESULT_SET = Kind(ResultSet, order=20, check=check_result_set)
WORK_KIND = Kind(WorkKind, order=25, check=check_work_kind)
