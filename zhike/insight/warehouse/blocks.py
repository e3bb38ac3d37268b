"""What the warehouse shows on pages of many rooms."""

from __future__ import annotations

from zhike.insight.warehouse import api
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
    """Return the newest loads as a table."""
    found, _more = api.loads(principal=principal)
    columns = [
        {"key": "file", "labels": {"zh": "文件", "en": "File"}, "format": "link"},
        {"key": "business_date", "labels": {"zh": "业务日期", "en": "Business date"}, "format": "date"},
        {"key": "rows_loaded", "labels": {"zh": "入库行数", "en": "Rows loaded"}, "format": "count", "align": "right"},
        {
            "key": "rows_rejected",
            "labels": {"zh": "拒绝行数", "en": "Rows rejected"},
            "format": "count",
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
                "file": load.file,
                "business_date": load.business_date,
                "rows_loaded": load.rows_loaded,
                "rows_rejected": load.rows_rejected,
                "state": load.state,
                "finished_at": load.finished_at,
            },
        }
        for load in found[:_SHOWN]
    ]
    data = {"columns": columns, "rows": rows, "more": {"count": None, "path": "/loads"}}
    return BlockData("table", data, AsOf("live", clock.now()), empty=not rows)


LAST_LOAD = Block("last_load", "最近加载", "Latest loads", last_load)
