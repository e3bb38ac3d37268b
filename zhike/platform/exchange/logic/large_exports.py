"""What an export above the limit is made of: the rule, the action that an approval sets off, the run that makes the file."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from pydantic import field_validator

from zhike.expressions.wire import StoredExpression
from zhike.kernel import actions, clock, context, database, definitions, events, jobs, schedules
from zhike.kernel.actions import Action
from zhike.kernel.definition_parts import Labels, Part
from zhike.kernel.errors import NotFound
from zhike.kernel.events import Subscriber
from zhike.kernel.files import FileStore
from zhike.kernel.ids import uuid7
from zhike.kernel.jobs import RunHandle
from zhike.kernel.models import Run
from zhike.kernel.schedules import Schedule, When
from zhike.platform.audit import api as audit
from zhike.platform.exchange.definitions import ExportRule
from zhike.platform.exchange.errors import ApprovalNeeded, ExporterLeft, ExportGrew, TooManyRows
from zhike.platform.exchange.logic import exporting
from zhike.platform.exchange.models import Export
from zhike.platform.exchange.types import MadeExport
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue, lists
from zhike.platform.objects.types import Computed, FieldType, ObjectType, Order, Parent, Record, RecordQuery
from zhike.platform.organization import people
from zhike.platform.organization.types import InUnit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

KIND, EXPIRY = "records.export", "records.export_expiry"
#: Rows between two words about progress.
_STRIDE = 1_000
_WRITING = Labels("导出", "Exporting")


class ComputedColumn(Part):
    """A column that is an expression, as `objects.types.Computed` has it."""

    key: str
    expression: dict[str, Any]


class ExportList(Part):
    """What the action `records.export` takes: a list as it was asked for."""

    object: str
    refinement: str = ""
    condition: dict[str, Any] | None = None
    text: str = ""
    sort: tuple[Order, ...] = ()
    columns: tuple[str | ComputedColumn, ...] = ()
    of: tuple[str, uuid.UUID] | None = None
    uids: tuple[uuid.UUID, ...] | None = None
    unit: InUnit | None = None
    served_by: str | None = None
    #: How many rows were approved.
    approved: int | None = None

    @field_validator("sort", mode="before")
    @classmethod
    def _orders(cls, given: Any) -> Any:
        """What was asked for before a list had several orders names its one, or none."""
        one = isinstance(given, list | tuple) and bool(given) and isinstance(given[0], str)
        return (given,) if one else given or ()

    @classmethod
    def of_query(cls, query: RecordQuery) -> ExportList:
        """Return what describes a query, without its page."""
        known = {name: value for name, value in asdict(query).items() if name in cls.model_fields and name != "of"}
        return cls(**known, of=(query.of.through, query.of.uid) if query.of else None)

    def query(self) -> RecordQuery:
        """Return the query."""
        apart = ("of", "approved", "columns")
        known = {name: getattr(self, name) for name in type(self).model_fields if name not in apart}
        columns = (
            one if isinstance(one, str) else Computed(one.key, cast(StoredExpression, one.expression))
            for one in self.columns
        )
        return RecordQuery(**known, columns=tuple(columns), of=Parent(*self.of) if self.of else None)


def rule() -> ExportRule | None:
    """Return the rule about exports; None where the installation has none, and nothing above the limit is approved."""
    return definitions.all_of(ExportRule).get("default")


def require_allowed(count: int) -> None:
    """Raise TooManyRows above what an export holds without an approval: ApprovalNeeded where somebody may approve it."""
    found = rule()
    limit = found.rows if found else exporting.LIMIT
    if count > limit:
        raise (ApprovalNeeded if found and count <= found.most else TooManyRows)(limit=limit, count=count)


def require_most(count: int, found: ExportRule) -> None:
    """Raise TooManyRows above what may be approved."""
    if count > found.most:
        raise TooManyRows(limit=found.most, count=count)


def require_approved(count: int, approved: int | None, found: ExportRule | None) -> None:
    """Raise ExportGrew where a list has more rows than were approved and it may have grown by since, by the rule."""
    if approved is not None and count > approved + approved * (found.growth_percent if found else 0) // 100:
        raise ExportGrew(approved=approved, count=count)


def posts_of(principal: Principal) -> list[str]:
    """Return the posts of a principal, as an export keeps them."""
    return sorted({f"{post.role}@{post.unit}" for post in principal.posts})


def subject(owner: ObjectType, rows: int) -> Labels:
    """Return what an approver reads first: which list, how many rows."""
    return Labels(f"导出“{owner.labels['zh']}”{rows:,} 行", f"Export of {rows:,} rows of {owner.labels['en']}")


def columns_of(query: RecordQuery, principal: Principal) -> list[FieldType]:
    """Return the columns that a list is exported with: those asked for, else those that it shows."""
    return lists.fields(query, principal=principal)


def told(owner: ObjectType, query: RecordQuery, principal: Principal) -> Labels:
    """Return what an approver has to know beside the reason: which columns, of which records."""
    columns = [field.labels for field in columns_of(query, principal)]
    zh = "字段：" + "、".join(words["zh"] for words in columns)
    lines = [Labels(zh, "Columns: " + ", ".join(words["en"] for words in columns))]
    if query.refinement in owner.refinements:
        words = owner.refinements[query.refinement].labels
        lines.append(Labels(f"范围：{words['zh']}（以申请人身份）", f"Of: {words['en']} (as the asker sees them)"))
    said = lists.nameless_text(query, principal=principal)
    if said is not None:
        lines.append(Labels(f"条件：{said.zh}", f"Where: {said.en}"))
    if query.text.strip():
        lines.append(Labels("另按搜索词筛选", "Narrowed by a search"))
    if query.of is not None:
        lines.append(Labels("仅某一条记录下的", "Of one record only"))
    if query.uids is not None:
        lines.append(Labels("仅逐条选中的", "Only those chosen one by one"))
    if query.unit is not None:
        place = query.unit.code or "—"
        lines.append(Labels(f"机构：{place}", f"Org unit: {place}"))
    if query.served_by is not None:
        number = query.served_by or "—"
        lines.append(Labels(f"服务人员：{number}", f"Served by: {number}"))
    return Labels("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


def store() -> FileStore:
    """Return where files lie."""
    return FileStore(Path(settings.HOME) / "files")


def has_expired(row: Export) -> bool:
    """Return whether the time has passed in which a finished export can be fetched."""
    return row.expires_at is not None and row.expires_at <= clock.now()


def as_type(row: Export) -> MadeExport:
    """Return where an export stands."""
    run = Run.objects.get(uid=row.run)
    state = "expired" if has_expired(row) or row.outdated else run.state
    said = run.error or {}
    error = {"zh": said["message"], "en": said["message_en"]} if "message_en" in said else None
    return MadeExport(row.uid, row.object, row.rows, state, run.done, run.total, row.made_at, row.expires_at, error)


def _begin(wanted: ExportList, asker: Principal) -> Mapping[str, object]:
    """Put the making of the file in the queue, in the asker's name."""
    owner = catalogue.describe(wanted.object)
    uid = uuid7()
    with context.acting(actor=asker.actor), database.writing():
        title = Labels(f"导出“{owner.labels['zh']}”", f"Export of {owner.labels['en']}")
        run = jobs.submit(KIND, title, {"export": str(uid)})
        params = wanted.model_dump(mode="json")
        Export.objects.create(uid=uid, object=owner.key, asked_by=asker.me, query=params, run=run, asked_at=clock.now())
    return {"run": str(run), "export": str(uid)}


EXPORT = Action(KIND, Labels("导出列表", "Export a list"), ExportList, lambda wanted: f"{wanted.object}.export", _begin)


def make(run: RunHandle) -> Mapping[str, object]:
    """Make the file of an export, as its asker sees the list now. What was asked for is not kept after it."""
    row = Export.objects.get(uid=str(run.params["export"]))
    if not row.query:
        if row.made_at is None:  # nobody made it in time
            raise NotFound(kind="export", id=str(row.uid))
        return {"rows": row.rows}  # the process died before it could say that it was made
    principal = _principal(row.asked_by)
    permissions.require(principal, f"{row.object}.export")
    Export.objects.filter(pk=row.pk).update(outdated=False)  # who was erased before is not read any more
    wanted = ExportList.model_validate(row.query)
    query = wanted.query()
    owner = catalogue.describe(row.object)
    total = objects.count(query, principal=principal, exact=True, operation="export").count
    found = rule()
    if found is not None:
        require_most(total, found)
    require_approved(total, wanted.approved, found)
    row.posts = posts_of(principal)
    fields = columns_of(query, principal)
    made = _Counted(exporting.rows(query, principal), run, total)
    with tempfile.TemporaryFile() as file:
        exporting.write(file, fields, made, principal, owner.labels[principal.language])
        file.seek(0)
        if row.file:  # of a run that died after it
            store().remove(row.file)
        row.file = store().put(file)
    row.rows, row.made_at, row.query = made.count, clock.now(), {}
    row.expires_at = row.made_at + timedelta(days=found.keep_days if found else 1)
    with database.writing():
        # Not `outdated`: somebody may have been erased while the file was made.
        row.save(update_fields=["rows", "made_at", "query", "expires_at", "file", "posts"])
        exporting.note(owner, query, made.count, [field.key for field in fields], principal)
    return {"rows": row.rows}


def forget_erased() -> None:
    """Give out no file any more that may hold somebody who was erased: which people a file names is not kept."""
    Export.objects.filter(expires_at=None).exclude(query={}).update(outdated=True)
    made = Export.objects.filter(expires_at__gt=clock.now()).exclude(file="")
    made.update(outdated=True, expires_at=clock.now())
    forget_expired()


def forget_expired() -> int:
    """Remove the files whose time has passed, and what was asked for in vain as long ago; return how many files."""
    found = rule()
    long_ago = clock.now() - timedelta(days=found.keep_days if found else 1)
    Export.objects.filter(made_at=None, asked_at__lte=long_ago).update(query={})
    gone = Export.objects.filter(expires_at__lte=clock.now()).exclude(file="")
    for row in gone:
        if not Export.objects.filter(file=row.file, expires_at__gt=clock.now()).exists():
            store().remove(row.file)
        row.file = ""
        row.save(update_fields=["file"])
        audit.note(operation="export_removed", subject=row.object, details={"export": str(row.uid)})
    return len(gone)


ERASED = Subscriber(
    "exports.erased",
    Labels("导出文件随信息删除", "Exports forget who is erased"),
    ("record.erased",),
    lambda _event: forget_erased(),
)


def register() -> None:
    """Offer the action, its job and what follows an erasure."""
    actions.register(EXPORT)
    jobs.register(KIND, make, queue="interactive")
    events.subscribe(ERASED)
    jobs.register(EXPIRY, lambda _run: {"files": forget_expired()}, queue="interactive")
    schedules.register(
        Schedule(EXPIRY, Labels("删除过期导出文件", "Removing expired exports"), EXPIRY, When(20, hour=3))
    )


def _principal(employee_no: str) -> Principal:
    found = people.user_id(employee_no)
    if found is None:
        raise ExporterLeft(employee_no=employee_no)
    return permissions.principal_of_user(found)


class _Counted:
    """Records on their way into the file; the run says how many went by."""

    def __init__(self, records: Iterator[Record], run: RunHandle, total: int) -> None:
        self._records, self._run, self._total = records, run, total
        self.count = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.count += 1
            if self.count % _STRIDE == 0:
                self._run.progress(_WRITING, self.count, max(self._total, self.count))
            yield record
        self._run.progress(_WRITING, self.count, self.count)
