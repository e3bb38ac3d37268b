"""No key of a definition is without effect: what the product reads of its definitions over a day, and what it does not."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import zhike
import zhike.server.urls
from tests.contract.test_answers import OBJECTS, PAGES
from tests.unit.kernel.test_definition_models import KINDS, models
from zhike.kernel.definition_parts import Part, rules_of
from zhike.platform.organization.models import User
from zhike.server import openapi
from zhike.server.http import api

PRODUCT = str(Path(zhike.__file__).parent)
#: They walk over every key of every kind alike: to read, compare, store and check them.
WALKERS = f"{PRODUCT}/kernel/definition"
#: They say what is wrong with a definition and act on nothing.
CHECKS = ("/kinds.py", "_checks.py")

#: What no definition of the golden day uses or no page of it shows, with the module that acts on it.
ELSEWHERE = {
    "definition_parts.Definition.kind": "kernel/definition_store.py",
    "definition_parts.Definition.uuid": "kernel/definition_store.py",
    "definition_parts.Origin.verified": "cli/definitions.py",
    "definition_parts.Stage.from_": "kernel/definition_parts.py",
    "definition_parts.Stage.state": "kernel/definition_parts.py",
    "definition_parts.Stage.units": "kernel/definition_parts.py",
    "channels.ContentRule.forbidden": "engagement/channels/types.py",
    "channels.ContentRule.risk_line": "engagement/channels/kinds.py",
    "channels.TemplateVariable.mask": "engagement/channels/logic/content.py",
    "compliance.Barred.code": "engagement/compliance/logic/checks.py",
    "compliance.Barred.labels": "engagement/compliance/logic/checks.py",
    "compliance.Check.check": "engagement/compliance/logic/checks.py",
    "compliance.Suitability.highest": "engagement/compliance/logic/suitability.py",
    "compliance.Suitability.lowest_class_highest": "engagement/compliance/logic/suitability.py",
    "compliance.Suitability.professional": "engagement/compliance/logic/suitability.py",
    "exchange.ExportRule.approval": "platform/exchange/exports.py",
    "exchange.ExportRule.growth_percent": "platform/exchange/logic/large_exports.py",
    "exchange.ExportRule.keep_days": "platform/exchange/logic/large_exports.py",
    "exchange.ExportRule.most": "platform/exchange/logic/large_exports.py",
    "exchange.ExportRule.roles": "platform/exchange/exports.py",
    "exchange.ExportRule.rows": "platform/exchange/logic/large_exports.py",
    "fields.ChoicesSettings.default": "platform/objects/types.py",
    "fields.DurationSettings.default": "platform/objects/types.py",
    "fields.DurationSettings.low": "platform/fields/logic/kinds/duration.py",
    "fields.DurationSettings.span": "platform/fields/logic/kinds/duration.py",
    "fields.PlainDecimalSettings.format": "platform/fields/logic/value_type.py",
    "permissions.Role.gives": "platform/permissions/api.py",
    "identity.Lookup.by": "insight/identity/logic/feeding.py",
    "identity.Lookup.columns": "insight/identity/logic/feeding.py",
    "identity.Lookup.dataset": "insight/identity/logic/feeding.py",
    "identity.Lookup.where": "insight/identity/logic/feeding.py",
    "identity.Replacement.by": "insight/identity/logic/normalizing.py",
    "identity.Replacement.pattern": "insight/identity/logic/normalizing.py",
    "identity.MasterColumn.currency": "insight/identity/logic/feeding.py",
    "indicators.AccountRows.others": "insight/indicators/account_blocks.py",
    "indicators.AccountRows.unseen": "insight/indicators/account_blocks.py",
    "indicators.Joint.others": "insight/indicators/account_blocks.py",
    "indicators.Joint.own": "insight/indicators/account_blocks.py",
    "indicators.Indicator.total": "insight/serving/logic/columns.py",
    "indicators.Window.all": "insight/indicators/kinds.py",
    "kinds.EmptyWords.actions": "server/pages.py",
    "kinds.EmptyWords.text": "server/pages.py",
    "kinds.EmptyWords.title": "server/pages.py",
    "kinds.NextStep.labels": "server/pages.py",
    "kinds.NextStep.operation": "server/pages.py",
    "kinds.NextStep.path": "server/pages.py",
    "objects.Corrections.kind": "platform/records/logic/correcting.py",
    "objects.Corrections.roles": "platform/records/logic/correcting.py",
    "objects.ExtensionDefinition.of": "platform/objects/logic/schema_changes.py",
    "objects.FieldPart.index": "platform/objects/logic/indexes.py",
    "work.PerUnit.unit": "platform/work/team_blocks.py",
    "organization.DeclaredUser.name": "platform/organization/kinds.py",
    "organization.DeclaredUser.roles": "platform/organization/kinds.py",
    "organization.DeclaredUser.unit": "platform/organization/kinds.py",
    "permissions.Wall.on": "platform/permissions/logic/grants.py",
    "permissions.Wall.where": "platform/permissions/logic/grants.py",
    "work.Deadline.days": "platform/work/logic/naming.py",
    "work.WorkKind.acts": "platform/work/logic/finishing.py",
    "work.WorkKind.deadline": "platform/work/logic/naming.py",
    "work.WorkKind.follows_service": "platform/work/logic/following.py",
    "trading_days.Calendar.closes": "kernel/trading_days.py",
    "trading_days.Calendar.opens": "kernel/trading_days.py",
    "warehouse.Footer.lines": "insight/warehouse/logic/footers.py",
    "warehouse.Footer.pattern": "insight/warehouse/logic/footers.py",
    "warehouse.SourceChecks.effects": "insight/warehouse/logic/effects.py",
    "warehouse.SourceChecks.effects_of_few": "insight/warehouse/logic/effects.py",
    "warehouse.Source.owner": "insight/warehouse/logic/quality.py",
    "warehouse.SourceColumn.personal": "insight/warehouse/logic/reject_files.py",
}


def key(model: type, field: str) -> str:
    """The room, class and name of a key, by the class that declares it: one key of all field types is one key."""
    base = next(base for base in reversed(model.__mro__) if field in vars(base).get("__annotations__", {}))
    return f"{base.__module__.split('.')[2]}.{base.__name__}.{field}"


def declared() -> set[str]:
    """Every key of every kind."""
    return {
        key(model, field)
        for kind in KINDS.values()
        for model in models(kind.model, set())
        for field in model.model_fields
    }


def reads(module: str, name: str) -> bool:
    """Whether a module reads an attribute of that name, or asks for it by text."""
    for node in ast.walk(ast.parse(Path(PRODUCT, module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr == name:
            return True
        given = [*node.args, *(word.value for word in node.keywords)] if isinstance(node, ast.Call) else []
        if any(isinstance(one, ast.Constant) and one.value == name for one in given):
            return True
    return False


@pytest.fixture(scope="module")
def read() -> Iterator[set[str]]:
    """The keys that the product reads from now on, but for what walks over all of them and what only checks them."""
    found: set[str] = set()
    seen: set[tuple[type, str]] = set()
    rules = {
        getattr(check, "func", check).__code__  # a rule for all models of a kind is one function with the key filled in
        for kind in KINDS.values()
        for model in models(kind.model, set())
        for _at, check in rules_of(model)
    }
    plain = Part.__getattribute__

    def spy(self, name):  # type: ignore[no-untyped-def]
        model = type(self)
        if (model, name) not in seen and name in model.__pydantic_fields__:
            caller = sys._getframe(1).f_code
            path = caller.co_filename
            acts = path.startswith(PRODUCT) and not path.startswith(WALKERS) and not path.endswith(CHECKS)
            if acts and caller not in rules:
                seen.add((model, name))
                found.add(key(model, name))
        return plain(self, name)

    Part.__getattribute__ = spy
    yield found
    del Part.__getattribute__


def addresses(house) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Every address that only reads, with what exists in its path."""
    uids = {"campaigns": house.campaigns, "audiences": house.audiences, "loads": house.loads, "runs": house.runs}
    uids |= {"work": house.work}
    for path, operations in json.loads(openapi.text(api))["paths"].items():
        if "get" in operations:
            kind = path.removeprefix("/api/v1/").split("/")[0]
            known = {
                "object": OBJECTS,
                "key": PAGES,
                "party": house.parties[:2],
                "uid": uids.get(kind, house.parties)[:2],
            }
            filled = [path]
            for name, values in known.items():
                if f"{{{name}}}" in path:
                    filled = [one.replace(f"{{{name}}}", value) for one in filled for value in values]
            yield from (one for one in filled if "{" not in one)


def test_every_key_of_a_definition_is_read_by_what_acts_on_it(read, house):
    for user in house.users.values():
        client = Client()
        client.force_login(User.objects.get(pk=user))
        for address in addresses(house):
            answer = client.get(address, {"record": house.served} if address.endswith("/customer") else {})
            if address.endswith("/pages/customer") and answer.status_code == 200:
                for block, shown in answer.json()["blocks"].items():
                    if shown["state"] == "later":
                        client.get(address, {"record": house.served, "block": block})
        for object in OBJECTS:
            client.post(f"/api/v1/objects/{object}/query", "{}", content_type="application/json")
    left = sorted(declared() - read - set(ELSEWHERE))
    assert left == [], "\n".join(left)


def test_what_acts_elsewhere_on_a_key_does_read_it():
    assert sorted(set(ELSEWHERE) - declared()) == []
    assert [one for one, module in ELSEWHERE.items() if not reads(module, one.rpartition(".")[2])] == []
