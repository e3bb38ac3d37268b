"""Units and staff as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Code, Definition, Refers, Text

#: Why a user has to change the password before anything else: somebody else made it, it is too old; "": not now.
PasswordDue = Literal["", "given", "age"]


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A unit of the firm; `path` is the codes from the root down, joined and ended by a slash."""

    id: int
    uid: uuid.UUID
    code: str
    name: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class InUnit:
    """A place in the firm: a unit by its code with what is `below` it, or it alone; "" is the place of what has no unit."""

    code: str
    below: bool = True


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A role that a user holds in a unit from a day on; `valid_to` is the first day without it, if it ends."""

    role: str
    unit: OrgUnit
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        """Return whether the post holds on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def over(self, on: date) -> bool:
        """Return whether the post has ended by a day."""
        return self.valid_to is not None and self.valid_to <= on

    @property
    def cancelled(self) -> bool:
        """Whether the post ended before its first day was over: nobody ever held it."""
        return self.valid_to is not None and self.valid_to <= self.valid_from


@dataclass(frozen=True, slots=True)
class Staff:
    """A user: `posts` are the (role, unit) that hold today, `every_post` also those before and after, newest first."""

    id: int
    uid: uuid.UUID
    employee_no: str
    name: str
    language: str
    active: bool
    posts: tuple[tuple[str, OrgUnit], ...]
    every_post: tuple[HeldPost, ...]
    last_sign_in: datetime | None
    password_due: PasswordDue


#: The parts of the list of users: whoever wants attention is locked, has to change the password, or loses a post soon.
RosterShown = Literal["active", "attention", "locked", "password", "ending", "never", "ended"]


@dataclass(frozen=True, slots=True)
class RosterQuery:
    """Which users are listed: those of some units (inner ids) whose name or number holds `text`, of one part or of all,
    after an employee number."""

    units: tuple[int, ...]
    text: str = ""
    shown: RosterShown | None = None
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A user with what wants attention: until when the number is locked, and the post that ends soon, if any."""

    staff: Staff
    locked_until: datetime | None
    ending: HeldPost | None


@dataclass(frozen=True, slots=True)
class RosterPage:
    """Some rows in order of employee number, of so many `found`; how many users there are and each part holds, whatever
    is looked for; whether there are more rows."""

    rows: tuple[RosterRow, ...]
    found: int
    total: int
    counts: Mapping[RosterShown, int]
    more: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can be given something: the inner id, the employee number, the name."""

    id: int
    employee_no: str
    name: str


@dataclass(frozen=True, slots=True)
class FileActor:
    """A file that changes records: the journal names its source, in both languages, and its day where people are named."""

    zh: str
    en: str
    day: date | None

    @property
    def key(self) -> str:
        """How it is kept."""
        return "\x1f".join((f"file:{self.zh}", self.en, self.day.isoformat() if self.day else ""))

    @staticmethod
    def words(key: str, language: str) -> str:
        """Return what screens call it; nothing of an actor that is no file."""
        if not key.startswith("file:"):
            return ""
        zh, en, day = key.split("\x1f")
        return f"{f'{en} file' if language == 'en' else f'{zh[5:]}文件'} {day[5:]}".strip()


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as a source or pack names it, in any order."""

    code: str
    name: str
    kind: str
    parent: str | None = None


class DeclaredUser(Definition):
    """Somebody who signs in, by employee number (the key), with a unit and roles. Never a password."""

    kind: Literal["user"]
    key: Code = Field(description="the employee number")
    name: Text = Field(description="how people call them")
    unit: Text = Field(description="the code of the org unit in which the roles are held")
    roles: tuple[Annotated[str, Refers("role")], ...] = Field(min_length=1, description="what they may do in that unit")
