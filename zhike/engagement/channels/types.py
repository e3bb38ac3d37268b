"""Content and deliveries as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Template:
    """Approved content: `variables` maps a name to (labels, expression over the party, mask kind)."""

    key: str
    uuid: str
    labels: Mapping[str, str]
    channel: str
    subject: str
    body: str
    variables: Mapping[str, tuple[Mapping[str, str], str, str]]
    risk_level: str
    digest: str


@dataclass(frozen=True, slots=True)
class Message:
    """A template filled for one party; `missing` names the variables without a value."""

    subject: str
    text: str
    address: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """Where one message stands."""

    uid: uuid.UUID
    party_id: int
    state: str
    error: str
    sent_at: datetime | None
