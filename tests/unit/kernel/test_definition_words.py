"""What the check says in Chinese holds no English but what definitions are written with."""

from __future__ import annotations

import pytest

from zhike.kernel import definition_reading, definitions

TAG = {"kind": "tag", "key": "tier", "labels": {"zh": "层", "en": "Tier"}, "source": "x"}
TAG |= {"levels": [{"key": "high", "labels": {"zh": "高", "en": "High"}, "when": "total_asset > 1"}]}


@pytest.mark.parametrize(
    ("change", "zh"),
    [
        (
            {"lifecycle": [{"state": "lve"}]},
            "`state` 只能是 'draft'、'in_review'、'live'、'frozen'、'retired' 之一，实为 'lve'。是否应为“live”？",
        ),
        ({"lifecycle": [{"state": "live", "from": "2026-13-01"}]}, "`from`：没有 2026-13-01 这一天"),
    ],
)
def test_a_fault_is_said_in_chinese(change, zh):
    kind = definitions.kind_named("tag")
    assert kind is not None
    assert [found.said["zh"] for found in definition_reading.read(TAG | change, kind).findings] == [zh]


def test_a_key_that_nothing_has_is_a_jian():
    kind = definitions.kind_named("tag")
    assert kind is not None
    [found] = definition_reading.read(TAG | {"ordr": 1}, kind).findings
    assert found.said["zh"].startswith("没有名为“ordr”的键；现有：")
    assert found.said["zh"].endswith("。是否应为“order”？")
