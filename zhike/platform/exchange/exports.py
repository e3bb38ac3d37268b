"""Lists as Excel files: made at once up to the limit; above it asked for, agreed to by somebody else, made in the
background and fetched by whoever asked.
"""

from __future__ import annotations

import io
import re
import uuid
from datetime import datetime
from pathlib import Path

from zhike.kernel import actions, clock, database
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.platform.audit import api as audit
from zhike.platform.exchange.errors import ExportNotReady, ExportOutdated, NoApproval
from zhike.platform.exchange.logic import exporting, large_exports
from zhike.platform.exchange.logic.large_exports import ExportList
from zhike.platform.exchange.models import Export
from zhike.platform.exchange.types import MadeExport
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue, lists
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records.errors import ReasonRequired

__all__ = ["ask", "export_xlsx", "file", "file_name", "get"]
_REASON_LENGTH = 4


def export_xlsx(query: RecordQuery, *, principal: Principal) -> bytes:
    """Return a list as .xlsx, masked and watermarked; audited.

    Raises TooManyRows above the limit: ApprovalNeeded where somebody may approve it.
    """
    permissions.require(principal, f"{query.object}.export")
    owner = catalogue.describe(query.object)
    # Whatever is refused is so before anything is written down.
    lists.require_order(query, principal=principal)
    found = objects.count(query, principal=principal, exact=True, operation="export")
    large_exports.require_allowed(found.count)
    fields = large_exports.columns_of(query, principal)
    with database.writing():
        exporting.note(owner, query, found.count, [field.key for field in fields], principal)
    stream = io.BytesIO()
    exporting.write(stream, fields, exporting.rows(query, principal), principal, owner.labels[principal.language])
    return stream.getvalue()


def ask(query: RecordQuery, *, reason: str, principal: Principal) -> uuid.UUID:
    """Ask for the approval of an export above the limit; return the piece of work in which it is decided.

    Raises Refused, ReasonRequired, NoApproval where the installation has no rule for it, TooManyRows above what may be
    approved, and what the action `work.ask` raises.
    """
    permissions.require(principal, f"{query.object}.export")
    owner = catalogue.describe(query.object)
    if len(reason.strip()) < _REASON_LENGTH:
        raise ReasonRequired(least=_REASON_LENGTH)
    rule = large_exports.rule()
    if rule is None:
        raise NoApproval(limit=exporting.LIMIT)
    lists.require_order(query, principal=principal)
    found = objects.count(query, principal=principal, exact=True, operation="export")
    large_exports.require_most(found.count, rule)
    wanted = ExportList.of_query(query).model_copy(update={"approved": found.count})
    said = large_exports.told(owner, query, principal)
    question = {
        "kind": rule.approval,
        "subject": large_exports.subject(owner, found.count),
        "reason": Labels(f"{reason.strip()}\n{said.zh}", f"{reason.strip()}\n{said.en}"),
        "roles": rule.roles,
        "act": {"action": large_exports.EXPORT.key, "params": wanted.model_dump(mode="json")},
    }
    with database.writing():
        answer = actions.run("work.ask", question, asker=principal)
        details = {"rows": found.count, "work": answer["work"], "reason": reason.strip()}
        audit.note(operation="export_asked", subject=owner.key, details=details)
    return uuid.UUID(str(answer["work"]))


def get(uid: uuid.UUID, *, principal: Principal) -> MadeExport:
    """Return where one's own export stands. Raises NotFound."""
    return large_exports.as_type(_own(uid, principal))


def file(uid: uuid.UUID, *, principal: Principal) -> tuple[Path, str]:
    """Return one's own finished export and the name it is saved under; journalled.

    Raises NotFound, ExportNotReady, ExportOutdated.
    """
    row = _own(uid, principal)
    if row.outdated or not set(row.posts) <= set(large_exports.posts_of(principal)):
        raise ExportOutdated()
    if row.made_at is None or not row.file or large_exports.has_expired(row):
        raise ExportNotReady()
    with database.writing():
        audit.note(operation="export_taken", subject=row.object, details={"export": str(uid), "rows": row.rows})
    return large_exports.store().path(row.file), _named(row.object, row.made_at, principal)


def file_name(object: str, *, principal: Principal) -> str:
    """Return the name under which a list of an object is saved now: what the object is called in the principal's language."""
    return _named(object, clock.now(), principal)


def _named(object: str, at: datetime, principal: Principal) -> str:
    """No sign in it means something to a file system."""
    label = re.sub(r'[\\/:*?"<>|]', "-", catalogue.describe(object).labels[principal.language])
    return f"{label}-{clock.local(at):%Y%m%d-%H%M}.xlsx"


def _own(uid: uuid.UUID, principal: Principal) -> Export:
    row = Export.objects.filter(uid=uid, asked_by=principal.me).first() if principal.me else None
    if row is None:
        raise NotFound(kind="export", id=str(uid))
    permissions.require(principal, f"{row.object}.export")
    return row
