"""Sources as they are defined, and loads, stage steps and publications as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field

from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.insight.warehouse.value_types import (
    Bound,
    ColumnType,
    Encoding,
    FileName,
    Format,
    Share,
    Sign,
)
from zhike.insight.warehouse.value_types import (
    DatasetName as DatasetName,
)
from zhike.insight.warehouse.value_types import (
    Formula as Formula,
)
from zhike.insight.warehouse.value_types import (
    Pattern as Pattern,
)
from zhike.kernel import clock
from zhike.kernel.calendar import TradingCalendar
from zhike.kernel.definition_parts import (
    ClockTime,
    Count,
    Definition,
    Flag,
    Key,
    Labels,
    Origin,
    Part,
    Refers,
    Text,
    rule,
)
from zhike.kernel.jobs import RunHandle
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.fields import api as fields
from zhike.platform.fields.types import Grammar

#: Where a file's business date is found when no column holds it.
FROM_NAME, GIVEN = "file", "given"
_MOMENTS = (Type.DATE, Type.DATETIME)
_DIGITS = 18
#: Fewer effects of a kind than this never wait for a person: the share of a small table says little.
FEW_EFFECTS = 20
#: The share of what is there that a file may end, change and so on without being asked. Own figure: of a whole-state file
#: of a broker, a day changes 0.1 to 2 %.
EFFECTS_SHARE = 0.05
#: The share of few rows, fewer than those, above which a person is asked all the same. Own figure: of 7 employees 2 leave
#: now and then, but never 5.
FEW_SHARE = 0.5
#: What few rows are asked about: growth destroys nothing, a column that is the same everywhere and a day with fewer facts
#: are chance among few.
FewKind = Literal["change", "end", "leave", "emptied"]
EffectKind = Literal["create", "change", "end", "leave", "fewer", "emptied", "uniform", "again"]


class SourceColumn(Part):
    """One column of a dataset: `from` names a header of the received file, `expression` computes over its headers.

    Of a `certificate` the hash is made of the number with full-width signs and capitals written the same, without
    blanks, and of 15 digits the 18 that they became; hyphens and other signs stay, so every system has to send the
    number written one way.
    """

    key: Key = Field(description="how the column is called in the dataset")
    type: ColumnType = Field(description="what its values are; a text that is none of them is rejected")
    header: Text | None = Field(None, alias="from", description="the header in the received file")
    expression: Formula | None = Field(None, description="computed from the file's headers, which are texts")
    format: Format | None = Field(None, description="of a date or datetime, where it differs from the source's")
    labels: Labels | None = Field(None, description="what people read; the key, when absent")
    required: Flag = Field(False, description="a row without it is rejected")
    optional: Flag = Field(False, description="a file may come without this column: its values are unknown then")
    certificate: Flag = Field(
        False, description="a certificate number: the warehouse keeps its keyed hash only, rejected rows leave it out"
    )
    personal: Flag = Field(
        False,
        description="names a person: the screen masks it in rejected rows; the file of them has it in clear, audited",
    )
    values: Mapping[Text, Text] = Field({}, description="the code list: what the file says → what is kept")
    low: Bound | None = Field(None, description="the lowest value a row may have")
    high: Bound | None = Field(None, description="the highest value a row may have")
    reference: tuple[DatasetName, Key] | None = Field(
        None, description="[dataset, column] in which the value must exist"
    )
    scale: Annotated[int, Field(ge=1, le=9, strict=True)] | None = Field(None, description="decimals; 2 when absent")
    currency: Key | None = Field(
        None, description="of an amount: the column with the code of its currency; that of the source, when absent"
    )

    @rule("key")
    def _one_way(self) -> Labels | None:
        if (self.header is None) == (self.expression is None):
            return Labels("一列只写 `from` 或 `expression` 之一", "a column has either `from` or `expression`")
        return None

    @rule("optional")
    def _as_it_comes(self) -> Labels | None:
        if self.optional and (self.required or self.header is None):
            return Labels(
                "`optional` 只用于取自文件、非必填的列", "`optional` is for a column of the file that is not required"
            )
        return None

    @rule("format")
    def _of_moments(self) -> Labels | None:
        if self.format is not None and fields.value_type(self.type).expression not in _MOMENTS:
            return Labels(
                f"`format` 只用于日期和时间，而类型是 {self.type}",
                f"`format` is for days and moments; the type is {self.type}",
            )
        return None

    @rule("scale")
    def _of_decimals(self) -> Labels | None:
        if self.scale is not None and "scale" not in fields.value_type(self.type).settings_model.model_fields:
            return Labels(
                f"`scale` 只用于带小数的数字，而类型是 {self.type}",
                f"`scale` is for numbers with decimals; the type is {self.type}",
            )
        return None

    @rule("currency")
    def _of_amounts(self) -> Labels | None:
        if self.currency is not None and fields.value_type(self.type).expression is not Type.DECIMAL:
            return Labels(
                f"`currency` 只用于金额，而类型是 {self.type}", f"`currency` is for amounts; the type is {self.type}"
            )
        return None

    @rule("certificate")
    def _as_received(self) -> Labels | None:
        text = not self.certificate or fields.value_type(self.type).expression is Type.TEXT
        if not text or (self.certificate and (self.expression is not None or self.values)):
            return Labels(
                "`certificate` 只用于原样取用的文本列", "`certificate` is for a text column that is taken as received"
            )
        return None

    @rule("values")
    def _of_the_file(self) -> Labels | None:
        if self.values and self.expression is not None:
            return Labels(
                "`values` 翻译文件里的值；表达式不需要",
                "`values` translate what the file holds; an expression needs none",
            )
        return None

    @rule("values")
    def _of_the_type(self) -> Labels | None:
        for given in self.values.values():
            try:
                self.value_type.read(given, fields.DESK)
            except ValueError:
                return Labels(
                    f"“{given}”不是 {self.type} 类型的值，这些行都会被拒收",
                    f"'{given}' is no value of type {self.type}; its rows would all be rejected",
                )
        return None

    @rule("low")
    def _lowest(self) -> Labels | None:
        return self.low.misfit(self.value_type) if self.low is not None else None

    @rule("high")
    def _highest(self) -> Labels | None:
        return self.high.misfit(self.value_type) if self.high is not None else None

    @rule("low")
    def _in_order(self) -> Labels | None:
        if self.low is None or self.high is None or self._lowest() or self._highest():
            return None
        above = self.low.above(self.high, self.value_type)
        if not above:
            return None
        return Labels(
            f"`low` 大于 `high`：没有值能落在 {self.low} 至 {self.high} 之间",
            f"`low` is above `high`: no row can have a value from {self.low} to {self.high}",
        )

    @property
    def value_type(self) -> fields.ValueType:
        """What is known of the column's values."""
        return fields.bound(self.type, digits=_DIGITS, scale=2 if self.scale is None else self.scale)

    @property
    def title(self) -> str:
        """What people call the column: its header, else its key."""
        return self.header or self.key


class SourceChecks(Origin):
    """What makes a source's files worth a look, and where the thresholds come from.

    `drift` is the share by which a day's rows may differ from the median of the days before it (0.3 is 30 %); facts may
    always differ by what chance does to a small count. What is absent asks nothing.
    """

    fresh_within: Annotated[int, Field(ge=0, strict=True)] | None = Field(
        None, description="trading days the newest file may lie behind the latest business date"
    )
    drift: Annotated[float, Field(gt=0)] | None = Field(None, description="allowed difference of a day's rows")
    rejects: Share | None = Field(None, description="a file of which a larger share is rejected changes nothing")
    key_shape: Flag = Field(
        True, description="a file changes nothing when most of its keys are written as none before: lost zeros"
    )
    effects: Mapping[EffectKind, Share] = Field(
        {}, description="effect → the share of what is there above which a file waits for a person; 0.05 when absent"
    )
    effects_of_few: Mapping[FewKind, Share] = Field(
        {},
        description="the same where fewer than 20 are concerned, which `effects` lets pass: effect → the share above which"
        " more than one waits for a person, and one alone where it is 0; 0.5 when absent",
    )
    source: Text = Field(description="where the thresholds come from")


class Subject(Part):
    """Whose facts the rows are: `key` holds a record's key in a `system`, or an account's id in the dataset `accounts`.

    `identity` says by which definition of who is who, where several know the system or the accounts.
    """

    key: Key = Field(description="the column that names the record or the account")
    system: Key | None = Field(None, description="the system whose record it names")
    accounts: DatasetName | None = Field(None, description="the dataset whose account it names")
    identity: Annotated[Key, Refers("identity")] | None = Field(
        None, description="the definition of who is who, where several know them"
    )

    @rule("key")
    def _one_way(self) -> Labels | None:
        if (self.system is None) == (self.accounts is None):
            return Labels("`subject` 只写 `system` 或 `accounts` 之一", "a subject has either `system` or `accounts`")
        return None


class Footer(Part):
    """What stands below the last row: so many `lines`, or everything from the first line that matches a `pattern`."""

    lines: Annotated[int, Field(ge=1, le=1000, strict=True)] | None = Field(None, description="how many lines it has")
    pattern: Pattern | None = Field(None, description="a regular expression over the whole line")

    @rule("lines")
    def _one_way(self) -> Labels | None:
        if (self.lines is None) == (self.pattern is None):
            return Labels("页脚只写 `lines` 或 `pattern` 之一", "a footer has either `lines` or `pattern`")
        return None


class Due(Origin):
    """When the file of a business day is there at the latest: so many days after it, at an hour (Shanghai)."""

    at: ClockTime = Field(description="the hour, 08:30")
    days_after: Annotated[int, Field(ge=0, le=10, strict=True)] = Field(0, description="calendar days")
    source: Text = Field(description="the agreement or practice that says so")

    def moment(self, business_date: date) -> datetime:
        """Return the moment for a business day."""
        at = time.fromisoformat(self.at)
        return clock.at(business_date + timedelta(days=self.days_after), at.hour, at.minute)


class Source(Definition):
    """A file that some system exports, and the dataset its rows become.

    Delimited text, spreadsheets, Parquet and JSON are told apart by their content; what is said about text (encoding,
    delimiter, quote, escape, footer) is for text alone.
    """

    kind: Literal["source"] = "source"
    system: Key = Field(description="the system that exports the file")
    dataset: DatasetName = Field(description="where the rows are kept; what measures, identities and masters name")
    grain: Literal["master", "fact"] = Field(
        description="master: each file is the whole state; fact: rows of business days, of which a file replaces its own"
    )
    file: FileName = Field(description="the file's name, with {business_date:%Y%m%d} where the day stands")
    history: FileName | None = Field(None, description="the name of files that hold a whole month: {month:%Y%m}")
    encoding: Encoding = Field(
        "utf-8", description="of text; one that is written otherwise is read as it is, and a note says so"
    )
    delimiter: Sign = Field(
        ",", description="the sign between columns of text; another one that gives known heads is taken, with a note"
    )
    quote: Sign | Literal[""] = Field('"', description="the sign around values that hold a delimiter; none, when empty")
    escape: Sign | None = Field(
        None, description="the sign before a quote inside quotes; the quote itself, when absent"
    )
    header_row: Count = Field(
        1, description="the line of the headers; found elsewhere among the first 20, they are read there, with a note"
    )
    footer: Footer | None = None
    decimal: Literal[".", ","] = Field(".", description="the decimal sign")
    grouping: Literal["", ",", ".", " ", "'"] = Field("", description="the sign between thousands")
    currency: fields.Currency = Field("CNY", description="of the amounts, where no column says it")
    date: Key = Field(FROM_NAME, description="where the business date is: file (its name), given, or a column")
    days: Literal["trading", "calendar"] = Field("trading", description="the days on which rows may be dated")
    calendar: Annotated[Key, Refers("calendar")] | None = Field(
        None, description="whose trading days they are; those of the installation, when absent"
    )
    due: Due | None = Field(
        None, description="when its file of each such day is there; nobody waits for it, when absent"
    )
    future: Flag = Field(False, description="rows may be dated after the day on which their file is loaded")
    date_format: Format = Field(Format("%Y-%m-%d"), description="how days are written")
    datetime_format: Format = Field(Format("%Y-%m-%d %H:%M:%S"), description="how moments are written, in Chinese time")
    keys: tuple[Key, ...] = Field(min_length=1, description="the columns that make a row the only one")
    columns: tuple[SourceColumn, ...] = Field(min_length=1)
    sorted_by: tuple[Key, ...] = Field((), description="the order in the warehouse; the keys, when absent")
    subject: Subject | None = None
    owner: Text | None = Field(None, description="who is asked when a file stays away")
    expected: Flag = Field(False, description="no business date is computed without its file")
    checks: SourceChecks | None = None

    @rule("history")
    def _history_of_facts(self) -> Labels | None:
        return self._of_facts("history", self.history)

    @rule("subject")
    def _subject_of_facts(self) -> Labels | None:
        return self._of_facts("subject", self.subject)

    @rule("expected")
    def _expected_facts(self) -> Labels | None:
        return self._of_facts("expected", self.expected)

    @rule("days")
    def _days_of_facts(self) -> Labels | None:
        return self._of_facts("days", self.days == "calendar")

    @rule("future")
    def _future_of_facts(self) -> Labels | None:
        return self._of_facts("future", self.future)

    def _of_facts(self, name: str, given: object) -> Labels | None:
        if not given or self.grain == "fact":
            return None
        return Labels(
            f"`{name}` 只用于 fact，而粒度是 {self.grain}", f"`{name}` is for facts; the grain is {self.grain}"
        )

    @rule("grouping")
    def _two_signs(self) -> Labels | None:
        if self.grouping == self.decimal:
            return Labels("`grouping` 与 `decimal` 是同一个符号", "`grouping` and `decimal` are the same sign")
        return None

    @rule("delimiter")
    def _delimits_only(self) -> Labels | None:
        if self.delimiter in (self.quote, self.escape):
            return Labels("`delimiter` 与引号或转义符相同", "`delimiter` is also a quote or an escape")
        return None

    @property
    def trading_days(self) -> TradingCalendar:
        """The calendar of its days. Raises Unavailable, when nobody defines it."""
        return trading_calendar(self.calendar) if self.calendar else trading_calendar()

    @property
    def dated_by_column(self) -> bool:
        """Whether each row says its own business date."""
        return self.date not in (FROM_NAME, GIVEN)

    @property
    def order(self) -> tuple[str, ...]:
        """The columns by which rows are sorted in the warehouse."""
        return self.sorted_by or self.keys

    def column(self, key: str) -> SourceColumn:
        """Return the column called `key`; raises KeyError that says which exist."""
        for found in self.columns:
            if found.key == key:
                return found
        raise KeyError(f"there is no column '{key}' in {self.dataset}; it has: {', '.join(self.keys_of_columns)}")

    @property
    def keys_of_columns(self) -> tuple[str, ...]:
        """The keys of all columns."""
        return tuple(column.key for column in self.columns)

    def grammar(self, column: SourceColumn) -> Grammar:
        """Return how values of a column are written."""
        return Grammar(
            decimal=self.decimal,
            grouping=self.grouping,
            date=column.format or self.date_format,
            datetime=column.format or self.datetime_format,
        )


@dataclass(frozen=True, slots=True)
class LoadFinding:
    """One thing worth knowing about a received file: a stable code and a sentence in both languages."""

    code: str
    message: str
    message_en: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the finding as it is stored and sent."""
        return {"code": self.code, "message": self.message, "message_en": self.message_en, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of one received file: rows read are rows loaded and rows rejected.

    `rows_without_record` of the loaded ones became no records.
    """

    uid: uuid.UUID
    source: str
    dataset: str
    business_date: date | None
    file: str
    file_hash: str
    state: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_without_record: int
    started_at: datetime
    finished_at: datetime | None
    findings: tuple[Mapping[str, object], ...] = ()
    error: Mapping[str, object] | None = None
    effects: tuple[Effect, ...] = ()
    answered_by: str = ""
    undoes: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class LoadAnswers:
    """What somebody may say of a load: answer for it where it waits, or take it back.

    A `newer_file` came after it; the last one that was to take its place `failed`. Taken back, it `puts_back` these loads,
    oldest first.
    """

    answerable: bool
    undoable: bool
    newer_file: str = ""
    failed: LoadResult | None = None
    puts_back: tuple[LoadResult, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not loaded or became no record: its line in the file, why, and what it held there.

    Personal numbers are left out. A row that is not in the file of the load that tells it has no line (0).
    """

    line: int
    reason_code: str
    reason: str
    reason_en: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class UnrecordedRow:
    """A received row that became no record: why, and what its dataset holds, as text, in columns that tell it apart."""

    reason_code: str
    reason: str
    reason_en: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a load would do to a dataset, or to an `object` fed from it: `count` of the `of` that there are.

    `allowed` is the share above which it waits for a person, `of_few` that of few of them; few of a kind without it
    never wait. Where `at_most` is true, some of the `count` may join records that are there. `units` says how many by org unit (None: of none);
    `records` of the object `records_of` and `keys` are examples of records there are and of new rows.
    """

    kind: str
    about: Labels
    count: int
    of: int
    allowed: float
    of_few: float | None = None
    at_most: bool = False
    object: str = ""
    units: Mapping[int | None, int] = field(default_factory=dict)
    records: tuple[int, ...] = ()
    records_of: str = ""
    keys: tuple[str, ...] = ()

    @property
    def is_few(self) -> bool:
        """Whether so few are concerned that a share says little."""
        return min(self.count, self.of) < FEW_EFFECTS

    @property
    def limit(self) -> float:
        """The share that is allowed: of few rows the larger one."""
        return max(self.allowed, self.of_few) if self.is_few and self.of_few is not None else self.allowed

    @property
    def waits(self) -> bool:
        """Whether so many of them wait for a person."""
        if self.count <= self.allowed * self.of:
            return False
        if not self.is_few:
            return True
        return self.of_few is not None and self.count > (max(1, self.of_few * self.of) if self.of_few else 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """The rows by which a received file differs from its dataset, as trees: those `before`, of which the file says
    nothing or something else, and those `after`, new or changed; `plain` are the latter with certificates in clear.
    """

    source: Source
    before: Tree
    after: Tree
    plain: Tree


@dataclass(frozen=True, slots=True)
class PublicationInfo:
    """The table versions that readers of one published business date see."""

    id: int
    business_date: date
    versions: Mapping[str, int]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that was loaded: its load's number, its name, the days its facts are of, and whether they are computed."""

    load: int
    file: str
    first_date: date
    last_date: date
    counted: bool


def _nothing_to_prepare(_day: date, _handle: RunHandle) -> None:
    return None


def _nothing_to_publish(_day: date) -> None:
    return None


@dataclass(frozen=True, slots=True)
class StageStep:
    """A step of the nightly stage; rooms register theirs.

    `run` computes a business date. Of the one that is to be shown, `prepare` makes what readers see outside the
    warehouse, and `publish` shows it, in the transaction of the publication.
    """

    key: str
    order: int
    labels: Mapping[str, str]
    run: Callable[[date, RunHandle], None]
    prepare: Callable[[date, RunHandle], None] = _nothing_to_prepare
    publish: Callable[[date], None] = _nothing_to_publish


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage run did: the days it computed, oldest first, and the publication it ended with.

    `restated` are those of them that had been computed before: what was read of them may differ now.
    """

    days: tuple[date, ...]
    publication: PublicationInfo
    restated: tuple[date, ...] = ()
