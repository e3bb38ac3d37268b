"""What tags show on the page of one party."""

from __future__ import annotations

from zhike.insight.tags import api
from zhike.kernel import block_data
from zhike.kernel.providers import AsOf, Block, BlockData, BlockSettings, Subject
from zhike.kernel.wire import labels
from zhike.platform.permissions.types import Principal


def party_tags(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    """Return the party's tags."""
    day, found = api.of_party(subject.uid, principal=principal)
    shown: list[block_data.TagValue] = [
        {
            "key": entry.tag.key,
            "labels": labels(entry.tag.labels),
            "value": entry.level.key,
            "value_labels": labels(entry.level.labels),
            "status": entry.level.status or None,
            "since": entry.since,
        }
        for entry in found
    ]
    return block_data.tags(shown, AsOf("day_end", day) if day else None)


PARTY_TAGS = Block("party_tags", "标签", "Tags", party_tags, by="record", role="party")
