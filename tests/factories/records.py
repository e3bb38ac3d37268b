"""A small firm for tests: two branches, a manager in each, their heads, an operator."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.test import Client

from zhike.kernel import actions, clock
from zhike.kernel.ids import uuid7
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import Record
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.organization.types import UnitRow
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import ANONYMOUS, Principal
from zhike.platform.work.types import GiveWork, NewWork

SYSTEM = permissions.system_principal("test")
UNITS = [
    UnitRow("HQ", "知客证券", "firm"),
    UnitRow("R1", "上海分公司", "region", "HQ"),
    UnitRow("B1", "世纪大道营业部", "branch", "R1"),
    UnitRow("B2", "陆家嘴营业部", "branch", "R1"),
]
PEOPLE = (
    ("E1001", "林晓岚", "account_manager", "B1"),
    ("E1002", "唐若谷", "account_manager", "B2"),
    ("E2001", "许知行", "branch_head", "B1"),
    ("E3001", "沈聿", "operator", "HQ"),
)


@dataclass(frozen=True)
class Firm:
    """The principals of the firm."""

    manager: Principal
    other_manager: Principal
    branch_head: Principal
    operator: Principal
    signed_out: Principal


def build_firm() -> Firm:
    """Make the units, users and employees, and return their principals."""
    organization.upsert_units(UNITS)
    principals = []
    for number, name, role, unit in PEOPLE:
        staff, _password = organization.add_user(employee_no=number, name=name, role=role, unit=unit)
        objects.create("employee", {"employee_no": number, "name": name, "branch": unit_uid(unit)}, principal=SYSTEM)
        principals.append(permissions.principal_of_user(staff.id))
    return Firm(*principals, signed_out=ANONYMOUS)


def holding(principal: Principal, *roles: str) -> Principal:
    """Return the principal with other roles in the place of its own, in the units of its first post."""
    first = principal.posts[0]
    return replace(principal, posts=tuple(replace(first, role=role) for role in roles))


def signed_in(roles: Mapping[str, str], unit: str = "HQ") -> dict[str, Client]:
    """Make a user with one role each ({employee number: role}) and return their signed-in clients by role."""
    organization.upsert_units(UNITS)
    clients = {}
    for number, role in roles.items():
        organization.add_user(employee_no=number, name="某人", role=role, unit=unit)
        clients[role] = Client()
        clients[role].force_login(User.objects.get(employee_no=number))
    return clients


def unit_uid(code: str) -> str:
    """Return the uid of a unit."""
    return str(organization.unit_by_code(code).uid)


def customer(name: str, *, branch: str = "B1", manager: str = "E1001", **values: object) -> Record:
    """Make a customer of a branch, served by a manager since 2024."""
    made = objects.create(
        "party",
        {"name": name, "branch": unit_uid(branch), "risk_level": "C3", **values},
        principal=SYSTEM,
    )
    consent(made, "email")
    if manager:
        cover(made, manager)
    return made


def consent(party: Record, channel: str, state: str = "granted", since: date = date(2024, 1, 2)) -> Record:
    """Let a customer say that marketing by a channel is welcome, or not any more."""
    said = {
        "purpose": "marketing",
        "channel": channel,
        "state": state,
        "valid_from": since.isoformat(),
        "evidence": "电话录音 1",
    }
    return objects.create("consent", {"party": str(party.uid), **said}, principal=SYSTEM)


def cover(party: Record, manager: str, since: date = date(2024, 1, 2)) -> Record:
    """Let a manager serve a customer."""
    return objects.create(
        "coverage", {"party": str(party.uid), "employee_no": manager, "valid_from": since.isoformat()}, principal=SYSTEM
    )


def give_work(party_id: int, employee_no: str, unit_id: int | None = None) -> uuid.UUID:
    """Give an employee (of a unit) one piece of work about a party; return the uid of the campaign it seems to come from."""
    origin = uuid7()
    item = NewWork(record=party_id, assignee=employee_no, unit=unit_id, subject="回访", due_at=clock.now())
    given = GiveWork(
        kind="follow_up",
        origin_kind="campaign",
        origin_uid=origin,
        origin_title="服务体检",
        object="party",
        results="follow_up",
        items=(item,),
    )
    actions.run("work.give", given, asker=SYSTEM)
    return origin
