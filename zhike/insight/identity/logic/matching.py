"""Which source records are one party: deterministic rules in order, conflicting certificates never joined.

Everything happens in DuckDB over temporary tables. Records with one certificate are one component to begin with; each
weaker rule joins components that share a key, unless that would put two certificates into one party.
"""

from __future__ import annotations

from zhike.insight.identity.types import IdentityDefinition, IdentitySystem
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import Session

_ROUNDS = 50


def match(connection: Session, definition: IdentityDefinition) -> int:
    """Fill the temporary table `record(rid, rank, system, source_key, cert, comp)`; return how many rows it has.

    `comp` is the same for records of one party. `rank` is the system's place in the order of trust.
    """
    _records(connection, definition)
    connection.execute(
        """create or replace temp table component as
        select rid, case when cert is null or not ? then rid else min(rid) over (partition by cert) end as comp, cert
        from record""",
        ["certificate" in definition.rules],
    )
    for rule in definition.rules:
        if rule != "certificate":
            _keys(connection, definition, rule)
            _join(connection, definition.guard)
    connection.execute(
        """create or replace temp table record as
        select r.rid, r.rank, r.system, r.source_key, r.cert, c.comp from record r join component c using (rid)"""
    )
    row = connection.execute("select count(*) from record").fetchone()
    return int(row[0]) if row else 0


def _records(connection: Session, definition: IdentityDefinition) -> None:
    parts = [_select(system, rank) for rank, system in enumerate(definition.systems) if warehouse.state(system.dataset)]
    union = " union all ".join(parts) or (
        "select 0 as rank, '' as system, '' as source_key, '' as cert, '' as phone, '' as name, '' as account, '' as known"
        " where false"
    )
    hashes = "', '".join(_digests(connection, definition.blocked_certificates)) or "-"
    phones = "', '".join(definition.blocked_phones) or "-"
    connection.execute(
        f"""create or replace temp table record as
        select row_number() over (order by rank, source_key) as rid, rank, system, source_key,
          case when cert not in ('{hashes}') then cert end as cert,
          case when phone not in ('{phones}') and length(phone) >= 7 then phone end as phone, name, account, known
        from ({union})"""
    )


def _digests(connection: Session, plain: tuple[str, ...]) -> list[str]:
    warehouse.with_digests(connection)
    return [row[0] for value in plain for row in connection.execute("select zhike_digest(?)", [value]).fetchall()]


def _select(system: IdentitySystem, rank: int) -> str:
    def column(name: str) -> str:
        return f'cast("{name}" as varchar)' if name else "cast(null as varchar)"

    phone = f"regexp_replace(regexp_replace({column(system.phone)}, '[^0-9]', '', 'g'), '^86(1[0-9]{{10}})$', '\\1')"
    name = f"nullif(regexp_replace({column(system.name)}, '\\s', '', 'g'), '')"
    known = f"'{system.knows[0]}:' || {column(system.knows[1])}" if system.knows else "cast(null as varchar)"
    return (
        f"select {rank} as rank, '{system.system}' as system, {column(system.key)} as source_key,"
        f" {column(system.certificate)} as cert, {phone} as phone, {name} as name,"
        f" {column(system.account)} as account, {known} as known from {warehouse.relation(system.dataset)}"
    )


def _keys(connection: Session, definition: IdentityDefinition, rule: str) -> None:
    if rule == "phone_name":
        select = "select rid, phone || '|' || name as key from record where phone is not null and name is not null"
    else:
        select = (
            "select rid, 'a:' || account as key from record where account is not null"
            " union all select rid, 'k:' || known from record where known is not null"
            " union all select rid, 'k:' || system || ':' || source_key from record"
            "  where system || ':' || source_key in (select known from record)"
        )
        links = definition.accounts
        if links and warehouse.state(links.dataset):
            select += (
                f" union all select r.rid, 'a:' || cast(a.\"{links.account_no}\" as varchar) from {warehouse.relation(links.dataset)} a"
                f" join record r on r.system = '{links.system}' and r.source_key = cast(a.\"{links.holder}\" as varchar)"
            )
    connection.execute(
        f"create or replace temp table keyed as select distinct k.key, c.comp from ({select}) k join component c using (rid)"
    )


def _join(connection: Session, guard: int) -> None:
    """Join the components that share a key; leave alone keys that are too common or that two certificates share."""
    connection.execute(
        f"""create or replace temp table shared as
        with certs as (select comp, any_value(cert) as cert from component group by comp),
        sized as (select key, count(*) as many, count(distinct cert) as certs from keyed join certs using (comp) group by key)
        select k.key, k.comp from keyed k join sized s using (key) where s.many between 2 and {guard} and s.certs <= 1"""
    )
    connection.execute("create or replace temp table label as select distinct comp, comp as label from shared")
    for _round in range(_ROUNDS):
        connection.execute(
            """create or replace temp table next_label as
            with lowest as (select s.key, min(l.label) as label from shared s join label l using (comp) group by s.key)
            select s.comp, min(w.label) as label from shared s join lowest w using (key) group by s.comp"""
        )
        moved = connection.execute(
            "select count(*) from label l join next_label n using (comp) where l.label <> n.label"
        ).fetchone()
        connection.execute("create or replace temp table label as select * from next_label")
        if not moved or not moved[0]:
            break
    connection.execute(
        """create or replace temp table component as
        with joined as (select c.rid, c.cert, c.comp, coalesce(l.label, c.comp) as label from component c left join label l using (comp)),
        safe as (select label from joined group by label having count(distinct cert) <= 1)
        select rid, case when label in (select label from safe) then label else comp end as comp, cert from joined"""
    )
