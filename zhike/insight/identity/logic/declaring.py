"""The tables of who is who."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.insight.identity.logic.numbering import ACCOUNT_PARTY, LINK, REDIRECT
from zhike.kernel.datasets import Column, Dataset, Scope
from zhike.kernel.definition_parts import Labels

_PARTY = Column("party_id", "bigint")
_IDENTITY = Column("identity", "varchar")


def declared() -> Iterator[Dataset]:
    """Yield the links, the redirects and the owners of accounts."""
    yield Dataset(
        LINK,
        Labels("系统记录与主体的对应", "Records of systems and their parties"),
        "identity",
        "link",
        ("identity", "system", "source_key"),
        (_IDENTITY, Column("system", "varchar"), Column("source_key", "varchar"), _PARTY),
        scope=Scope("party_id"),
    )
    yield Dataset(
        REDIRECT,
        Labels("合并后的编号", "Ids that were merged into others"),
        "identity",
        "link",
        ("identity", "old_id"),
        (_IDENTITY, Column("old_id", "bigint"), Column("new_id", "bigint")),
        scope=Scope("new_id"),
    )
    yield Dataset(
        ACCOUNT_PARTY,
        Labels("账户与主体的对应", "Accounts and their parties"),
        "identity",
        "link",
        ("identity", "account"),
        (_IDENTITY, Column("account_id", "bigint"), Column("account", "varchar"), _PARTY),
        scope=Scope("party_id"),
    )
