"""What is wrong with match keys over columns of which the warehouse keeps the keyed hash only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zhike.insight.identity.types import Identity, MatchKey
from zhike.insight.warehouse import datasets
from zhike.kernel.definition_checks import each, guessed
from zhike.kernel.definition_parts import Labels, Place, read_or
from zhike.kernel.definitions import Finding, Snapshot


@dataclass(frozen=True, slots=True)
class _Column:
    dataset: str
    key: str
    hashed: bool
    place: Place
    known: bool

    def __str__(self) -> str:
        return f"{self.dataset}.{self.key}"


def faults(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    """Find keys that would change what is a hash already, and columns in clear that are compared with hashes."""
    yield from each(*(_faults(identity, number, everything) for number in range(len(identity.keys))))


def _faults(identity: Identity, number: int, everything: Snapshot) -> Iterator[Finding]:
    key = identity.keys[number]
    columns = list(_columns(identity, key.key, everything))
    hashed = [column for column in columns if column.hashed]
    if not hashed:
        return
    if key.normalize is not None:
        yield from _told(_idle(key, hashed, ("keys", number, "normalize")), hashed)
    for column in columns:
        if not column.hashed:
            yield from _told(_in_clear(key, column, hashed[0]), [column, hashed[0]])


def _columns(identity: Identity, key: str, everything: Snapshot) -> Iterator[_Column]:
    """Yield the columns with values of a key: those of the systems, and the numbers of accounts."""
    for number, system in enumerate(identity.systems):
        match: Mapping[str, str] = read_or(system, "match", {})
        if key in match:
            yield from _found(system.dataset, match[key], ("systems", number, "match", key), everything)
    links = read_or(identity, "accounts", None)
    if links is not None and read_or(links, "match", None) == key and read_or(links, "account_no", None):
        yield from _found(links.dataset, str(links.account_no), ("accounts", "account_no"), everything)


def _found(dataset: str, key: str, place: Place, everything: Snapshot) -> Iterator[_Column]:
    source = datasets.dataset_meant(dataset, everything)
    if source is not None and key in source.keys_of_columns:
        yield _Column(dataset, key, source.column(key).certificate, place, source.dataset == dataset)


def _told(finding: Finding, columns: list[_Column]) -> Iterator[Finding]:
    unknown = next((column.dataset for column in columns if not column.known), None)
    yield from [finding] if unknown is None else guessed(unknown, [finding])


def _idle(key: MatchKey, hashed: list[_Column], place: Place) -> Finding:
    zh, en = "、".join(map(str, hashed)), ", ".join(map(str, hashed))
    said = Labels(
        f"匹配键“{key.key}”的 `normalize` 对 {zh} 不起作用：这里只留证件号码的散列值（`certificate: true`），"
        "取散列前统一全角和大小写、去掉空白、15 位升为 18 位，连字符等照留。请删去 `normalize`，由各系统按同一写法送号码；"
        "或删去列上的 `certificate: true`，号码便以明文留在数据仓库",
        f"`normalize` of match key '{key.key}' does nothing to {en}: `certificate: true` keeps a hash only, made of the"
        " number with full-width signs, capitals, blanks and 15 digits put the same; hyphens and other signs stay. Leave out"
        " `normalize` and have the systems send the number written one way; or leave out `certificate: true` of the"
        " column: the number then stands in clear in the warehouse",
    )
    return Finding("identity.normalize_hashed", said, place)


def _in_clear(key: MatchKey, column: _Column, other: _Column) -> Finding:
    said = Labels(
        f"匹配键“{key.key}”永远对不上：{column} 是明文，{other} 只留散列值（`certificate: true`）。两列要一致",
        f"match key '{key.key}' never agrees: {column} is in clear, of {other} there is a hash only"
        " (`certificate: true`). Both columns have to be the same",
    )
    return Finding("identity.hashed_in_part", said, column.place)
