"""Whether the keys of a file are written as those of its dataset: zeros that a spreadsheet took away make new keys.

The shape of a key is its length, and whether it is digits alone. Keys that are longer than all before are no fault:
numbers grow.
"""

from __future__ import annotations

from collections.abc import Iterator

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.insight.warehouse.logic import tables
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import LoadFinding, Source

#: Of fewer keys nobody knows how they are written; fewer of another shape are a matter of their rows.
_FEWEST_KNOWN, _FEWEST_STRANGE = 100, 5
_SHOWN = 3


def refusal(session: Session, source: Source, typed: Tree) -> list[dict[str, object]]:
    """Return why a file may change nothing: most of its keys are written as no key of the dataset is."""
    if source.checks is not None and not source.checks.key_shape:
        return []
    parts = tables.parts_of(source.dataset) if tables.exists(source.dataset) else {}
    if not parts:
        return []
    files = parts[max(parts)]
    known = tables.names_in(files)
    return [
        found.as_dict()
        for key in _texts(source)
        if key in known
        for found in _strange(session, source, key, typed, tables.reading(files))
    ]


def _texts(source: Source) -> Iterator[str]:
    for key in source.keys:
        column = next((one for one in source.columns if one.key == key), None)
        if column is not None and column.value_type.given is Type.TEXT and not column.certificate:
            yield key


def _strange(session: Session, source: Source, key: str, typed: Tree, present: Tree) -> Iterator[LoadFinding]:
    shapes = (
        "select length(_key) as size, regexp_full_match(_key, '[0-9]+') as digits, count(*) as keys, min(_key) as example"
        " from _rows where _key is not null{} group by 1, 2"
    )
    of = {"key": trees.name(key)}
    before = session.rows(trees.sql(shapes.format(""), rows=present, **of))
    if sum(keys for _size, _digits, keys, _example in before) < _FEWEST_KNOWN:
        return
    longest = {digits: max(size for size, same, *_rest in before if same == digits) for _s, digits, *_rest in before}
    usual = {(size, digits) for size, digits, *_rest in before}
    found = session.rows(trees.sql(shapes.format(" and _reason is null"), rows=typed, **of))
    strange = [one for one in found if one[:2] not in usual and not (one[1] in longest and one[0] > longest[one[1]])]
    count, total = (sum(one[2] for one in some) for some in (strange, found))
    if count < _FEWEST_STRANGE or 2 * count <= total:
        return
    title = source.column(key).title
    examples = [one[3] for one in sorted(strange, key=lambda one: -one[2])[:_SHOWN]]
    common = max(before, key=lambda one: one[2])[3]
    yield LoadFinding(
        "load.key_shape",
        f"“{title}”有 {count:,} 个（共 {total:,} 个）与已有编号写法不同：本文件如 {'、'.join(examples)}，已有如 {common}。"
        "开头的 0 可能已丢失；请把该列设为文本后重新导出，数据未更改",
        f"{count:,} of {total:,} values of '{title}' are written as none before: {', '.join(examples)} here, {common}"
        " there. Leading zeros may be lost; export the column as text. Nothing was changed",
        {"column": key, "keys": total, "strange": count},
    )
