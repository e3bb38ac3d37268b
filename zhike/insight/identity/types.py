"""Who is who: definitions of identity and of master feeds, results of a run, what an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Annotated, Literal

from pydantic import Field

from zhike.insight.warehouse.types import DatasetName, Formula, Pattern
from zhike.kernel.definition_parts import Count, Days, Definition, Flag, Key, Labels, Part, Refers, Text, rule
from zhike.platform.objects.types import Record


class Replacement(Part):
    """What a value loses before it is compared: what matches `pattern` becomes `by`, in which \\1 is the first group."""

    pattern: Pattern = Field(description="what goes")
    by: str = Field("", description="what stands there instead")


class Normalizer(Part):
    """How values of a match key are written the same: folded as search folds them.

    Every fold writes full-width signs and capitals the same, without blanks and signs that nobody sees. That of a `name`
    knows no accents, no dots, hyphens and apostrophes between its parts, and no traditional characters; that of a
    `phone` no prefix (+86, 0086, the 0 of a branch exchange) and no extension of a mobile up to two digits, but keeps
    that of a landline; that of a `certificate` makes 18 digits of 15. Then only what is to `keep` stays, and the
    replacements are made in their order; what is shorter than `shortest` then is no value. It is for columns in clear:
    of a column with `certificate: true` there is a hash of the folded number; such a key has no `normalize`.
    """

    fold: Literal["text", "name", "phone", "certificate"] = Field("text", description="what kind of value it is")
    keep: Literal["all", "no_blanks", "digits", "letters_and_digits"] = Field(
        "no_blanks", description="which signs of the fold stay; it has no blanks, so the first two are the same"
    )
    replace: tuple[Replacement, ...] = Field((), description="what is taken away or put otherwise, in this order")
    shortest: Count = Field(1, description="the least number of signs that a value has")


class MatchKey(Part):
    """Something by which records of one party are found: a certificate, an account, a phone, a member number.

    Two different values of a key that `conflicts` are never one party, whatever else agrees. Blocked values (test
    numbers, a branch's own telephone) say nothing. Its columns are all in clear, or all kept as a hash
    (`certificate: true`): a hash agrees with no number.
    """

    key: Key = Field(description="the name by which rules and systems use it")
    conflicts: Flag = Field(False, description="two different values are never one party")
    normalize: Normalizer | None = Field(
        None,
        description="absent: values are compared as the dataset has them; not for columns with `certificate: true`",
    )
    blocked: tuple[Text, ...] = Field((), description="values that say nothing")


class IdentitySystem(Part):
    """One system whose records become parties. Systems come in order of trust.

    `key` is the column that names a record; `match` says which columns hold values of which match keys; `fields` are
    expressions over the dataset by field of the object.
    """

    system: Key = Field(description="the name of the system, as its sources say it")
    dataset: DatasetName = Field(description="where its records are")
    key: Key = Field(description="the column that names a record")
    match: Mapping[Key, Key] = Field({}, description="match key → column")
    fields: Mapping[Key, Formula] = Field({}, description="field of the object → expression over the dataset")


class AccountLinks(Part):
    """Where accounts and their holders are: the facts of an account belong to its primary holder.

    `account_id` names an account in facts, `holder` the record of `system` that holds it; with `match` the column
    `account_no` holds values of that match key for the holder.
    """

    dataset: DatasetName = Field(description="where accounts and their holders are")
    account_id: Key = Field(description="the column that names an account in facts")
    system: Key = Field(description="the system whose records hold accounts")
    holder: Key = Field(description="the column with the holder's key in that system")
    account_no: Key | None = Field(None, description="the column with the number that people know")
    match: Key | None = Field(None, description="the match key that those numbers are values of")

    @rule("match")
    def _both(self) -> Labels | None:
        if (self.account_no is None) != (self.match is None):
            return Labels("`account_no` 与 `match` 要一起写", "`account_no` and `match` come together")
        return None


class Identity(Definition):
    """How records of several systems become one record of an object each.

    A rule is a list of match keys whose values must all agree; rules are tried in order. `guard` is the largest number
    of parties a shared value may join: a value that more of them share says nothing.
    """

    kind: Literal["identity"] = "identity"
    object: Annotated[Key, Refers("object")] = Field(description="the object whose records are made")
    systems: tuple[IdentitySystem, ...] = Field(min_length=1)
    keys: tuple[MatchKey, ...] = Field((), description="without any, the key of the source is the identity")
    rules: tuple[Annotated[tuple[Key, ...], Field(min_length=1)], ...] = Field(
        (), description="lists of match keys that must agree, tried in order"
    )
    guard: Annotated[int, Field(ge=2, strict=True)] = Field(
        20, description="a value that more parties than this share says nothing"
    )
    accounts: AccountLinks | None = None

    def system(self, name: str) -> IdentitySystem | None:
        """Return the system of that name, if the identity knows it."""
        return next((found for found in self.systems if found.system == name), None)


class MasterColumn(Part):
    """One field of a master feed: a `value`, or its `parts`; a `reference` by key; the record of a `system` with a `key`."""

    field: Key = Field(description="the field of the object that is filled")
    value: Formula | None = Field(None, description="what the field gets")
    parts: Mapping[Key, Formula] = Field(
        {}, description="what the parts of the field get: city and street of an address"
    )
    currency: Formula | None = Field(
        None, description="of an amount: the code of its currency; that of the source, when absent"
    )
    reference: Formula | None = Field(
        None, description="the source key of the record that is referred to; the code of a unit, the number of a user"
    )
    system: Key | None = Field(None, description="the system whose record, joined by an identity, is referred to")
    key: Formula | None = Field(None, description="with `system`: the record's key there")
    identity: Annotated[Key, Refers("identity")] | None = Field(None, description="where several know the system")

    @rule("system")
    def _named(self) -> Labels | None:
        if (self.system is None) != (self.key is None):
            return Labels("`system` 与 `key` 要一起写", "`system` and `key` come together")
        return None

    @rule("field")
    def _one_way(self) -> Labels | None:
        ways = [self.value, self.parts or None, self.reference, self.system]
        if ways.count(None) == 3:
            return None
        return Labels(
            "一列只写其中一种：value、parts、reference、system 加 key",
            "a column has one of: value, parts, reference, system with key",
        )

    @rule("currency")
    def _of_an_amount(self) -> Labels | None:
        if self.currency and self.value is None:
            return Labels("`currency` 要与金额的 `value` 一起写", "`currency` comes with the `value` of an amount")
        return None

    @rule("identity")
    def _of_a_system(self) -> Labels | None:
        if self.identity and not self.system:
            return Labels("`identity` 要与 `system` 一起写", "`identity` comes with `system`")
        return None

    @property
    def text(self) -> str:
        """The expression of the column, whichever it is; none where it has parts."""
        return self.value or self.reference or self.key or ""


class Lookup(Part):
    """Columns that a feed takes from another dataset over a shared column; `where` makes that one row a key."""

    dataset: DatasetName = Field(description="the dataset that is looked into")
    by: Key = Field(description="the column that both datasets have")
    columns: tuple[Key, ...] = Field(min_length=1, description="what is taken")
    where: Formula | None = Field(None, description="the rows among which it is looked up; all, when absent")


class Ending(Part):
    """What a feed names no longer ends: the date field that says so, of records whose source key begins with `keys`."""

    field: Key = Field(description="the date field that gets the end")
    keys: Text = Field(description="how the source keys of this feed's records begin")
    start: Key | None = Field(None, description="the date field before which no record ends")


class Master(Definition):
    """Records of an object, or org units, fed from a dataset."""

    kind: Literal["master"] = "master"
    object: Key = Field(description="the object whose records are fed, or `org_unit`")
    dataset: DatasetName = Field(description="the dataset the rows come from")
    source_key: Formula = Field(description="the source key of each record")
    columns: tuple[MasterColumn, ...] = Field(min_length=1)
    where: Formula | None = Field(None, description="the rows that become records; all, when absent")
    days: Days | None = Field(None, description="only the facts of so many days before the business date")
    order: Count = Field(100, description="feeds run from the lowest to the highest")
    lookups: tuple[Lookup, ...] = ()
    ends: Ending | None = None


@dataclass(frozen=True, slots=True)
class Fed:
    """What became of the rows of one feed; all are zero where nothing has changed since it ran last.

    `rejected` ones are told with the file they came in; `left_out` are about somebody whom no identity knows. `ended`
    are records that no row names any longer, where the feed says so.
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    left_out: int = 0
    ended: int = 0

    def __add__(self, other: Fed) -> Fed:
        """Return what became of the rows of both."""
        return Fed(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """What a run did: source records read, parties they make, new ids given, ids merged into others, rows fed."""

    records: int
    parties: int
    created: int
    merged: int
    fed: Mapping[str, Fed]


@dataclass(frozen=True, slots=True)
class IdentityState:
    """One definition of who is who, and how many records and parties it links."""

    key: str
    labels: Mapping[str, str]
    object: str
    systems: tuple[str, ...]
    records: int
    parties: int


@dataclass(frozen=True, slots=True)
class Link:
    """One record of a system and the id of the party it belongs to."""

    identity: str
    system: str
    source_key: str
    party_id: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Pairs of records that identity joined, compared with the pairs that are one person."""

    precision: float
    recall: float
    true_pairs: int
    found_pairs: int
    right_pairs: int
    planted_precision: float
    planted_recall: float


@dataclass(frozen=True, slots=True)
class AlikeRecords:
    """Records that a rule calls the same as one being written, by the fields that agree.

    `readable` are those that the writer may read, `others` says that there are some beside. Where the rule is `strong`
    nobody else has such a value: the record is not written.
    """

    fields: tuple[str, ...]
    strong: bool
    readable: tuple[Record, ...]
    others: bool
