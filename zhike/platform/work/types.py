"""Work items as other rooms and screens see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Days, Definition, Flag, Key, Labels, Origin, Part, Refers, Text, rule
from zhike.kernel.open_time import Counting
from zhike.platform.objects.types import FieldDefinition
from zhike.platform.organization.types import InUnit

#: Which work of those that one may see: one's own, what one may take, what one asked others for, what nobody has yet,
#: everything.
Whose = Literal["mine", "free", "asked", "nobody", "all"]
#: What can be done with a piece of work.
Act = Literal["claim", "release", "delegate", "reassign", "comment", "pause", "resume", "complete"]


#: What work says: the words of a person as they were typed, or in both languages what a room composes.
Words = Text | Labels
#: Plain values by key.
Kept = Mapping[str, object]


class ResultCode(Part):
    """One way in which work can end."""

    key: Key = Field(description="how the result is stored")
    labels: Labels
    positive: Flag = Field(False, description="counts as a success where results are measured")
    reason: Flag = Field(False, description="is given with a note that says why only")


class ResultSet(Definition):
    """The results with which a kind of work can be done."""

    kind: Literal["result_set"]
    results: tuple[ResultCode, ...] = Field(min_length=1)


class Deadline(Origin):
    """When work is due if whoever gives it says nothing: at the end of business so many days that count later."""

    days: Days = Field(description="how many days that count after the day it is given; the first is the next one")


class WorkKind(Definition):
    """What a kind of work is called, how it ends, what is filled in with it, on which page, and what then happens."""

    kind: Literal["work_kind"]
    results: Annotated[Key, Refers("result_set")] | None = Field(
        None, description="the results with which it is done; whoever gives such work names a set, when absent"
    )
    path: Text = Field("/work/{uid}", description="the address of the page on which it is done")
    form: tuple[FieldDefinition, ...] = Field((), description="what is filled in when it is done")
    acts: tuple[Key, ...] = Field((), description="the results upon which that is done what the work was asked for")
    follows_service: Flag = Field(
        False, description="after a handover it goes to whoever serves the party now that it is about"
    )
    by_hand: Flag = Field(False, description="people give such work to each other and to themselves")
    pausable: Flag = Field(False, description="its clock may rest, with a reason, while somebody else is waited for")
    counting: Counting = Field(
        "working",
        description="the time that counts for its deadline, also while its clock rests: natural, working or trading",
    )
    deadline: Deadline | None = Field(None, description="when it is due if nobody says; never, when absent")
    held_only: Flag = Field(
        False,
        description="only whoever has it or may take it finishes it, never who asked for it; whoever heads the unit may"
        " give it to somebody else",
    )

    @rule("acts")
    def _acts_of_results(self) -> Labels | None:
        if self.acts and not self.results:
            return Labels("`acts` 须与 `results` 一起写", "`acts` goes with `results`, which is missing")
        return None


class Candidate(Part):
    """Somebody who may take work: a person, whoever holds a role in a unit, or everybody with a post in a unit."""

    kind: Literal["person", "role", "group"]
    key: Text = Field("", description="the employee number, or the role")
    unit: int | None = Field(None, description="the inner id of the unit")

    @property
    def held_as(self) -> str:
        """How work and principals are matched."""
        return f"{self.kind}:{self.key}@{'' if self.unit is None else self.unit}"


class NewWork(Part):
    """One piece of work to be given: about a record (inner id), to somebody or to candidates."""

    record: int | None = None
    subject: Words
    script: str | Labels = ""
    assignee: str = ""
    candidates: tuple[Candidate, ...] = ()
    unit: int | None = None
    due_at: datetime | None = None


class Asked(Part):
    """What is done when the work ends with one of its kind's `acts`: an action with its parameters, as the asker."""

    action: Text
    params: Mapping[str, object] = {}


class GiveWork(Part):
    """What the action `work.give` takes: work of one kind, of one origin and step, about records of one object."""

    kind: Key
    origin_kind: Key
    origin_uid: uuid.UUID
    origin_title: str | Labels
    object: str = ""
    step: str = ""
    occurrence: int = 1
    results: Key | None = None
    asked_by: str = ""
    act: Asked | None = None
    items: tuple[NewWork, ...]


class AskWork(Part):
    """What the action `work.ask` takes: a question to others, and what follows a yes, if anything does.

    `proposed` are values by field that the record should have; they are kept ciphered, and shown as those of the record.
    It is put to whoever holds the first of the `roles` that somebody else holds in the asker's unit or above it.
    """

    kind: Key
    subject: Words
    reason: str | Labels = ""
    roles: tuple[Key, ...] = Field(min_length=1)
    act: Asked | None = None
    object: str = ""
    record: int | None = None
    proposed: Kept = {}


@dataclass(frozen=True, slots=True)
class WorkQuery:
    """What a list of work asks for: all parts are combined with "and"; the state "any" is every one.

    `unit` is where in the firm it belongs.
    """

    state: str = "open"
    whose: Whose = "all"
    kinds: tuple[str, ...] = ()
    assignee: str = ""
    overdue: bool = False
    newest: bool = False
    cursor: str = ""
    limit: int = 50
    unit: InUnit | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A work item; `results` are the codes with which it can be done, `may` what its viewer may do with it now.

    `proposed` is ciphered.
    """

    uid: uuid.UUID
    kind: str
    subject: str
    script: str
    object: str
    record_id: int | None
    assignee: str
    candidates: Sequence[str]
    delegated_by: str
    asked_by: str
    due_at: datetime | None
    paused_at: datetime | None
    paused_by: str
    paused_why: str
    state: str
    result: str
    note: str
    form: Kept
    proposed: str
    outcome: Kept
    done_by: str
    done_at: datetime | None
    created_at: datetime
    revision: int
    origin_kind: str
    origin_uid: uuid.UUID
    origin_title: str
    results: tuple[ResultCode, ...]
    may: tuple[Act, ...] = ()
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said about a piece of work, or did with it and why (`act`), then to whom it went.

    `by` and `to` are employee numbers; by "" it was the system, to "" nobody has it.
    """

    by: str
    at: datetime
    text: str
    act: Act | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How much work there is by state; `free` is what the principal may take, `shown` what a list asks for."""

    open: int
    overdue: int
    due_today: int
    done: int
    free: int = 0
    shown: int = 0
