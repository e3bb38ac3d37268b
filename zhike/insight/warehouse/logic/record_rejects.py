"""Rows of a loaded file that became no record: added to what the file's load rejected, under the feed that found them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from zhike.insight.warehouse.logic import loading, rejects
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.types import LoadFinding, RejectedRow

_CODE = "load.no_records"


def keep(dataset: str, feed: str, rows: Sequence[RejectedRow], count: int) -> None:
    """Let the newest load of `dataset` tell what `feed` rejected last: the first `rows` of `count`.

    They were received and lie in the dataset. Their reason codes begin with `record.`, the feed and a dot; what the same
    feed told of that load before goes.
    """
    load = Load.objects.filter(dataset=dataset, state=Load.State.DONE).order_by("-id").first()
    if load is None:
        return
    before = sum(found["facts"]["rows"] for found in load.findings if _is_of(found, feed))
    if not before and not count:
        return
    known = rejects.from_csv(_content(load), load.rows_rejected) if load.rejected_hash else []
    kept = [row for row in known if not row.reason_code.startswith(f"{rejects.NO_RECORD}{feed}.")] + list(rows)
    load.rejected_hash = loading.store().put(io.BytesIO(rejects.as_csv(kept))) if kept else ""
    load.rows_rejected += count - before
    load.findings = [found for found in load.findings if not _is_of(found, feed)]
    if count:
        zh = f"{count:,} 行已入仓，但没有写入记录，原因见被拒绝的行"
        en = f"{count:,} rows were received, but changed no records; the rejected rows say why"
        load.findings.append(LoadFinding(_CODE, zh, en, {"feed": feed, "rows": count}).as_dict())
    load.save()


def _is_of(finding: Mapping[str, Any], feed: str) -> bool:
    return bool(finding["code"] == _CODE and finding["facts"]["feed"] == feed)


def _content(load: Load) -> bytes:
    return loading.store().path(load.rejected_hash).read_bytes()
