"""Dense party ids that survive: a party keeps its id, merged ids redirect, no id is ever used twice."""

from __future__ import annotations

from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import Session
from zhike.platform.objects import api as objects

LINK = "identity.link"
REDIRECT = "identity.redirect"


def number(connection: Session, object: str) -> tuple[int, list[tuple[int, int]]]:
    """Give every component of `record` its party id, in the temporary table `link`; return (new ids, merges).

    Each known id stays with the component of its most trusted record; of several ids in one component the lowest
    stays and the others redirect to it. New ids come from the sequence that new parties at the desk use, too.
    """
    if warehouse.state(LINK):
        connection.execute(f"create or replace temp table known as select * from {warehouse.relation(LINK)}")
    else:
        connection.execute("create or replace temp table known (system varchar, source_key varchar, party_id bigint)")
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
    used = connection.execute("select coalesce(max(party_id), 0) from known").fetchone()
    first = objects.reserve_ids(object, created, above=int(used[0]) if used else 0)
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


def store(connection: Session, merges: list[tuple[int, int]]) -> None:
    """Keep the links and redirects in the warehouse, if they changed."""
    _store(connection, LINK, "select system, source_key, party_id from link", "system, source_key")
    if merges:
        connection.execute("create or replace temp table redirect (old_id bigint, new_id bigint)")
        connection.executemany("insert into redirect values (?, ?)", merges)
        before = ""
        if warehouse.state(REDIRECT):
            before = (
                " union all select b.old_id, coalesce(r.new_id, b.new_id) from "
                f"{warehouse.relation(REDIRECT)} b left join redirect r on r.old_id = b.new_id"
            )
        warehouse.replace(
            connection, REDIRECT, "latest", f"select old_id, new_id from redirect{before}", sorted_by=("old_id",)
        )


def store_accounts(connection: Session, dataset: str, account_id: str, holder: str, system: str) -> None:
    """Keep which party each account's facts belong to: its primary holder."""
    _store(
        connection,
        "identity.account_party",
        f'select cast(a."{account_id}" as bigint) as account_id, l.party_id from {warehouse.relation(dataset)} a'
        f" join link l on l.system = '{system}' and l.source_key = cast(a.\"{holder}\" as varchar)",
        "account_id",
    )


def _store(connection: Session, dataset: str, select: str, order: str) -> None:
    if warehouse.state(dataset):
        row = connection.execute(
            f"select count(*) from ((({select}) except ({_all(dataset)})) union all (({_all(dataset)}) except ({select})))"
        ).fetchone()
        if row and row[0] == 0:
            return
    warehouse.replace(connection, dataset, "latest", select, sorted_by=tuple(order.split(", ")))


def _all(dataset: str) -> str:
    return f"select * from {warehouse.relation(dataset)}"
