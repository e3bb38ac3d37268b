"""Rows of audiences and snapshots: checked, found, locked, turned into what the door returns."""

from __future__ import annotations

import hashlib
import json
import uuid

from django.db.models import QuerySet

from zhike.expressions import api as expressions
from zhike.insight.audiences import models, types
from zhike.insight.audiences.logic.conditions import AND, NOT, OR, Compiled, Node
from zhike.insight.serving.api import Published
from zhike.kernel.errors import Invalid, StaleRevision
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal

_NAME_LENGTH = 100


def checked_name(name: str) -> str:
    """Return the name without blanks around it; raises Invalid when it is empty or too long."""
    found = name.strip()
    if found and len(found) <= _NAME_LENGTH:
        return found
    zh, en = "请填写客群名称", "An audience needs a name"
    if found:
        zh, en = f"客群名称不能超过 {_NAME_LENGTH} 个字", f"A name has at most {_NAME_LENGTH} characters"
    code = "audience.name_too_long" if found else "audience.name_required"
    raise Invalid(findings=[{"code": code, "message": zh, "message_en": en, "field": "name"}])


def within(principal: Principal, operation: str) -> QuerySet[models.Audience]:
    """Return the audiences that `principal` may do `operation` on; raises Refused where there cannot be any."""
    return models.Audience.objects.filter(parts.within(principal, operation), deleted_at=None)


def one(uid: uuid.UUID, principal: Principal, operation: str) -> models.Audience:
    """Return one of them; raises NotFound, Refused."""
    return parts.one(within(principal, operation), uid, kind="audience")


def locked(uid: uuid.UUID, revision: int, principal: Principal, operation: str) -> models.Audience:
    """Return one locked for change, its revision already counted up; raises NotFound, Refused, StaleRevision."""
    row = parts.one(within(principal, operation), uid, kind="audience", lock=True)
    if row.revision != revision:
        raise StaleRevision(given=revision, current=row.revision)
    row.revision += 1
    return row


def stored_form(condition: Compiled) -> dict[str, object]:
    """Return a condition as it is stored: keys only, one spelling for one meaning, its groups as they were drawn."""
    return _as_drawn(condition.root, "")


def _as_drawn(node: Node, place: str) -> dict[str, object]:
    """The JSON of the node at `place`. Its path is longer where reading skipped groups of one; they are put back."""
    if node.kind in (AND, OR):
        inside = [_as_drawn(child, f"{_below(node.path)}{node.kind}.{i}") for i, child in enumerate(node.children)]
        found: dict[str, object] = {node.kind: inside}
    elif node.kind == NOT:
        found = {NOT: _as_drawn(node.children[0], f"{_below(node.path)}{NOT}.0")}
    else:
        found = dict(expressions.to_json(node.expression))
    skipped = node.path.removeprefix(place).strip(".").split(".")[::2]
    for operator in reversed([step for step in skipped if step]):
        found = {operator: [found]}
    return found


def _below(path: str) -> str:
    return f"{path}." if path else ""


def as_snapshot(row: models.Snapshot) -> types.Snapshot:
    """Return a snapshot as the door returns it."""
    return types.Snapshot(row.uid, row.count, row.business_date, row.taken_at, row.taken_by)


def basis(row: models.Audience, table: Published) -> types.Basis:
    """Return what the members of an audience follow from."""
    written = json.dumps(row.condition, sort_keys=True, ensure_ascii=False)
    return types.Basis(hashlib.sha256(written.encode()).hexdigest(), table.publication, table.business_date)
