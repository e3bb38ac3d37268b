"""Which source records are one party: rules in order, values that conflict never joined.

Everything happens in the engine, over tables that its session keeps. Every record is a component to begin with; each rule joins the
components that share its keys, unless that would put two values of a conflicting key into one party.
"""

from __future__ import annotations

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.identity.logic import normalizing, sourceless
from zhike.insight.identity.types import Identity, IdentitySystem, MatchKey
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.port import Session
from zhike.kernel.definitions import Snapshot

_ROUNDS = 50
#: Between the values of a rule of several keys: a sign that no text has.
_BETWEEN = "\x1f"


def match(session: Session, definition: Identity, snapshot: Snapshot | None, linked: str) -> int:
    """Keep `record(rid, rank, system, source_key, comp)`; return how many rows it has of systems.

    The session knows digests and folds. `comp` is the same for records of one party. `rank` is the system's place in the order of
    trust; last come records that no source has, of which none is in the dataset of links `linked`.
    """
    session.keep("record", _records(session, definition, snapshot, linked))
    kept = [_column(key) for key in _conflicting(definition)]
    session.keep("component", trees.sql("select rid, rid as comp, _kept from record", kept=kept))
    for rule in definition.rules:
        session.keep("keyed", _keys(session, definition, rule))
        # What conflicts names its owner: everybody who has it is one party, however many they are.
        guard = None if len(rule) == 1 and rule[0] in _conflicting(definition) else definition.guard
        _join(session, definition, guard)
    session.keep(
        "record",
        trees.sql("select r.rid, r.rank, r.system, r.source_key, c.comp from record r join component c using (rid)"),
    )
    of_systems = trees.sql("select count(*) from record where system <> _none", none=trees.value(sourceless.SYSTEM))
    return int(session.row(of_systems)[0])


def _conflicting(definition: Identity) -> list[str]:
    return [key.key for key in definition.keys if key.conflicts]


def _column(key: str) -> Tree:
    return trees.column(f"key {key}")


def _named(value: Tree, key: str) -> Tree:
    return trees.named(value, f"key {key}")


def _records(session: Session, definition: Identity, snapshot: Snapshot | None, linked: str) -> Tree:
    nothing = [_named(trees.nothing("varchar"), key.key) for key in definition.keys]
    parts = [trees.sql("select 0 as rank, '' as system, '' as source_key, _keys where false", keys=nothing)]
    for rank, system in enumerate(definition.systems):
        if warehouse.state(system.dataset):
            parts.append(_rows(session, definition, system, rank, snapshot))
    by_hand = sourceless.rows(session, definition, snapshot, linked)
    if by_hand is not None:
        parts.append(_rows_by_hand(definition, by_hand, snapshot))
    return trees.sql(
        "select row_number() over (order by rank, source_key) as rid, r.* from _rows r", rows=trees.union_all(parts)
    )


def _rows_by_hand(definition: Identity, rows: Tree, snapshot: Snapshot | None) -> Tree:
    hashed = sourceless.hashed_keys(definition, snapshot)
    values = [_named(_value(key, trees.column(key.key), hashed=key.key in hashed), key.key) for key in definition.keys]
    return trees.sql(
        "select _rank as rank, _system as system, source_key, _values from _rows",
        rank=trees.value(len(definition.systems)),
        system=trees.value(sourceless.SYSTEM),
        values=values,
        rows=rows,
    )


def _rows(session: Session, definition: Identity, system: IdentitySystem, rank: int, snapshot: Snapshot | None) -> Tree:
    source = datasets.source_of(system.dataset, snapshot=snapshot)
    values = []
    for key in definition.keys:
        column = system.match.get(key.key)
        hashed = bool(column and source and source.column(column).certificate)
        text = trees.cast(trees.column(column), "varchar") if column else trees.nothing("varchar")
        values.append(_named(_value(key, text, hashed=hashed) if column else text, key.key))
    return trees.sql(
        "select _rank as rank, _system as system, cast(_key as varchar) as source_key, _values from _rows",
        rank=trees.value(rank),
        system=trees.value(system.system),
        key=trees.column(system.key),
        values=values,
        rows=session.table(system.dataset),
    )


def _value(key: MatchKey, text: Tree, *, hashed: bool = False) -> Tree:
    """The value of a match key, written the same; null where it is blocked or too short."""
    plain = [trees.value(blocked) for blocked in key.blocked]
    if hashed:
        blocked = [trees.sql("zhike_digest(_plain)", plain=one) for one in plain]
    else:
        text = normalizing.normalized(text, key.normalize)
        blocked = [normalizing.normalized(one, key.normalize) for one in plain]
    if not blocked:
        return text
    return trees.sql("case when _text not in (_blocked) then _text end", text=text, blocked=blocked)


def _keys(session: Session, definition: Identity, rule: tuple[str, ...]) -> Tree:
    """Return `keyed(key, comp)`: what the records of each component have for the rule."""
    links = definition.accounts
    if links and links.match in rule and warehouse.state(links.dataset):
        first, *others = (_values(session, definition, key) for key in rule)
        rows = trees.sql("select rid, value as value0 from _first", first=first)
        for number, other in enumerate(others, 1):
            rows = trees.sql(
                "select r.*, o.value as _value from _rows r join _other o using (rid)",
                value=trees.name(f"value{number}"),
                rows=rows,
                other=other,
            )
        joined = trees.joined([trees.column(f"value{number}") for number in range(len(rule))], _BETWEEN)
        rows = trees.sql("select rid, _joined as key from _rows", joined=joined, rows=rows)
    else:
        joined = trees.joined([_column(key) for key in rule], _BETWEEN)
        rows = trees.sql("select rid, _joined as key from record where _joined is not null", joined=joined)
    return trees.sql("select distinct k.key, c.comp from _rows k join component c using (rid)", rows=rows)


def _values(session: Session, definition: Identity, key: str) -> Tree:
    """Every value that a record has of a key: its own, and the numbers of the accounts that it holds."""
    own = trees.sql("select rid, _key as value from record where _key is not null", key=_column(key))
    links = definition.accounts
    if links is None or links.match != key or links.account_no is None:
        return own
    found = next(entry for entry in definition.keys if entry.key == key)
    return trees.sql(
        "select * from _own union select r.rid, _value as value from _accounts a join record r"
        " on r.system = _system and r.source_key = cast(a._holder as varchar) where _value is not null",
        own=own,
        value=_value(found, trees.cast(trees.column(links.account_no, "a"), "varchar")),
        accounts=session.table(links.dataset),
        system=trees.value(links.system),
        holder=trees.name(links.holder),
    )


def _join(session: Session, definition: Identity, guard: int | None) -> None:
    """Join the components that share a key; leave alone keys that are too common or that conflicting values share."""
    conflicting = [_column(key) for key in _conflicting(definition)]
    one_each = [trees.sql("count(distinct _column) <= 1", column=column) for column in conflicting]
    common = [] if guard is None else [trees.sql("count(*) <= _guard", guard=trees.value(guard))]
    held = [trees.named(trees.sql("any_known(_column)", column=column), column.name) for column in conflicting]
    session.keep(
        "shared",
        trees.sql(
            "with held as (select comp, _held from component group by comp),"
            " usable as (select key from keyed join held using (comp) group by key having count(*) >= 2 and _safe)"
            " select key, comp from keyed semi join usable using (key)",
            held=held,
            safe=trees.all_of(common + one_each),
        ),
    )
    session.keep("label", trees.sql("select distinct comp, comp as label from shared"))
    for _round in range(_ROUNDS):
        session.keep("next_label", trees.sql(_LOWER))
        (moved,) = session.row(
            trees.sql("select count(*) from label l join next_label n using (comp) where l.label <> n.label")
        )
        session.keep("label", trees.sql("select * from next_label"))
        if not moved:
            break
    session.keep("component", trees.sql(_JOINED, safe=trees.all_of(one_each), kept=conflicting))


#: One step: each component takes the lowest label of those with which it shares a key.
_LOWER = """
with lowest as (select s.key, min(l.label) as label from shared s join label l using (comp) group by s.key)
select s.comp, min(w.label) as label from shared s join lowest w using (key) group by s.comp
"""
_JOINED = """
with joined as (select c.*, coalesce(l.label, c.comp) as label from component c left join label l using (comp)),
safe as (select label from joined group by label having _safe)
select rid, case when label in (select label from safe) then label else comp end as comp, _kept from joined
"""
