"""Which source records are one party: rules in order, values that conflict never joined.

Everything happens in DuckDB over temporary tables. Every record is a component to begin with; each rule joins the
components that share its keys, unless that would put two values of a conflicting key into one party.
"""

from __future__ import annotations

from zhike.insight.identity.logic import normalizing
from zhike.insight.identity.types import Identity, IdentitySystem, MatchKey
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.api import literal, name
from zhike.insight.warehouse.types import Session
from zhike.kernel.definitions import Snapshot

_ROUNDS = 50
#: Between the values of a rule of several keys: a sign that no text has.
_BETWEEN = "chr(31)"


def match(connection: Session, definition: Identity, snapshot: Snapshot | None) -> int:
    """Fill the temporary table `record(rid, rank, system, source_key, comp)`; return how many rows it has.

    The connection has `zhike_digest`. `comp` is the same for records of one party. `rank` is the system's place in the order of trust.
    """
    _records(connection, definition, snapshot)
    kept = "".join(f", {_column(key)}" for key in _conflicting(definition))
    connection.execute(f"create or replace temp table component as select rid, rid as comp{kept} from record")
    for rule in definition.rules:
        _keys(connection, definition, rule)
        # What conflicts names its owner: everybody who has it is one party, however many they are.
        guard = None if len(rule) == 1 and rule[0] in _conflicting(definition) else definition.guard
        _join(connection, definition, guard)
    connection.execute(
        """create or replace temp table record as
        select r.rid, r.rank, r.system, r.source_key, c.comp from record r join component c using (rid)"""
    )
    row = connection.execute("select count(*) from record").fetchone()
    return int(row[0]) if row else 0


def _conflicting(definition: Identity) -> list[str]:
    return [key.key for key in definition.keys if key.conflicts]


def _column(key: str) -> str:
    return name(f"key {key}")


def _records(connection: Session, definition: Identity, snapshot: Snapshot | None) -> None:
    columns = "".join(f", cast(null as varchar) as {_column(key.key)}" for key in definition.keys)
    parts = [f"select 0 as rank, '' as system, '' as source_key{columns} where false"]
    for rank, system in enumerate(definition.systems):
        if warehouse.state(system.dataset):
            parts.append(_select(definition, system, rank, snapshot))
    connection.execute(
        "create or replace temp table record as select row_number() over (order by rank, source_key) as rid, *"
        f" from ({' union all '.join(parts)})"
    )


def _select(definition: Identity, system: IdentitySystem, rank: int, snapshot: Snapshot | None) -> str:
    source = datasets.source_of(system.dataset, snapshot=snapshot)
    values = []
    for key in definition.keys:
        column = system.match.get(key.key)
        hashed = bool(column and source and source.column(column).certificate)
        value = _value(key, f"cast({name(column)} as varchar)", hashed=hashed) if column else "cast(null as varchar)"
        values.append(f", {value} as {_column(key.key)}")
    return (
        f"select {rank} as rank, {literal(system.system)} as system, cast({name(system.key)} as varchar) as source_key"
        f"{''.join(values)} from {warehouse.relation(system.dataset)}"
    )


def _value(key: MatchKey, value: str, *, hashed: bool = False) -> str:
    """The value of a match key, written the same; null where it is blocked or too short."""
    if hashed:
        blocked = [f"zhike_digest({literal(plain)})" for plain in key.blocked]
    else:
        value = normalizing.normalized(value, key.normalize)
        blocked = [normalizing.normalized(literal(plain), key.normalize) for plain in key.blocked]
    return f"case when {value} not in ({', '.join(blocked)}) then {value} end" if blocked else value


def _keys(connection: Session, definition: Identity, rule: tuple[str, ...]) -> None:
    """Fill `keyed(key, comp)` with what the records of each component have for the rule."""
    links = definition.accounts
    if links and links.match in rule and warehouse.state(links.dataset):
        parts = [f"({_values(definition, key)}) {name(key)}" for key in rule]
        source = " join ".join([parts[0], *(f"{part} using (rid)" for part in parts[1:])])
        key = f" || {_BETWEEN} || ".join(f"{name(key)}.value" for key in rule)
        select = f"select rid, {key} as key from {source}"
    else:
        key = f" || {_BETWEEN} || ".join(_column(key) for key in rule)
        select = f"select rid, {key} as key from record where {key} is not null"
    connection.execute(
        f"create or replace temp table keyed as select distinct k.key, c.comp from ({select}) k join component c using (rid)"
    )


def _values(definition: Identity, key: str) -> str:
    """Every value that a record has of a key: its own, and the numbers of the accounts that it holds."""
    own = f"select rid, {_column(key)} as value from record where {_column(key)} is not null"
    links = definition.accounts
    if links is None or links.match != key or links.account_no is None:
        return own
    found = next(entry for entry in definition.keys if entry.key == key)
    value = _value(found, f"cast(a.{name(links.account_no)} as varchar)")
    return (
        f"{own} union select r.rid, {value} from {warehouse.relation(links.dataset)} a join record r"
        f" on r.system = {literal(links.system)} and r.source_key = cast(a.{name(links.holder)} as varchar)"
        f" where {value} is not null"
    )


def _join(connection: Session, definition: Identity, guard: int | None) -> None:
    """Join the components that share a key; leave alone keys that are too common or that conflicting values share."""
    conflicting = [_column(key) for key in _conflicting(definition)]
    held = "".join(f", any_value({column}) as {column}" for column in conflicting)
    at_most_one = "".join(f" and count(distinct {column}) <= 1" for column in conflicting)
    common = "" if guard is None else f" and count(*) <= {guard}"
    connection.execute(
        f"""create or replace temp table shared as
        with held as (select comp{held} from component group by comp),
        usable as (select key from keyed join held using (comp) group by key having count(*) >= 2{common}{at_most_one})
        select key, comp from keyed semi join usable using (key)"""
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
    kept = "".join(f", {column}" for column in conflicting)
    connection.execute(
        f"""create or replace temp table component as
        with joined as (select c.*, coalesce(l.label, c.comp) as label from component c left join label l using (comp)),
        safe as (select label from joined group by label having true{at_most_one})
        select rid, case when label in (select label from safe) then label else comp end as comp{kept} from joined"""
    )
