"""What the interface of users takes and gives."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, cast

from django.conf import settings
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from zhike.kernel import wire
from zhike.kernel.definition_parts import RULE_BROKEN, Labels
from zhike.kernel.visible import LINE, PROSE
from zhike.kernel.wire import RequestBody
from zhike.platform.organization.types import PasswordDue, RosterShown

Act = Literal["rename", "post", "password", "end", "return"]
#: A post that ended before its first day was over was never held: it is cancelled.
PostState = Literal["coming", "holds", "over", "cancelled"]


def _employee_no(given: str) -> str:
    if not re.fullmatch(_EMPLOYEE_NO, given):
        said = Labels("须为 1 至 32 位字母、数字、“-”或“_”", "1 to 32 letters, digits, '-' or '_' are wanted")
        raise PydanticCustomError(RULE_BROKEN, "{en}", dict(said))
    return given


_EMPLOYEE_NO = r"[0-9A-Za-z_-]{1,32}"
EmployeeNo = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(_employee_no),
    Field(json_schema_extra={"pattern": f"^{_EMPLOYEE_NO}$"}),
]
#: What a name or number holds.
Find = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
#: What a spreadsheet takes for the beginning of a formula, in either width.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def _person_name(given: str) -> str:
    if given.startswith(_FORMULA):
        said = Labels("不能以 = + - @ 开头", "it may not begin with = + - @")
        raise PydanticCustomError(RULE_BROKEN, "{en}", dict(said))
    return given


PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    LINE,
    AfterValidator(_person_name),
]
RoleKey = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), LINE]
UnitCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), LINE]


def _post_day(given: date) -> date:
    first, last = settings.POST_DAYS
    if not first <= given <= last:
        said = Labels(f"须在 {first} 至 {last} 之间", f"it must be between {first} and {last}")
        raise PydanticCustomError(RULE_BROKEN, "{en}", dict(said))
    return given


#: A day on which a post begins or ends.
PostDay = Annotated[date, AfterValidator(_post_day)]


class PostOut(TypedDict):
    """A role in a unit; `valid_to` is the first day without it."""

    role: str
    labels: wire.Labels
    unit: str
    unit_name: str
    valid_from: date
    valid_to: date | None
    state: PostState


class UserOut(TypedDict):
    """Somebody who can sign in, or could; `coming` is the next post of one who holds none today."""

    uid: uuid.UUID
    employee_no: str
    name: str
    active: bool
    roles: list[wire.Labels]
    holds: list[PostOut]
    coming: PostOut | None
    last_sign_in: datetime | None
    locked_until: datetime | None
    password_due: PasswordDue
    ending: PostOut | None


class UserCountsOut(TypedDict):
    """How many users each part of the list holds."""

    active: int
    attention: int
    locked: int
    password: int
    ending: int
    never: int
    ended: int


class UsersOut(TypedDict):
    """A page of the `found` users of those who have or had a post in the caller's units.

    `total` and `counts` are of all of them, whatever is looked for; posts that end within `ending_days` end soon.
    """

    items: list[UserOut]
    found: int
    total: int
    counts: UserCountsOut
    ending_days: int
    next_cursor: str | None


class UserDetailOut(UserOut):
    """One user with every post, the newest first; `explained` says whether the caller may ask for the rights."""

    posts: list[PostOut]
    permitted: list[Act]
    explained: bool


class LeftBehindOut(TypedDict):
    """How many customers somebody serves today, and how much open work is theirs."""

    served: int
    work: int


class RightReasonOut(TypedDict):
    """A grant of a role that is held in a unit, and how it is narrowed, if it is; `until` is the first day without the post."""

    role: wire.Labels
    unit: str
    where: wire.Labels | None
    until: date | None


class RightOut(TypedDict):
    """Operations that are held for the same reasons."""

    operations: list[wire.Labels]
    reasons: list[RightReasonOut]


class KeptFromOut(TypedDict):
    """Records that an information wall of a role takes away."""

    role: wire.Labels
    where: wire.Labels | None


class ThingOut(TypedDict):
    """What is done with one object or part: its records are seen with those that they follow, and `shared` ones, too.

    `masked` fields show their mask, in clear one by one where `unmask`; `refused` ones are not seen at all.
    """

    key: str
    labels: wire.Labels
    follows: wire.Labels | None
    rights: list[RightOut]
    walls: list[KeptFromOut]
    shared: int
    masked: list[wire.Labels]
    unmask: bool
    refused: list[wire.Labels]


class UserRightsOut(TypedDict):
    """What a user may do at a moment, and the objects and parts with which nothing."""

    at: datetime
    things: list[ThingOut]
    nothing: list[wire.Labels]


class GivenPasswordOut(TypedDict):
    """A password that is shown this once."""

    user: UserDetailOut
    password: str


class RoleChoiceOut(TypedDict):
    """A role to give."""

    key: str
    labels: wire.Labels


class UnitChoiceOut(TypedDict):
    """A unit to give it in; `path` are the codes from the root down."""

    code: str
    name: str
    path: str


class UserOptionsOut(TypedDict):
    """What a post can be made of."""

    roles: list[RoleChoiceOut]
    units: list[UnitChoiceOut]


class NewPostIn(RequestBody):
    """A post; from today on, where no day is given."""

    role: RoleKey
    unit: UnitCode = Field(description="the code of the unit")
    valid_from: PostDay | None = None
    valid_to: PostDay | None = Field(None, description="the first day without the post")


class NewUserIn(NewPostIn):
    """Somebody new, with a first post."""

    employee_no: EmployeeNo
    name: PersonName


class PostEndIn(RequestBody):
    """The end of the post that began on `valid_from`."""

    role: RoleKey
    unit: UnitCode
    valid_from: date
    valid_to: PostDay = Field(description="the first day without the post")


class UserChangeIn(RequestBody):
    """Another name, the end of a user, or the return of one."""

    name: PersonName | None = None
    active: bool | None = None
    reason: Annotated[str, Field(max_length=500), PROSE] = ""


class MadeUserOut(TypedDict):
    """A line of a file that became a user or a post; without a password where the user was there already, unless the one
    of before was never used."""

    line: int
    employee_no: str
    name: str
    password: str | None


class RefusedLineOut(TypedDict):
    """A line of a file that became nothing, and why; `cells` are those of every column that is read, in their order."""

    line: int
    text: str
    cells: list[str]
    message: str


class UsersFileOut(TypedDict):
    """What became of a file; `ignored` are the titles of columns and the other sheets, which nothing reads."""

    made: list[MadeUserOut]
    refused: list[RefusedLineOut]
    ignored: list[str]


def counts_out(counts: Mapping[RosterShown, int]) -> UserCountsOut:
    """Return the counts as the interface gives them."""
    return cast(UserCountsOut, dict(counts))
