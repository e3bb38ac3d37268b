"""Dense party ids that survive: a party keeps its id, merged ids redirect, no id is ever used twice.

The tables hold the links of every definition of who is who, each row with the key of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.identity.logic.sourceless import SYSTEM
from zhike.insight.identity.types import Identity
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session
from zhike.platform.objects import bulk

LINK = "identity.link"
REDIRECT = "identity.redirect"
#: `account_id` is the account where it is a number, `account` always: facts name it as their dataset has it.
ACCOUNT_PARTY = "identity.account_party"


def carry_over(session: Session, identities: Sequence[Identity]) -> None:
    """Give tables from before there were several definitions the columns of today; ids stay as they are.

    All their rows came from one definition: the one of `identities` that knows the most systems of the links.
    """
    if not warehouse.state(LINK):
        return
    stored = session.rows(trees.sql("select distinct system from _links", links=session.table(LINK)))
    systems = {system for (system,) in stored}
    origin = max(identities, key=lambda found: len(systems & {system.system for system in found.systems}))
    own = {"identity": trees.value(origin.key)}
    # The links come last: a run that is interrupted before them finds everything as it was.
    for dataset, columns in (
        (REDIRECT, own),
        (ACCOUNT_PARTY, own | {"account": trees.sql("cast(account_id as varchar)")}),
        (LINK, own),
    ):
        if warehouse.state(dataset):
            session.add_columns(dataset, columns)


def number(session: Session, definition: Identity) -> tuple[int, list[tuple[int, int]]]:
    """Give every component of `record` its party id, kept as `link`; return (new ids, merges).

    Each known id stays with the component of its most trusted record; of several ids in one component the lowest
    stays and the others redirect to it. A record that no source has is known by its own id. New ids come from the sequence that new parties at the desk use, too.
    """
    by_hand = trees.sql(
        "select system, source_key, cast(source_key as bigint) as party_id from record where system = _none",
        none=trees.value(SYSTEM),
    )
    session.keep("known", trees.union_all([_known(session, definition), by_hand]))
    session.keep(
        "claim",
        trees.sql(
            "select k.party_id, min_by(r.comp, r.rid) as comp from known k"
            " join record r on r.system = k.system and r.source_key = k.source_key group by k.party_id"
        ),
    )
    session.keep("claimed", trees.sql("select comp, min(party_id) as party_id from claim group by comp"))
    merges = session.rows(
        trees.sql(
            "select c.party_id, o.party_id from claim c join claimed o using (comp)"
            " where c.party_id <> o.party_id order by 1"
        )
    )
    session.keep("newcomer", trees.sql("select distinct comp from record where comp not in (select comp from claimed)"))
    created = int(session.row(trees.sql("select count(*) from newcomer"))[0])
    first = bulk.reserve_ids(definition.object, created, above=_highest(session))
    session.keep(
        "owner",
        trees.sql(
            "select comp, party_id from claimed union all"
            " select comp, _before + row_number() over (order by comp) as party_id from newcomer",
            before=trees.value(first - 1),
        ),
    )
    session.keep("link", trees.sql(_LINKS, none=trees.value(SYSTEM)))
    return created, merges


#: Who everything is now: records that are there, and those that were once and are no longer sent.
_LINKS = """
select r.system, r.source_key, o.party_id from record r join owner o using (comp) where r.system <> _none
union all
select k.system, k.source_key, coalesce(o.party_id, k.party_id) as party_id from known k
left join claim c on c.party_id = k.party_id left join owner o on o.comp = c.comp
where not exists (select 1 from record r where r.system = k.system and r.source_key = k.source_key)
"""


def _known(session: Session, definition: Identity) -> Tree:
    if not warehouse.state(LINK):
        nothing = {"system": "varchar", "source_key": "varchar", "party_id": "bigint"}
        columns = [trees.named(trees.nothing(kind), key) for key, kind in nothing.items()]
        return trees.sql("select _columns where false", columns=columns)
    return trees.sql(
        "select system, source_key, party_id from _links where identity = _own",
        links=session.table(LINK),
        own=trees.value(definition.key),
    )


def _highest(session: Session) -> int:
    """The highest id in use: definitions that make records of one object number them together."""
    if not warehouse.state(LINK):
        return 0
    return int(session.row(trees.sql("select coalesce(max(party_id), 0) from _links", links=session.table(LINK)))[0])


def store(session: Session, definition: Identity, merges: list[tuple[int, int]]) -> None:
    """Keep the links, redirects and owners of accounts in the warehouse, if they changed."""
    keys = ("system", "source_key")
    _store(session, definition, LINK, keys, trees.sql("select * from link"), sorted_by=keys)
    if merges:
        _redirect(session, definition, merges)
    links = definition.accounts
    if links and warehouse.state(links.dataset):
        owners = trees.sql(
            "select try_cast(a._account as bigint) as account_id, cast(a._account as varchar) as account, l.party_id"
            " from _accounts a join link l on l.system = _system and l.source_key = cast(a._holder as varchar)",
            account=trees.name(links.account_id),
            accounts=session.table(links.dataset),
            system=trees.value(links.system),
            holder=trees.name(links.holder),
        )
        # Looked up by the party, for its page; who reads all does not mind.
        _store(session, definition, ACCOUNT_PARTY, ("account_id", "account"), owners, sorted_by=("party_id", "account"))


def _redirect(session: Session, definition: Identity, merges: list[tuple[int, int]]) -> None:
    old, new = zip(*merges, strict=True)
    session.give("redirect", pa.table({"old_id": pa.array(old, pa.int64()), "new_id": pa.array(new, pa.int64())}))
    own = trees.value(definition.key)
    select = trees.sql("select _own as identity, old_id, new_id from redirect", own=own)
    if warehouse.state(REDIRECT):
        before = trees.sql(
            "select b.identity, b.old_id, coalesce(r.new_id, b.new_id) as new_id from _stored b"
            " left join redirect r on r.old_id = b.new_id and b.identity = _own",
            stored=session.table(REDIRECT),
            own=own,
        )
        select = trees.union_all([select, before])
    session.write(REDIRECT, "latest", select, sorted_by=("identity", "old_id"))


def _store(
    session: Session, definition: Identity, dataset: str, keys: Sequence[str], select: Tree, *, sorted_by: Sequence[str]
) -> None:
    own, columns = trees.value(definition.key), [trees.column(key) for key in (*keys, "party_id")]
    wanted = trees.sql("select _own as identity, _columns from _rows", own=own, columns=columns, rows=select)
    if warehouse.state(dataset):
        # By name: a table that was carried over has its columns in another order.
        stored = trees.sql("select identity, _columns from _stored", columns=columns, stored=session.table(dataset))
        before = trees.sql("select * from _stored where identity = _own", stored=stored, own=own)
        if session.row(trees.sql(_CHANGED, wanted=wanted, before=before))[0] == 0:
            return
        others = trees.sql("select * from _stored where identity <> _own", stored=stored, own=own)
        wanted = trees.union_all([wanted, others])
    session.write(dataset, "latest", wanted, sorted_by=("identity", *sorted_by))


_CHANGED = """
with gone as (select * from _before except select * from _wanted),
come as (select * from _wanted except select * from _before)
select (select count(*) from gone) + (select count(*) from come)
"""
