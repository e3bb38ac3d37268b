"""What the warehouse shows on pages of many rooms."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.insight.warehouse import datasets, received
from zhike.insight.warehouse.types import LoadResult
from zhike.kernel import clock
from zhike.kernel.block_data import TableRow, column, table
from zhike.kernel.providers import AsOf, Block, BlockData, BlockSettings
from zhike.kernel.wire import moment_text, option
from zhike.platform.permissions.types import Principal

_SHOWN = 8
_STATES = [
    option("running", {"zh": "装载中", "en": "Running"}, "attention"),
    option("done", {"zh": "完成", "en": "Done"}, "done"),
    option("partly", {"zh": "完成，有拒绝", "en": "Done, rows left out"}, "attention"),
    option("failed", {"zh": "失败", "en": "Failed"}, "late"),
    option("cancelled", {"zh": "已取消", "en": "Cancelled"}, "plain"),
]
_COLUMNS = [
    column("source", {"zh": "来源", "en": "Source"}, "link"),
    column("file", {"zh": "文件", "en": "File"}, "text"),
    column("business_date", {"zh": "业务日期", "en": "Business date"}, "date"),
    column("rows_loaded", {"zh": "入库行数", "en": "Rows loaded"}, "count"),
    column("before", {"zh": "上一日", "en": "Day before"}, "count"),
    column("rows_rejected", {"zh": "拒绝行数", "en": "Rows rejected"}, "count", tone="attention"),
    column("state", {"zh": "状态", "en": "State"}, "tag", options=_STATES),
    column("finished_at", {"zh": "完成时间", "en": "Finished"}, "datetime"),
]


def last_load(principal: Principal, _subject: None, _settings: BlockSettings) -> BlockData:
    """Return the newest loads as a table, each beside what the same source gave the day before."""
    found, _more = received.loads(principal=principal)
    sources = {source.key: source.labels for source in datasets.sources_of().values()}
    rows: list[TableRow] = [
        {
            "key": str(load.uid),
            "path": f"/loads/{load.uid}",
            "cells": {
                "source": sources[load.source][principal.language] if load.source in sources else load.source,
                "file": load.file,
                "business_date": moment_text(load.business_date),
                "rows_loaded": load.rows_loaded,
                "before": _rows_before(load, found),
                "rows_rejected": load.rows_rejected,
                "state": _state(load),
                "finished_at": moment_text(load.finished_at),
            },
        }
        for load in _newest(found)[:_SHOWN]
    ]
    return table(_COLUMNS, rows, AsOf("live", clock.now()), more={"count": 0, "path": "/loads"})


def _state(load: LoadResult) -> str:
    """The state of a load; one that left rows behind is not simply done."""
    left = load.rows_rejected + load.rows_without_record
    return "partly" if load.state == "done" and left > 0 else load.state


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
