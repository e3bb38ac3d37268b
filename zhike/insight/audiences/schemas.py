"""What the audiences interface takes and gives."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, NotRequired, cast

from typing_extensions import TypedDict

from zhike.expressions.wire import Condition, StoredExpression
from zhike.insight.audiences.types import (
    Audience,
    Explanation,
    NodeCount,
    Preview,
    Sample,
    Snapshot,
    Total,
    Vocabulary,
    VocabularyItem,
)
from zhike.kernel.wire import Labels, Option, RequestBody, WireValue, labels, option
from zhike.platform.fields.types import Format

VocabularyType = Literal["integer", "decimal", "text", "date", "boolean", "choice", "list"]
VocabularyKind = Literal["indicator", "field", "tag"]
NodeKind = Literal["and", "or", "not", "condition"]


class ConditionIn(RequestBody):
    """A condition to count, with `nodes` each of its parts, of each with `unknown` how many lack the value that would tell."""

    condition: Condition
    nodes: bool = False
    unknown: bool = False


class WordsIn(RequestBody):
    """A condition to put into words."""

    condition: Condition


class SampleIn(RequestBody):
    """A condition to show some parties of."""

    condition: Condition
    seed: int = 0


class ExplainIn(RequestBody):
    """A condition and the party asked about."""

    condition: Condition
    party: uuid.UUID


class AudienceIn(RequestBody):
    """A new audience."""

    name: str
    description: str = ""
    condition: Condition


class AudienceChangesIn(RequestBody):
    """Changes of an audience, based on one revision."""

    revision: int
    name: str | None = None
    description: str | None = None
    condition: Condition | None = None


class VocabularyItemOut(TypedDict):
    """One thing a condition may ask about; `format` is how its values are drawn."""

    key: str
    labels: Labels
    type: VocabularyType
    format: Format
    unit: NotRequired[str]
    options: NotRequired[list[Option]]
    description: NotRequired[str]


class VocabularyGroupOut(TypedDict):
    """Things of one kind that conditions may ask about."""

    key: VocabularyKind
    labels: Labels
    items: list[VocabularyItemOut]


class VocabularyOut(TypedDict):
    """Everything a condition may ask about, and how many parties its viewer sees."""

    business_date: date
    groups: list[VocabularyGroupOut]
    visible_total: int


class NodeCountOut(TypedDict):
    """How many parties meet one node of a condition: path "and.0.or.1", "" for the root.

    `unknown`, where it was asked for, is how many of those looked at lack the value that would tell.
    """

    path: str
    count: int
    unknown: NotRequired[int]


class WordsOut(TypedDict):
    """What a condition reads like."""

    words: Labels


class TotalOut(TypedDict):
    """The sum beside the number of parties, as decimal text, and what its indicator is called."""

    key: str
    labels: Labels
    value: str | None


class PreviewOut(TypedDict):
    """What a condition finds in its viewer's scope; no total where there is none that the viewer may see."""

    count: int
    visible_total: int
    total: TotalOut | None
    business_date: date
    elapsed_ms: int
    nodes: list[NodeCountOut]


class SampleRowOut(TypedDict):
    """One party of a sample."""

    uid: uuid.UUID
    display: str
    values: Mapping[str, WireValue]


class SampleOut(TypedDict):
    """Some parties that meet a condition."""

    rows: list[SampleRowOut]
    business_date: date


class ExplainNodeOut(TypedDict):
    """One node of a condition, answered for one party: a condition has its field and value, a group has children."""

    path: str
    kind: NodeKind
    result: bool | None
    field: NotRequired[str]
    actual: NotRequired[WireValue]
    children: NotRequired[list[ExplainNodeOut]]


class ExplanationOut(TypedDict):
    """Why a party is in or out."""

    member: bool
    business_date: date
    tree: ExplainNodeOut


class AudienceOwnerOut(TypedDict):
    """Who made an audience."""

    name: str


class AudienceRowOut(TypedDict):
    """An audience in a list; without a count when nothing can be counted now."""

    uid: uuid.UUID
    name: str
    description: str
    count: int | None
    business_date: date | None
    owner: AudienceOwnerOut
    updated_at: datetime
    revision: int
    snapshots: int


class AudienceOut(AudienceRowOut):
    """An audience with its condition, and what the condition reads like."""

    condition: StoredExpression
    sentence: str
    permitted: list[Literal["update", "delete"]]


class AudiencesOut(TypedDict):
    """All audiences, the last changed first."""

    items: list[AudienceRowOut]


class SnapshotOut(TypedDict):
    """The members of an audience on a business date, frozen."""

    uid: uuid.UUID
    count: int
    business_date: date
    taken_at: datetime
    taken_by: str


class SnapshotsOut(TypedDict):
    """The snapshots of an audience."""

    items: list[SnapshotOut]


def vocabulary_out(vocabulary: Vocabulary) -> VocabularyOut:
    """Return a vocabulary as the interface gives it."""
    return {
        "business_date": vocabulary.business_date,
        "groups": [
            {
                "key": cast(VocabularyKind, group.key),
                "labels": labels(group.labels),
                "items": [_item_out(item) for item in group.items],
            }
            for group in vocabulary.groups
        ],
        "visible_total": vocabulary.visible_total,
    }


def _item_out(item: VocabularyItem) -> VocabularyItemOut:
    found: VocabularyItemOut = {
        "key": item.key,
        "labels": labels(item.labels),
        "type": cast(VocabularyType, item.type),
        "format": item.format,
    }
    if item.unit:
        found["unit"] = item.unit
    if item.options:
        found["options"] = [option(o.key, o.labels, o.status) for o in item.options]
    if item.description:
        found["description"] = item.description
    return found


def preview_out(preview: Preview) -> PreviewOut:
    """Return a preview as the interface gives it."""
    total = preview.total
    return {
        "count": preview.count,
        "visible_total": preview.visible_total,
        "total": None if total is None else _total_out(total),
        "business_date": preview.business_date,
        "elapsed_ms": preview.elapsed_ms,
        "nodes": [_node_out(node) for node in preview.nodes],
    }


def _node_out(node: NodeCount) -> NodeCountOut:
    found: NodeCountOut = {"path": node.path, "count": node.count}
    if node.unknown is not None:
        found["unknown"] = node.unknown
    return found


def _total_out(total: Total) -> TotalOut:
    value = None if total.value is None else format(total.value, "f")
    return {"key": total.key, "labels": labels(total.labels), "value": value}


def sample_out(sample: Sample) -> SampleOut:
    """Return a sample as the interface gives it."""
    return {
        "rows": [
            {"uid": row.uid, "display": row.display, "values": cast(Mapping[str, WireValue], row.values)}
            for row in sample.rows
        ],
        "business_date": sample.business_date,
    }


def explanation_out(explanation: Explanation) -> ExplanationOut:
    """Return an explanation as the interface gives it."""
    return {
        "member": explanation.member,
        "business_date": explanation.business_date,
        "tree": cast(ExplainNodeOut, explanation.tree),
    }


def audience_out(audience: Audience) -> AudienceRowOut:
    """Return an audience as lists give it."""
    return {
        "uid": audience.uid,
        "name": audience.name,
        "description": audience.description,
        "count": audience.count,
        "business_date": audience.business_date,
        "owner": {"name": audience.owner_name},
        "updated_at": audience.updated_at,
        "revision": audience.revision,
        "snapshots": audience.snapshots,
    }


def detail_out(audience: Audience) -> AudienceOut:
    """Return an audience with its condition."""
    return {
        **audience_out(audience),
        "condition": audience.condition,
        "sentence": audience.sentence,
        "permitted": [*audience.permitted],
    }


def snapshot_out(snapshot: Snapshot) -> SnapshotOut:
    """Return a snapshot as the interface gives it."""
    return {
        "uid": snapshot.uid,
        "count": snapshot.count,
        "business_date": snapshot.business_date,
        "taken_at": snapshot.taken_at,
        "taken_by": snapshot.taken_by,
    }
