"""Content and deliveries as other rooms see them."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from zhike.kernel.definition_parts import Code, Definition, Key, Labels, Part, Sourced, Text
from zhike.platform.fields.types import Mask


class TemplateVariable(Part):
    """A variable of a template: an expression over the party, and the mask under which previews show it."""

    key: Key = Field(description="the name by which the text uses it")
    labels: Labels
    value: Text = Field(description="an expression over the party's fields")
    mask: Mask | None = Field(
        None, description="the mask under which previews show the value; due where it reads a field that has one"
    )


class Template(Definition):
    """Approved content of a channel, with variables that are filled for each party."""

    kind: Literal["template"]
    channel: Literal["email"] = Field(description="how the message goes out")
    subject: Text = Field(description="the subject; {{name}} stands for the variable `name`")
    body: Text = Field(description="the text; {{name}} stands for the variable `name`")
    variables: tuple[TemplateVariable, ...] = ()
    risk_level: Code | None = Field(None, description="the highest product risk level the text speaks of")

    @property
    def digest(self) -> str:
        """The hash of what the party would read: it changes with the content and with nothing else."""
        shown = dict.fromkeys(("channel", "subject", "body", "variables", "risk_level"))
        shown |= self.model_dump(mode="json", by_alias=True, exclude_unset=True, include=set(shown))
        return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class SendMessages(Part):
    """What the action `channel.send` takes: content for parties, each with the decision of the gate that allowed it."""

    origin_kind: Key
    origin_uid: uuid.UUID
    channel: str
    template: Key
    decisions: tuple[tuple[int, int], ...] = Field(min_length=1, description="(decision id, party id)")


class ContentRule(Sourced):
    """What no text may say, and what a text about a product must say."""

    kind: Literal["content_rule"]
    source: Text = Field(description="the rule the words come from")
    forbidden: tuple[Text, ...] = Field((), description="words that no text may hold")
    risk_line: Text | None = Field(None, description="the line that a text about a product must hold")

    def faults(self, text: str) -> list[Labels]:
        """Return what is wrong with a text that holds words that none may."""
        return [
            Labels(f"文案含禁用语“{word}”（{self.source}）", f"the text says '{word}' ({self.source})")
            for word in self.forbidden
            if word in text
        ]


@dataclass(frozen=True, slots=True)
class Message:
    """A template filled for one party; `missing` is what the variables without a value are called."""

    subject: str
    text: str
    address: str
    missing: tuple[Labels, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """Where one message stands."""

    uid: uuid.UUID
    party_id: int
    state: str
    error: Labels
    sent_at: datetime | None


#: The states of messages that a person may have sent again.
RESENDABLE = ("unknown", "failed")


@dataclass(frozen=True, slots=True)
class Away:
    """A channel whose server is away: since when, when it is tried next, and what it said last."""

    since: datetime
    retry_at: datetime
    error: Labels
