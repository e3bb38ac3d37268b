"""Rows of a file that became no records, told with the load of that file: which row it was, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from zhike.expressions import api as expressions
from zhike.expressions import trees
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.trees import Tree
from zhike.expressions.types import Schema
from zhike.insight.warehouse import received
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import LoadFinding, Source, UnrecordedRow
from zhike.platform.exchange.types import LoadCounts
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import Fault, Labels

#: Rows that became no records because of others with the same source key: why, and how many are told one by one.
_DOUBLED: Labels = {
    "zh": "记录编号与前面的行重复，采用了第一行",
    "en": "another row before has the same source key; that one was taken",
}
_TOLD = 10_000
_VALUE = 60


@dataclass(frozen=True, slots=True)
class Sent:
    """Where rows of a feed came from: a source, and the columns of its dataset by which a row is found in its file.

    `rows` is a query with `key` (the source key), `place` (1 is the row that was sent), one text k0, k1 … for each column
    and one w0, w1 … for each of the `fields`.
    """

    source: Source
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    rows: Tree


def tell(
    session: Session,
    feed: str,
    object: str,
    counts: LoadCounts,
    sent: Mapping[str, Sent],
    doubled: Sequence[str] = (),
) -> None:
    """Let the newest load of each dataset tell which of its rows became no records and why.

    They break rules of the object or are none of its records for another reason, or their source key stands in another
    row before (`doubled`). `sent` is by system, of which the source keys begin with its name and a colon; one without
    systems stands under "".
    """
    rules = catalogue.describe(object).rules
    untold = counts.rejected - len(counts.rejections) + max(0, len(doubled) - _TOLD)
    keys: dict[str, list[str]] = {system: [] for system in sent}
    for rejected in counts.rejections:
        keys[_system(sent, rejected.source_key)].append(rejected.source_key)
    keys.get("", []).extend(doubled[:_TOLD])
    found = {system: _found(session, sent[system], wanted) for system, wanted in keys.items()}
    rows: dict[str, list[UnrecordedRow]] = {system: [] for system in sent}
    for rejected in counts.rejections:
        system = _system(sent, rejected.source_key)
        row = found[system].first(rejected.source_key)
        broken = {key: rules[key].labels for key in rejected.rules}
        rows[system].append(_row(feed, row, broken, rejected.faults))
    for key in doubled[:_TOLD]:
        row = found[""].another(key)
        rows[""].append(UnrecordedRow(f"record.{feed}.duplicate_key", _DOUBLED["zh"], _DOUBLED["en"], row.keys))
    awaited = _awaited(object, counts, sent)
    for system, told in rows.items():
        rejected_rows = len(told) + (untold if told else 0)
        received.keep_rejected(sent[system].source, feed, told, rejected_rows, awaited.get(system, ()))


def _awaited(object: str, counts: LoadCounts, sent: Mapping[str, Sent]) -> dict[str, list[LoadFinding]]:
    """By system, what its rows name that is not there yet: their records are without it."""
    fields = catalogue.describe(object).fields
    found: dict[str, list[LoadFinding]] = {}
    for one in counts.awaited:
        labels = fields[one.field].labels
        zh = f"“{labels['zh']}”：没有“{one.value}”，{one.rows:,} 行的记录暂缺该项，待其出现后再装载时补上"
        en = f"{labels['en']}: there is no '{one.value}'; the records of {one.rows:,} rows are without it until a later load finds it"
        finding = LoadFinding(received.AWAITED, zh, en, {"field": one.field, "value": one.value, "rows": one.rows})
        found.setdefault(_system(sent, one.source_key), []).append(finding)
    return found


def shown_texts(source: Source, schema: Schema, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the fields whose texts name no personal column of the source: their values may stand in a sentence."""
    plain = {column.key for column in source.columns if not column.personal and not column.certificate}
    return {field: text for field, text in texts.items() if text and _named(text, schema) <= plain}


def _named(text: str, schema: Schema) -> set[str]:
    try:
        found = expressions.walk(expressions.parse(text, schema))
    except ExpressionInvalid:
        return {text}
    return {node.parts[-1] for node, _depth in found if isinstance(node, expressions.Path)}


def _system(sent: Mapping[str, Sent], source_key: str) -> str:
    return "" if "" in sent else source_key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class _Row:
    keys: Mapping[str, str]
    values: Mapping[str, str]


class _Found:
    """Rows by source key: the one that was sent, and those after it; each is given once."""

    def __init__(self, rows: Iterable[tuple[str, int, _Row]]) -> None:
        self._first: dict[str, list[_Row]] = defaultdict(list)
        self._others: dict[str, list[_Row]] = defaultdict(list)
        for key, place, row in rows:
            # Rows without a key are all sent.
            (self._first if place == 1 or not key else self._others)[key].append(row)

    def first(self, key: str) -> _Row:
        return self._taken(self._first[key])

    def another(self, key: str) -> _Row:
        return self._taken(self._others[key])

    @staticmethod
    def _taken(rows: list[_Row]) -> _Row:
        return rows.pop(0) if rows else _Row({}, {})


def _found(session: Session, sent: Sent, wanted: Sequence[str]) -> _Found:
    if not wanted:
        return _Found(())
    keys = [f"k{number}" for number in range(len(sent.columns))]
    values = [f"w{number}" for number in range(len(sent.fields))]
    session.give("wanted_key", pa.table({"key": pa.array(dict.fromkeys(wanted), pa.string())}))
    rows = session.rows(
        trees.sql(
            "select coalesce(s.key, '') as key, s.place, _texts from _sent s"
            " where coalesce(s.key, '') in (select key from wanted_key) order by 1, 2",
            texts=[trees.column(text) for text in (*keys, *values)],
            sent=sent.rows,
        )
    )
    width = 2 + len(keys)
    return _Found(
        (
            row[0],
            row[1],
            _Row(
                {column: text or "" for column, text in zip(sent.columns, row[2:width], strict=True)},
                {field: text for field, text in zip(sent.fields, row[width:], strict=True) if text},
            ),
        )
        for row in rows
    )


def _row(feed: str, row: _Row, rules: Mapping[str, Labels], faults: Sequence[Fault]) -> UnrecordedRow:
    labels = list(rules.values()) + [_with_value(fault, row.values.get(fault.field, "")) for fault in faults]
    codes = [*rules, *(fault.code.rpartition(".")[2] for fault in faults)]
    reason, reason_en = "；".join(words["zh"] for words in labels), "; ".join(words["en"] for words in labels)
    return UnrecordedRow(f"record.{feed}.{codes[0]}", reason, reason_en, row.keys)


def _with_value(fault: Fault, value: str) -> Labels:
    shown = value if len(value) <= _VALUE else value[:_VALUE] + "…"
    return (
        {"zh": f"{fault.labels['zh']}（{shown}）", "en": f"{fault.labels['en']} ({shown})"} if value else fault.labels
    )
