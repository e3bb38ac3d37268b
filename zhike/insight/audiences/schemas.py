"""What the audiences interface takes and gives."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from ninja import Schema

from zhike.insight.audiences.types import Audience, Preview, Sample, Snapshot, Vocabulary, VocabularyItem


class PreviewIn(Schema):
    """A condition to count, with `nodes` each of its parts."""

    condition: dict[str, Any]
    nodes: bool = False


class SampleIn(Schema):
    """A condition to show some parties of."""

    condition: dict[str, Any]
    seed: int = 0


class ExplainIn(Schema):
    """A condition and the party asked about."""

    condition: dict[str, Any]
    party: uuid.UUID


class AudienceIn(Schema):
    """A new audience."""

    name: str
    description: str = ""
    condition: dict[str, Any]


class ChangesIn(Schema):
    """Changes of an audience, based on one revision."""

    revision: int
    name: str | None = None
    description: str | None = None
    condition: dict[str, Any] | None = None


def vocabulary_out(vocabulary: Vocabulary) -> dict[str, object]:
    """Return a vocabulary as the interface gives it."""
    return {
        "business_date": vocabulary.business_date,
        "groups": [
            {"key": group.key, "labels": group.labels, "items": [_item_out(item) for item in group.items]}
            for group in vocabulary.groups
        ],
        "visible_total": vocabulary.visible_total,
    }


def _item_out(item: VocabularyItem) -> dict[str, object]:
    options = [{"key": o.key, "labels": o.labels, "status": o.status or None} for o in item.options]
    found: dict[str, object] = {"key": item.key, "labels": item.labels, "type": item.type}
    optional = {"unit": item.unit, "options": options, "description": item.description}
    return found | {name: value for name, value in optional.items() if value}


def preview_out(preview: Preview) -> dict[str, object]:
    """Return a preview as the interface gives it."""
    total = preview.total_asset
    return asdict(preview) | {"total_asset": None if total is None else format(total, "f")}


def sample_out(sample: Sample) -> dict[str, object]:
    """Return a sample as the interface gives it."""
    return asdict(sample)


def audience_out(audience: Audience) -> dict[str, object]:
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


def detail_out(audience: Audience) -> dict[str, object]:
    """Return an audience with its condition."""
    return audience_out(audience) | {"condition": audience.condition, "sentence": audience.sentence}


def snapshot_out(snapshot: Snapshot) -> dict[str, object]:
    """Return a snapshot as the interface gives it."""
    return asdict(snapshot)
