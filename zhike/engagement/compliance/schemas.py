"""What the gate's interface takes and gives."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from zhike.engagement.compliance.types import Channel, Tally
from zhike.kernel import clock
from zhike.kernel.wire import Labels, RequestBody, labels


class ForeseenIn(RequestBody):
    """The parties that somebody thinks of contacting, and how."""

    channel: Channel
    parties: Annotated[list[uuid.UUID], Field(min_length=1, max_length=200)]


class ForeseenReasonOut(TypedDict):
    """Why some of the parties would be refused, by their first reason."""

    code: str
    labels: Labels
    count: int


class ForeseenOut(TypedDict):
    """Of how many parties the gate was asked, how many of them it would refuse at `as_of`, and why."""

    asked: int
    refused: int
    reasons: list[ForeseenReasonOut]
    as_of: datetime


def foreseen_out(found: Tally) -> ForeseenOut:
    """Return what the gate would say as the interface gives it."""
    return {
        "asked": found.asked,
        "refused": found.refused,
        "reasons": [{"code": code, "labels": labels(words), "count": n} for code, words, n in found.refusals],
        "as_of": clock.now(),
    }
