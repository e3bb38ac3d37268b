"""Why a row was rejected, in words that end in something."""

from __future__ import annotations

import pytest

from zhike.insight.warehouse.logic.columns import reason_text
from zhike.insight.warehouse.types import Source, SourceColumn

SOURCE = Source.model_validate(
    {
        "kind": "source",
        "key": "thing",
        "labels": {"zh": "物", "en": "Things"},
        "system": "shop",
        "dataset": "test.thing",
        "grain": "master",
        "file": "thing.csv",
        "date": "given",
        "keys": ["number"],
        "columns": [{"key": "number", "from": "编号", "type": "text"}],
    }
)


@pytest.mark.parametrize(
    ("column", "reason", "zh", "en"),
    [
        ({"type": "integer", "low": "0"}, "out_of_range", "“量”小于 0", "'量' is below 0"),
        ({"type": "integer", "high": "9"}, "out_of_range", "“量”大于 9", "'量' is above 9"),
        ({"type": "integer", "low": "0", "high": "9"}, "out_of_range", "“量”超出范围 0～9", "'量' is outside 0 to 9"),
        ({"type": "duration"}, "bad_duration", "“量”不是不小于 0 的整数", "'量' is not a whole number of at least 0"),
    ],
)
def test_a_reason_says_what_would_fit(column, reason, zh, en):
    found = SourceColumn.model_validate({"key": "amount", "from": "量", **column})
    source = SOURCE.model_copy(update={"columns": (found,)})
    assert reason_text(source, f"{reason}:amount") == (reason, zh, en)
