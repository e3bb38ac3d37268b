"""Who is who: definitions of identity, results of a run, what an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IdentitySystem:
    """One system whose records become parties. Systems come in order of trust.

    `certificate`, `phone`, `name` and `account` name columns of the dataset; `knows` is (system, column): the column
    holds keys of that other system; `fields` are expressions over the dataset by party field.
    """

    system: str
    dataset: str
    key: str
    certificate: str = ""
    phone: str = ""
    name: str = ""
    account: str = ""
    knows: tuple[str, str] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountLinks:
    """Where accounts and their holders are, and to whom an account's facts belong (attribution)."""

    dataset: str
    account_id: str
    account_no: str
    holder: str
    system: str
    attribution: str = "primary_holder"


@dataclass(frozen=True, slots=True)
class IdentityDefinition:
    """How parties are made of the records of several systems."""

    key: str
    object: str
    systems: tuple[IdentitySystem, ...]
    rules: tuple[str, ...]
    guard: int
    blocked_phones: tuple[str, ...]
    blocked_certificates: tuple[str, ...]
    accounts: AccountLinks | None


@dataclass(frozen=True, slots=True)
class MasterColumn:
    """One field of a master feed: an expression; a party by its record in a system; or a reference by source key."""

    field: str
    value: str = ""
    party: str = ""
    key: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Columns that a feed takes from another dataset over a shared column; `where` makes that one row a key."""

    dataset: str
    on: str
    columns: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a feed names no longer ends: the date field that says so, of records whose source key begins with `keys`."""

    field: str
    keys: str


@dataclass(frozen=True, slots=True)
class Master:
    """Records of an object, fed from a dataset."""

    key: str
    object: str
    dataset: str
    source_key: str
    columns: tuple[MasterColumn, ...]
    where: str = ""
    days: int = 0
    order: int = 100
    lookups: tuple[Lookup, ...] = ()
    ends: Ending | None = None


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """What a run did: source records read, parties they make, new ids given, ids merged into others, rows fed."""

    records: int
    parties: int
    created: int
    merged: int
    fed: Mapping[str, int]


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
