"""Why rows of a load were rejected: one line for one reason, however many values it was about."""

from __future__ import annotations

from zhike.cli.loading import _reasons
from zhike.insight.warehouse.logic import reject_files
from zhike.insight.warehouse.types import RejectedRow


def row(code, reason, reason_en):
    return RejectedRow(0, code, reason, reason_en, {})


def test_one_reason_with_many_values_is_told_once_with_its_commonest(tmp_path):
    nothing = ["V1", "V2", "V2", "V3"]
    rows = [
        row("record.m.no_target", f"车辆：指向的记录不存在（{v}）", f"Car: points at nothing ({v})") for v in nothing
    ]
    rows += [row("record.m.small", "金额应低于 9,000", "Below 9,000")] * 2
    rows += [row("record.m.no_target", "站点：指向的记录不存在（V1）", "Site: points at nothing (V1)")]
    reject_files.rewrite(None, tmp_path / "rejected.csv", keep=lambda _row: True, add=rows)
    assert [(one.code, one.message, one.message_en, one.rows) for one in _reasons(tmp_path / "rejected.csv")] == [
        (
            "record.m.no_target",
            "车辆：指向的记录不存在（V2）等 3 种取值",
            "Car: points at nothing (V2) and 2 other values",
            4,
        ),
        ("record.m.small", "金额应低于 9,000", "Below 9,000", 2),
        ("record.m.no_target", "站点：指向的记录不存在（V1）", "Site: points at nothing (V1)", 1),
    ]
