"""What the warehouse shows on pages of many rooms."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.insight.warehouse import api
from zhike.insight.warehouse.types import LoadResult
from zhike.kernel import clock
from zhike.kernel.providers import AsOf, Block, BlockData
from zhike.platform.permissions.types import Principal

_SHOWN = 8
_STATES = [
    {"key": "running", "labels": {"zh": "进行中", "en": "Running"}, "status": "attention"},
    {"key": "done", "labels": {"zh": "完成", "en": "Done"}, "status": "done"},
    {"key": "failed", "labels": {"zh": "失败", "en": "Failed"}, "status": "late"},
    {"key": "cancelled", "labels": {"zh": "已取消", "en": "Cancelled"}, "status": "plain"},
]


def last_load(principal: Principal, _record: object = None) -> BlockData:
    """Return the newest loads as a table, each beside what the same source gave the day before."""
    found, _more = api.loads(principal=principal)
    sources = {source.key: source.labels for source in api.sources_of().values()}
    columns = [
        {"key": "source", "labels": {"zh": "来源", "en": "Source"}, "format": "link"},
        {"key": "file", "labels": {"zh": "文件", "en": "File"}, "format": "text"},
        {"key": "business_date", "labels": {"zh": "业务日期", "en": "Business date"}, "format": "date"},
        {"key": "rows_loaded", "labels": {"zh": "入库行数", "en": "Rows loaded"}, "format": "count", "align": "right"},
        {"key": "before", "labels": {"zh": "上一日", "en": "Day before"}, "format": "count", "align": "right"},
        {
            "key": "rows_rejected",
            "labels": {"zh": "拒绝行数", "en": "Rows rejected"},
            "format": "count",
            "tone": "attention",
            "align": "right",
        },
        {"key": "state", "labels": {"zh": "状态", "en": "State"}, "format": "tag", "options": _STATES},
        {"key": "finished_at", "labels": {"zh": "完成时间", "en": "Finished"}, "format": "datetime"},
    ]
    rows = [
        {
            "key": str(load.uid),
            "path": f"/loads/{load.uid}",
            "cells": {
                "source": sources[load.source][principal.language] if load.source in sources else load.source,
                "file": load.file,
                "business_date": load.business_date,
                "rows_loaded": load.rows_loaded,
                "before": _rows_before(load, found),
                "rows_rejected": load.rows_rejected,
                "state": load.state,
                "finished_at": load.finished_at,
            },
        }
        for load in _newest(found)[:_SHOWN]
    ]
    data = {"columns": columns, "rows": rows, "more": {"count": 0, "path": "/loads"}}
    return BlockData("table", data, AsOf("live", clock.now()), empty=not rows)


def _newest(found: Sequence[LoadResult]) -> list[LoadResult]:
    """The done loads of the newest business date, and every load that is not done."""
    days = [load.business_date for load in found if load.business_date and load.state == "done"]
    newest = max(days, default=None)
    return [load for load in found if load.business_date in (newest, None) or load.state != "done"]


def _rows_before(load: LoadResult, found: Sequence[LoadResult]) -> int | None:
    """How many rows the newest done load of the same source gave for an earlier business date."""
    day = load.business_date
    if day is None:
        return None
    earlier = [
        (one.business_date, one.rows_loaded)
        for one in found
        if one.source == load.source and one.state == "done" and one.business_date and one.business_date < day
    ]
    return max(earlier, key=lambda one: one[0])[1] if earlier else None


LAST_LOAD = Block("last_load", "最近装载", "Latest loads", last_load)
