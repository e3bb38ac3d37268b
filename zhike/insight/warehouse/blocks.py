"""What the warehouse shows on pages of many rooms."""

from __future__ import annotations

from zhike.insight.warehouse import nights
from zhike.insight.warehouse.night_types import NightFile
from zhike.kernel import clock
from zhike.kernel.block_data import TableRow, column, table
from zhike.kernel.providers import AsOf, Block, BlockData, BlockSettings
from zhike.kernel.wire import moment_text, option
from zhike.platform.permissions.types import Principal

_SHOWN = 8
_STATES = [
    option("running", {"zh": "导入中", "en": "Running"}, "waiting"),
    option("done", {"zh": "完成", "en": "Done"}, "done"),
    option("restored", {"zh": "已恢复", "en": "Put back"}, "done"),
    option("partly", {"zh": "完成，有拒绝", "en": "Done, rows left out"}, "attention"),
    option("waiting", {"zh": "待确认", "en": "Waits for an answer"}, "attention"),
    option("failed", {"zh": "失败", "en": "Failed"}, "late"),
    option("missing", {"zh": "未到", "en": "Missing"}, "late"),
    option("late", {"zh": "逾期未到", "en": "Overdue"}, "attention"),
    option("expected", {"zh": "待到", "en": "Expected"}, "plain"),
    option("kept", {"zh": "沿用旧文件", "en": "Older one kept"}, "plain"),
    option("unplanned", {"zh": "不定期", "en": "Not planned"}, "plain"),
    option("lacking", {"zh": "待补充", "en": "To be completed"}, "attention"),
    option("cancelled", {"zh": "已取消", "en": "Cancelled"}, "plain"),
    option("discarded", {"zh": "已放弃", "en": "Put away"}, "plain"),
    option("undone", {"zh": "已撤销", "en": "Taken back"}, "plain"),
]
#: States that somebody has to see to come first.
_FIRST = ("waiting", "failed", "missing", "late", "partly")
_COLUMNS = [
    column("source", {"zh": "来源", "en": "Source"}, "link"),
    column("file", {"zh": "文件", "en": "File"}, "text"),
    column("business_date", {"zh": "业务日期", "en": "Business date"}, "date"),
    column("rows_loaded", {"zh": "行数", "en": "Rows"}, "count"),
    column("before", {"zh": "上一日", "en": "Day before"}, "count"),
    column("rows_rejected", {"zh": "拒绝行数", "en": "Rows rejected"}, "count", tone="attention"),
    column("state", {"zh": "状态", "en": "State"}, "tag", options=_STATES),
    column("finished_at", {"zh": "完成时间", "en": "Finished"}, "datetime"),
]


def last_load(principal: Principal, _subject: None, _settings: BlockSettings) -> BlockData:
    """Return tonight's files as a table, each beside the day before: what somebody has to see to, then what is needed."""
    night = nights.night(None, principal=principal)
    calendar = [_lacking(night.lacks, principal.language)] if night.lacks else []
    files = sorted(
        (one for one in (*night.others, *night.files) if one.state != "unplanned"),
        key=lambda one: (_state(one) not in _FIRST, not one.source.expected),
    )
    rows: list[TableRow] = [
        {
            "key": str(one.load.uid) if one.load and one in night.others else one.source.key,
            "path": f"/loads/{one.load.uid}" if one.load else "/night",
            "cells": {
                "source": one.source.labels[principal.language],
                "file": one.load.file if one.load else None,
                "business_date": moment_text(one.last if one in night.others else night.day),
                "rows_loaded": one.rows,
                "before": one.before,
                "rows_rejected": one.load.rows_rejected if one.load else None,
                "state": _state(one),
                "finished_at": moment_text(one.load.finished_at) if one.load else None,
            },
            "tones": {"rows_loaded": "attention"} if one.rows is not None and one.unusual else {},
        }
        for one in files[:_SHOWN]
    ]
    more = max(len(files) - _SHOWN, 0)
    return table(_COLUMNS, [*calendar, *rows], AsOf("live", clock.now()), more={"count": more, "path": "/night"})


def _lacking(year: int, language: str) -> TableRow:
    """The row that says that the trading calendar ends: without it deadlines and what is computed by itself are unknown."""
    said = {"zh": f"交易日历缺 {year} 年", "en": f"The trading calendar lacks {year}"}
    return {"key": "calendar", "path": "/night", "cells": {"source": said[language], "state": "lacking"}, "tones": {}}


def _state(file: NightFile) -> str:
    """The state of a file; one that left rows behind is not simply done."""
    left = file.load.rows_rejected + file.load.rows_without_record if file.load else 0
    return "partly" if file.state == "done" and left > 0 else file.state


LAST_LOAD = Block("last_load", "今晚文件", "Tonight's files", last_load, by="nothing")
