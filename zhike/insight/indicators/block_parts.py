"""What pages may say to the blocks about the facts of a record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from zhike.insight.indicators.logic import fact_checks
from zhike.insight.warehouse.types import DatasetName, Formula
from zhike.kernel.block_data import Format
from zhike.kernel.definition_parts import Code, Count, Flag, Key, Labels, Part, Refers, Unit, rule
from zhike.kernel.definitions import Finding, Snapshot
from zhike.kernel.providers import BlockSettings, Named
from zhike.platform.fields.types import Option
from zhike.platform.records.figures import ObjectKey

_SHOWN = 20
#: What of `FactRows` decides which rows there are and in which order: its columns, because one is ordered and grouped by.
_LISTING = {"dataset", "beside", "where", "days", "columns", "group", "order"}
MeasureKey = Annotated[Key, Refers("measure")]


class OverTime(BlockSettings):
    """A measure of the record day by day."""

    line: MeasureKey = Field(description="the measure whose days are drawn")
    pins: MeasureKey | None = Field(
        None, description="the measure whose largest days are marked on the line; none is, when absent"
    )


class Periods(BlockSettings):
    """What became of a measure month by month: what it began with, what was added, what it gained by itself.

    A row adds up: its beginning, the flow and the gain are its end. A record that came within a month begins with its
    first day.
    """

    level: MeasureKey = Field(description="the measure of what there is at the end of a day")
    flow: MeasureKey = Field(description="the measure of what was added and taken away on a day")
    gain: Labels = Field(description="what is written over the rest of the change")
    months: Annotated[int, Field(ge=1, le=36, strict=True)] = Field(12, description="how many months are shown")


class Beside(Part):
    """A table of masters, whose row for each fact stands beside it."""

    dataset: DatasetName = Field(description="the masters; one column alone is their key")
    of: Key = Field(description="the column of the facts that names the master")
    columns: Mapping[Key, Key] = Field(description="how a column is called here → its key in the masters")


class FactColumn(Part):
    """One column: a column of the facts, an expression over them, or the share that one column is of another.

    Columns of personal numbers and of names of people are none: they are shown by the records that they belong to.
    """

    key: Key = Field(description="its name on the page, and the column it shows unless `value` or `of` says otherwise")
    labels: Labels | None = Field(None, description="what is written over it; the column's own words, when absent")
    value: Formula | None = Field(None, description="an expression over the facts and what stands beside them")
    of: Key | None = Field(None, description="the column of which it tells the share, in per cent")
    per: Key | None = Field(None, description="of which column; the whole, when absent")
    format: Format = Field("text", description="how it is drawn")
    unit: Unit | None = Field(None, description="what it counts")
    currency: Key | None = Field(None, description="of an amount: the column with the code of its currency")
    foreign: Flag = Field(False, description="it stands only where an amount is in a foreign currency")
    exact: Flag = Field(False, description="a number of which every decimal counts, as of a price")
    total: Flag = Field(False, description="it is summed up")
    hidden: Flag = Field(False, description="others are computed with it, nobody sees it")
    options: tuple[Option, ...] = Field((), description="what its codes are called")

    @rule("of")
    def _one_way(self) -> Labels | None:
        if self.of is not None and (self.value is not None or self.total):
            return Labels(
                "`of` 是两列之比，不写 `value` 或 `total`", "what has `of` is a share: no `value`, no `total`"
            )
        return None

    @rule("per")
    def _share(self) -> Labels | None:
        if self.per is not None and self.of is None:
            return Labels("`per` 与 `of` 一起写", "`per` comes with `of`")
        return None

    @rule("currency")
    def _adds_up(self) -> Labels | None:
        if self.currency is not None and self.total:
            return Labels("不同币种的金额不能合计", "amounts in several currencies do not add up")
        return None

    @rule("foreign")
    def _in_currency(self) -> Labels | None:
        if self.foreign and self.currency is None:
            return Labels("`foreign` 需要 `currency`", "`foreign` needs a `currency`")
        return None


class Kept(Part):
    """A part of the whole that no fact tells of."""

    measure: MeasureKey = Field(description="how much it is")
    labels: Labels = Field(description="what it is called")


class FactRows(BlockSettings):
    """The facts of a record: those of the served day, or the newest of some trading days."""

    dataset: DatasetName = Field(description="the facts")
    beside: tuple[Beside, ...] = Field((), description="masters that the facts name")
    where: Formula | None = Field(None, description="the facts that are shown; all, when absent")
    days: Annotated[int, Field(ge=1, le=750, strict=True)] | None = Field(
        None, description="the newest of so many trading days; those of the served day, when absent"
    )
    columns: tuple[FactColumn, ...] = Field(min_length=1, description="from left to right")
    group: Key | None = Field(None, description="the column by which facts are summed up; each stands alone, if absent")
    order: Key | None = Field(None, description="the column whose greatest stands first")
    limit: Annotated[Count, Field(le=100)] = Field(_SHOWN, description="how many rows are shown at a time")
    whole: MeasureKey | None = Field(None, description="of what shares are told; of all rows, when absent")
    kept: tuple[Kept, ...] = Field((), description="parts of the whole of which no fact tells")
    rest: Labels | None = Field(None, description="what is called that is left of the whole")

    @rule("rest")
    def _of_groups(self) -> Labels | None:
        parts = bool(self.kept) or self.rest is not None
        if parts and (self.group is None or self.whole is None or self.rest is None):
            return Labels(
                "`kept` 与 `rest` 补足整体，要与 `group` 和 `whole` 一起写",
                "`kept` and `rest` make up the whole: they come together with `group` and `whole`",
            )
        return None

    @rule("rest")
    def _measured(self) -> Labels | None:
        if self.rest is None or self.measured in {column.key for column in self.columns if column.total}:
            return None
        return Labels(
            "`rest` 需要一列占整体的比例（`of`，不写 `per`），且被占的那列有 `total`",
            "`rest` needs a column with the share of the whole (`of` without `per`) that a column with a `total` has",
        )

    @property
    def measured(self) -> str | None:
        """The column of whose whole shares are told."""
        return next((column.of for column in self.columns if column.of and not column.per), None)

    @property
    def listed(self) -> str:
        """A digest of what decides which rows there are and in which order they stand."""
        said = self.model_dump_json(include=_LISTING)
        return hashlib.sha256(said.encode()).hexdigest()

    def checked(self, everything: Snapshot) -> Iterator[Finding]:
        """Yield what is wrong with the facts and columns that are named."""
        return fact_checks.rows(self, everything)


class Joint(Part):
    """Who shares an account without its figures."""

    field: Key = Field(description="the choice of the page's records that says who shares it")
    value: Code = Field(description="the value that says so")
    own: Labels = Field(description="what is said where the figures count for the record of the page")
    others: Labels = Field(description="what is said where they count for another one, {owner}")


class AccountRows(BlockSettings):
    """The accounts of a record with their figures of the served day, and for whom each one counts."""

    object: ObjectKey
    through: Key = Field(description="the field of these records that points to the record of the page")
    account: Key = Field(description="the field of these records that points to the account")
    accounts: ObjectKey
    owner: Key = Field(description="the account's field with the record that its figures count for")
    key: Key = Field(description="the account's field by which facts name it")
    columns: tuple[Key, ...] = Field((), description="fields of these records")
    fields: tuple[Key, ...] = Field((), description="fields of the account")
    dataset: DatasetName = Field(description="the facts of a day, one for each account")
    figures: tuple[FactColumn, ...] = Field(min_length=1, description="columns of the facts")
    counted: Labels = Field(description="what is written over for whom figures count")
    own: Labels = Field(description="what is said where they count for the record of the page")
    others: Labels = Field(description="what is said where they count for another one, {owner}")
    unseen: Labels = Field(description="how one is called there whom the viewer does not see")
    joint: Joint | None = Field(None, description="what is said of accounts that several share")

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field that the settings name."""
        yield Named("field", self.object, self.through, ("through",), points_at=record)
        yield Named("field", self.object, self.account, ("account",), points_at=self.accounts)
        yield Named("field", self.accounts, self.owner, ("owner",), points_at=record)
        yield Named("field", self.accounts, self.key, ("key",))
        if self.joint:
            yield Named("field", self.object, self.joint.field, ("joint", "field"))
        yield from _each("columns", self.object, self.columns)
        yield from _each("fields", self.accounts, self.fields)

    def checked(self, everything: Snapshot) -> Iterator[Finding]:
        """Yield what is wrong with the facts and columns that are named."""
        return fact_checks.figures(self, everything)


def _each(name: str, object: str, keys: Sequence[str]) -> Iterator[Named]:
    for number, key in enumerate(keys):
        yield Named("field", object, key, (name, number))


__all__ = [
    "AccountRows",
    "Beside",
    "FactColumn",
    "FactRows",
    "Joint",
    "Kept",
    "OverTime",
    "Periods",
]
