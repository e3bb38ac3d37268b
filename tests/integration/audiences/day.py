"""A dozen parties by hand on one business date, staged and published as the product does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.factories.records import Firm, customer, holding
from zhike.expressions import trees
from zhike.insight.indicators.logic import party_fields
from zhike.insight.serving.logic import wide_row
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.logic import stages
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.platform.objects.types import Record
from zhike.platform.permissions.types import Principal

DAY = date(2026, 3, 17)
_INDICATORS = "party_id, total_asset, net_inflow_30d, trades_30d, last_trade_date"
_TAGS = "party_id, value_tier, activity"

#: key → (branch, manager, risk level, total asset, inflow, trades, last trade, value tier, activity)
PARTIES: dict[str, tuple[object, ...]] = {
    "a": ("B1", "E1001", "C5", "6000000.00", "250000.00", 12, "2026-03-16", "diamond", "active"),
    "b": ("B1", "E1001", "C4", "1200000.50", "-80000.00", 3, "2026-03-02", "platinum", "regular"),
    "c": ("B1", "E1001", "C3", "300000.00", "0.00", 0, "2025-11-20", "gold", "quiet"),
    "d": ("B1", "E1001", "C3", "299999.99", None, 0, None, "basic", "inactive"),
    "e": ("B1", "", "C2", None, None, None, None, None, None),
    "f": ("B1", "", "C1", "0.00", "0.00", 0, None, "basic", "inactive"),
    "g": ("B2", "E1002", "C5", "8000000.00", "-900000.00", 7, "2026-03-17", "diamond", "active"),
    "h": ("B2", "E1002", "C4", "500000.00", "100000.00", 1, "2026-03-10", "gold", "regular"),
    "i": ("B2", "E1002", None, "310000.00", "10000.00", 0, None, "gold", None),
    "j": ("B2", "E1002", "C2", "45000.00", "-5.00", 6, "2026-03-12", "basic", "active"),
    "k": ("B2", "", "C3", None, None, 0, None, None, "inactive"),
    "l": ("B2", "", "C1", "1000.00", "1000.00", None, None, "basic", None),
}


class Handle:
    """The run handle of a stage step that nobody watches."""

    def say(self, line: str) -> None:
        """Keep quiet."""

    def progress(self, step: str, done: int = 0, total: int = 0) -> None:
        """Keep quiet."""


def build() -> dict[str, Record]:
    """Make the parties and publish their day; return them by key."""
    made = {
        key: customer(f"客户{key.upper()}", branch=str(row[0]), manager=str(row[1]), risk_level=row[2])
        for key, row in PARTIES.items()
    }
    publish(made)
    return made


def publish(parties: dict[str, Record], day: date = DAY) -> None:
    """Write indicators and tags of the day, run the step and publish."""
    indicators = [
        _values(parties[key].id, row[3:7], ("decimal(18, 2)", "decimal(18, 2)", "bigint", "date"))
        for key, row in PARTIES.items()
    ]
    tags = [_values(parties[key].id, row[7:9], ("varchar", "varchar")) for key, row in PARTIES.items()]
    with warehouse.session() as session:
        party_fields.store(session, day)
        for kind, columns, rows in (("indicator", _INDICATORS, indicators), ("tag", _TAGS, tags)):
            dataset = wide_row.SOURCES[kind]
            select = trees.sql(f"select * from (values {', '.join(rows)}) t({columns})")
            session.write(dataset, day.isoformat(), select)
    wide_row.build(day, Handle())  # type: ignore[arg-type]
    wide_row.prepare(day, Handle())  # type: ignore[arg-type]
    stages.publish(day)


def _values(party_id: int, values: tuple[object, ...], types: tuple[str, ...]) -> str:
    written = ("null" if value is None else f"'{value}'" for value in values)
    cast = ", ".join(f"cast({text} as {type_})" for text, type_ in zip(written, types, strict=True))
    return f"(cast({party_id} as bigint), {cast})"


def with_audiences(firm: Firm) -> Firm:
    """Let the firm's managers and heads use audiences: the shipped roles leave that to the operator."""
    role = {
        "kind": "role",
        "key": "audience_user",
        "labels": {"zh": "圈选", "en": "Audiences"},
        "grants": [{"on": "audience", "operations": ["read", "create", "update", "delete"]}],
    }
    definition_changes.change([Edit.of(role)], reason="test")

    def extended(principal: Principal) -> Principal:
        return holding(principal, *principal.roles, "audience_user")

    return replace(
        firm,
        manager=extended(firm.manager),
        other_manager=extended(firm.other_manager),
        branch_head=extended(firm.branch_head),
    )


def ask(field: str, op: str, *values: object, kind: str = "text") -> dict[str, object]:
    """Write one condition as the builder does."""
    left = {"field": field}
    if op.startswith("is_"):
        return {"op": op, "left": left}
    literals = [{"value": value, "type": kind} for value in values]
    many = op in ("in", "not_in", "between", "not_between")
    return {"op": op, "left": left, "right": literals if many else literals[0]}


def money(field: str, op: str, *values: str) -> dict[str, object]:
    """Write one condition over an amount."""
    return ask(field, op, *values, kind="decimal")
