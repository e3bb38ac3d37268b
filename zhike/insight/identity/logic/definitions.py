"""Reading the kinds `identity` and `master`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from zhike.expressions.types import Schema
from zhike.insight.identity.errors import NoIdentity
from zhike.insight.identity.types import (
    AccountLinks,
    Ending,
    IdentityDefinition,
    IdentitySystem,
    Lookup,
    Master,
    MasterColumn,
)
from zhike.insight.warehouse import api as warehouse
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot

RULES = ("certificate", "account", "phone_name")


def identity_definition(snapshot: Snapshot | None = None) -> IdentityDefinition:
    """Return how parties are made; raises NoIdentity."""
    found = (snapshot or definitions.snapshot()).of("identity")
    if not found:
        raise NoIdentity()
    return parse_identity(cast(Mapping[str, Any], next(iter(found.values()))))


def masters(snapshot: Snapshot | None = None) -> list[Master]:
    """Return the master feeds in the order in which they run."""
    found = (snapshot or definitions.snapshot()).of("master").values()
    return sorted((parse_master(cast(Mapping[str, Any], body)) for body in found), key=lambda m: (m.order, m.key))


def parse_identity(body: Mapping[str, Any]) -> IdentityDefinition:
    """Return a definition as a value; raises KeyError for a missing part."""
    blocked = body.get("blocked", {})
    accounts = body.get("accounts")
    return IdentityDefinition(
        key=body["key"],
        object=body.get("object", "party"),
        rules=tuple(body.get("rules", RULES)),
        guard=int(body.get("guard", 20)),
        systems=tuple(_system(entry) for entry in body["systems"]),
        blocked_phones=tuple(map(str, blocked.get("phones", ()))),
        blocked_certificates=tuple(map(str, blocked.get("certificates", ()))),
        accounts=AccountLinks(**accounts) if accounts else None,
    )


def _system(entry: Mapping[str, Any]) -> IdentitySystem:
    knows = entry.get("knows")
    return IdentitySystem(
        system=entry["system"],
        dataset=entry["dataset"],
        key=entry["key"],
        certificate=entry.get("certificate", ""),
        phone=entry.get("phone", ""),
        name=entry.get("name", ""),
        account=entry.get("account", ""),
        knows=(knows["system"], knows["column"]) if knows else None,
        fields=entry.get("fields", {}),
    )


def parse_master(body: Mapping[str, Any]) -> Master:
    """Return a master feed as a value; raises KeyError for a missing part."""
    columns = tuple(
        MasterColumn(
            field=entry["field"],
            value=str(entry.get("value", "")),
            party=entry.get("party", ""),
            key=entry.get("key", ""),
            reference=entry.get("reference", ""),
        )
        for entry in body["columns"]
    )
    return Master(
        key=body["key"],
        object=body["object"],
        dataset=body["dataset"],
        source_key=body["source_key"],
        columns=columns,
        where=body.get("where", ""),
        days=int(body.get("days", 0)),
        order=int(body.get("order", 100)),
        lookups=tuple(
            Lookup(entry["dataset"], entry["by"], tuple(entry["columns"]), str(entry.get("where", "")))
            for entry in body.get("lookups", ())
        ),
        ends=Ending(body["ends"]["field"], body["ends"]["keys"]) if body.get("ends") else None,
    )


def master_schema(master: Master, snapshot: Snapshot | None = None) -> Schema:
    """Return what the expressions of a feed may name: its dataset's columns and those it looks up. Raises KeyError."""
    source = warehouse.source_of(master.dataset, snapshot=snapshot)
    if source is None:
        raise KeyError(master.dataset)
    found = warehouse.dataset_schema(source)
    fields = dict(found.fields)
    for lookup in master.lookups:
        other = warehouse.source_of(lookup.dataset, snapshot=snapshot)
        if other is None:
            raise KeyError(lookup.dataset)
        fields |= {key: warehouse.dataset_schema(other).fields[key] for key in lookup.columns}
    return Schema(found.key, found.labels, fields)
