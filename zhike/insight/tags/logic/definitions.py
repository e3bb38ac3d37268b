"""The tags of the installation."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.insight.tags.types import Tag
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot


def tags() -> Mapping[str, Tag]:
    """Return every tag by key, in the order in which they are shown."""
    return definitions.derive("tags", _ordered)


def _ordered(found: Snapshot) -> Mapping[str, Tag]:
    return {tag.key: tag for tag in sorted(found.of(Tag).values(), key=lambda tag: (tag.order, tag.key))}
