"""What the interface of no single room takes and gives: the session, the caller, pages, search, users."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from zhike.engagement.campaigns.schemas import TouchesData
from zhike.kernel.block_data import BriefData, FiguresData, SeriesData, TableData, TagsData, TimelineData
from zhike.kernel.wire import Labels, RequestBody
from zhike.platform.organization.types import PasswordDue
from zhike.platform.records.block_parts import FieldsData, HistoryData, IdentityData
from zhike.platform.work.schemas import WorkData

Language = Literal["zh", "en"]


class LanguageIn(RequestBody):
    """The language somebody reads."""

    lang: Language


class LanguageOut(TypedDict):
    """The language somebody reads from now on."""

    lang: Language


class PasswordIn(RequestBody):
    """A password in the place of the current one."""

    current: str = Field(max_length=500)
    new: str = Field(max_length=500)


class SessionOut(TypedDict):
    """Whether somebody is signed in, and the token that changing requests must carry."""

    signed_in: bool
    csrf: str


class RoleOut(TypedDict):
    """A role by name."""

    key: str
    labels: Labels


class UnitOut(TypedDict):
    """A unit of the firm."""

    uid: uuid.UUID
    name: str
    kind: str


class MenuItemOut(TypedDict):
    """One entry of the menu."""

    key: str
    labels: Labels
    icon: str
    path: str


class ClockOut(TypedDict):
    """The server's clock, and the business day whose data should be there by now: figures of an older one are late.

    What the trading calendar does not know is null.
    """

    now: datetime
    business_date: date
    is_trading_day: bool | None
    data_due: date | None


class MeOut(TypedDict):
    """The caller: posts, rights, menu, clock."""

    uid: uuid.UUID
    employee_no: str
    name: str
    lang: Language
    roles: list[RoleOut]
    units: list[UnitOut]
    operations: list[str]
    menu: list[MenuItemOut]
    home: str
    firm: Labels
    clock: ClockOut
    idle_timeout_seconds: int
    #: Why the password is to be changed before anything else: somebody else made it, or it is too old; "": it is not.
    password_due: PasswordDue
    #: What a new password keeps.
    password_rules: list[Labels]


class FoundByOut(TypedDict):
    """Why something was found: what has the text, or ends with it, and its value as the caller sees it; "" where the title says it."""

    labels: Labels
    value: str
    tail: bool


class SearchHitOut(TypedDict):
    """One answer of the search; of records it says by what they were found."""

    title: str
    subtitle: str
    path: str
    by: FoundByOut | None


class SearchGroupOut(TypedDict):
    """Answers of one kind; all of them are in the list at `path`, if there is one, by the same text."""

    key: str
    labels: Labels
    items: list[SearchHitOut]
    path: str | None


class SearchOut(TypedDict):
    """What answers a few characters."""

    groups: list[SearchGroupOut]


class AsOfOut(TypedDict):
    """When a block's figures hold: the end of a business day, or this instant."""

    kind: Literal["day_end", "live"]
    at: date | datetime


class PageActionOut(TypedDict):
    """Something to do, and where."""

    key: str
    labels: Labels
    path: str


class EmptyOut(TypedDict):
    """What a page says where a block has nothing yet, and what to do next."""

    title: Labels
    text: Labels
    actions: list[PageActionOut]


class BlockOut(TypedDict):
    """What every block has; `empty` only where the page says something about an empty one."""

    key: str
    labels: Labels
    as_of: AsOfOut | None
    state: Literal["ok", "empty"]
    empty: EmptyOut | None
    whole: NotRequired[bool]


class BriefBlockOut(BlockOut):
    """One sentence about the day."""

    kind: Literal["brief"]
    data: BriefData


class FiguresBlockOut(BlockOut):
    """Numbers side by side."""

    kind: Literal["figures"]
    data: FiguresData


class IdentityBlockOut(BlockOut):
    """Who this is."""

    kind: Literal["identity"]
    data: IdentityData


class FieldsBlockOut(BlockOut):
    """The fields of a record by section."""

    kind: Literal["fields"]
    data: FieldsData


class TableBlockOut(BlockOut):
    """Rows under columns."""

    kind: Literal["table"]
    data: TableData


class SeriesBlockOut(BlockOut):
    """A measure over days."""

    kind: Literal["series"]
    data: SeriesData


class TagsBlockOut(BlockOut):
    """The tags of a record."""

    kind: Literal["tags"]
    data: TagsData


class TimelineBlockOut(BlockOut):
    """What happened."""

    kind: Literal["timeline"]
    data: TimelineData


class WorkBlockOut(BlockOut):
    """Work items."""

    kind: Literal["work"]
    data: WorkData


class TouchesBlockOut(BlockOut):
    """What campaigns did about a party."""

    kind: Literal["touches"]
    data: TouchesData


class HistoryBlockOut(BlockOut):
    """A record's journal."""

    kind: Literal["history"]
    data: HistoryData


class BlockErrorOut(TypedDict):
    """Why a block could not be shown; a fault of the server has the request to ask about."""

    code: str
    message: str
    request_id: NotRequired[str]


class UnavailableBlockOut(TypedDict):
    """A block that is refused to the viewer, or that could not be read."""

    key: str
    labels: Labels
    as_of: None
    state: Literal["refused", "error"]
    kind: Literal["unavailable"]
    error: BlockErrorOut


class LaterBlockOut(TypedDict):
    """A block that is asked for by its key when it comes into sight."""

    key: str
    labels: Labels
    as_of: None
    state: Literal["later"]
    kind: Literal["later"]


AnyBlock = TypeAliasType(
    "AnyBlock",
    Annotated[
        BriefBlockOut
        | FiguresBlockOut
        | IdentityBlockOut
        | FieldsBlockOut
        | TableBlockOut
        | SeriesBlockOut
        | TagsBlockOut
        | TimelineBlockOut
        | WorkBlockOut
        | TouchesBlockOut
        | HistoryBlockOut
        | UnavailableBlockOut
        | LaterBlockOut,
        Field(discriminator="kind"),
    ],
)


class UnitStepOut(TypedDict):
    """A unit on the way to the one for which a page is looked at."""

    code: str
    name: str


class PageOut(TypedDict):
    """A page with its blocks by key, and where they stand; `trail` leads to the unit it is looked at for."""

    key: str
    labels: Labels
    title: str
    columns: list[list[str]]
    header: str | None
    trail: list[UnitStepOut]
    blocks: Mapping[str, AnyBlock]
