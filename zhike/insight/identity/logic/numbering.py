"""Dense party ids that survive: a party keeps its id, merged ids redirect, no id is ever used twice.

The tables hold the links of every definition of who is who, each row with the key of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from zhike.insight.identity.types import Identity
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.api import literal, name
from zhike.insight.warehouse.types import Session
from zhike.platform.objects import bulk

LINK = "identity.link"
REDIRECT = "identity.redirect"
#: `account_id` is the account where it is a number, `account` always: facts name it as their dataset has it.
ACCOUNT_PARTY = "identity.account_party"


def carry_over(connection: Session, identities: Sequence[Identity]) -> None:
    """Give tables from before there were several definitions the columns of today; ids stay as they are.

    All their rows came from one definition: the one of `identities` that knows the most systems of the links.
    """
    if not warehouse.state(LINK):
        return
    systems = {row[0] for row in connection.execute(f"select distinct system from {_stored(LINK)}").fetchall()}
    origin = max(identities, key=lambda found: len(systems & {system.system for system in found.systems}))
    own = {"identity": literal(origin.key)}
    # The links come last: a run that is interrupted before them finds everything as it was.
    for dataset, columns in (
        (REDIRECT, own),
        (ACCOUNT_PARTY, own | {"account": "cast(account_id as varchar)"}),
        (LINK, own),
    ):
        if warehouse.state(dataset):
            warehouse.add_columns(connection, dataset, columns)


def number(connection: Session, definition: Identity) -> tuple[int, list[tuple[int, int]]]:
    """Give every component of `record` its party id, in the temporary table `link`; return (new ids, merges).

    Each known id stays with the component of its most trusted record; of several ids in one component the lowest
    stays and the others redirect to it. New ids come from the sequence that new parties at the desk use, too.
    """
    connection.execute("create or replace temp table known (system varchar, source_key varchar, party_id bigint)")
    if warehouse.state(LINK):
        own = f"where identity = {literal(definition.key)}"
        connection.execute(f"insert into known select system, source_key, party_id from {_stored(LINK)} {own}")
    connection.execute(
        """create or replace temp table claim as
        select k.party_id, min_by(r.comp, r.rid) as comp from known k
        join record r on r.system = k.system and r.source_key = k.source_key group by k.party_id"""
    )
    connection.execute(
        "create or replace temp table owner as select comp, min(party_id) as party_id from claim group by comp"
    )
    merges = connection.execute(
        "select c.party_id, o.party_id from claim c join owner o using (comp) where c.party_id <> o.party_id order by 1"
    ).fetchall()
    row = connection.execute(
        "select count(distinct comp) from record where comp not in (select comp from owner)"
    ).fetchone()
    created = int(row[0]) if row else 0
    first = bulk.reserve_ids(definition.object, created, above=_highest(connection))
    connection.execute(
        f"""insert into owner select comp, {first} - 1 + row_number() over (order by comp) from
        (select distinct comp from record where comp not in (select comp from owner))"""
    )
    connection.execute(
        """create or replace temp table link as
        select r.system, r.source_key, o.party_id from record r join owner o using (comp)
        union all
        select k.system, k.source_key, coalesce(o.party_id, k.party_id) from known k
        left join claim c on c.party_id = k.party_id left join owner o on o.comp = c.comp
        where not exists (select 1 from record r where r.system = k.system and r.source_key = k.source_key)"""
    )
    return created, merges


def _highest(connection: Session) -> int:
    """The highest id in use: definitions that make records of one object number them together."""
    if not warehouse.state(LINK):
        return 0
    row = connection.execute(f"select coalesce(max(party_id), 0) from {_stored(LINK)}").fetchone()
    return int(row[0]) if row else 0


def store(connection: Session, definition: Identity, merges: list[tuple[int, int]]) -> None:
    """Keep the links, redirects and owners of accounts in the warehouse, if they changed."""
    _store(connection, definition, LINK, ("system", "source_key"), "select system, source_key, party_id from link")
    if merges:
        _redirect(connection, definition, merges)
    links = definition.accounts
    if links and warehouse.state(links.dataset):
        owners = (
            f"select try_cast(a.{name(links.account_id)} as bigint) as account_id,"
            f" cast(a.{name(links.account_id)} as varchar) as account, l.party_id"
            f" from {warehouse.relation(links.dataset)} a join link l on l.system = {literal(links.system)}"
            f" and l.source_key = cast(a.{name(links.holder)} as varchar)"
        )
        _store(connection, definition, ACCOUNT_PARTY, ("account_id", "account"), owners)


def _redirect(connection: Session, definition: Identity, merges: list[tuple[int, int]]) -> None:
    connection.execute("create or replace temp table redirect (old_id bigint, new_id bigint)")
    connection.executemany("insert into redirect values (?, ?)", merges)
    own = literal(definition.key)
    select = f"select {own} as identity, old_id, new_id from redirect"
    if warehouse.state(REDIRECT):
        select += (
            " union all select b.identity, b.old_id, coalesce(r.new_id, b.new_id)"
            f" from {_stored(REDIRECT)} b left join redirect r on r.old_id = b.new_id and b.identity = {own}"
        )
    warehouse.replace(connection, REDIRECT, "latest", select, sorted_by=("identity", "old_id"))


def _store(connection: Session, definition: Identity, dataset: str, order: tuple[str, ...], select: str) -> None:
    own = literal(definition.key)
    wanted = f"select {own} as identity, {', '.join(order)}, party_id from ({select})"
    if warehouse.state(dataset):
        # By name: a table that was carried over has its columns in another order.
        columns = ", ".join(("identity", *order, "party_id"))
        before = f"select {columns} from {_stored(dataset)} where identity = {own}"
        row = connection.execute(
            f"select count(*) from ((({wanted}) except ({before})) union all (({before}) except ({wanted})))"
        ).fetchone()
        if row and row[0] == 0:
            return
        wanted += f" union all by name select * from {_stored(dataset)} where identity <> {own}"
    warehouse.replace(connection, dataset, "latest", wanted, sorted_by=("identity", *order))


def _stored(dataset: str) -> str:
    return warehouse.relation(dataset)
