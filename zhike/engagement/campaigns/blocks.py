"""Blocks about campaigns: the operator's brief and board, what one party received and why not."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhike.engagement.campaigns import api
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance
from zhike.kernel.providers import Block, BlockData, register_block
from zhike.platform.objects import api as objects
from zhike.platform.objects.blocks import live
from zhike.platform.permissions.types import Principal
from zhike.platform.work import api as work

_COLUMNS = (
    ("name", "活动", "Campaign", "link"),
    ("state", "状态", "State", "tag"),
    ("chosen", "选中", "Chosen", "count"),
    ("sent", "已发送", "Sent", "count"),
    ("refused", "闸门拒绝", "Refused", "count"),
    ("waiting", "等待", "Waiting", "count"),
    ("unknown", "结果未知", "Unknown", "count"),
    ("failed", "失败", "Failed", "count"),
    ("control", "对照组", "Control", "count"),
)
_STATES = {
    "draft": ("草稿", "Draft", "plain"),
    "confirmed": ("已确认", "Confirmed", "attention"),
    "running": ("进行中", "Running", "done"),
    "paused": ("已暂停", "Paused", "attention"),
    "stopped": ("已停止", "Stopped", "late"),
    "finished": ("已结束", "Finished", "plain"),
}


def register() -> None:
    """Offer the blocks of this room."""
    register_block(Block("campaign_brief", "营销概况", "Campaigns today", _brief))
    register_block(Block("campaign_board", "营销活动", "Campaigns", _board))
    register_block(Block("party_touches", "营销触达", "Touches", _touches))
    register_block(Block("party_timeline", "时间线", "Timeline", _timeline))


def _brief(principal: Principal, _record: uuid.UUID | None, _settings: Mapping[str, Any]) -> BlockData:
    found = api.campaigns(principal=principal)
    running = sum(campaign.state == Campaign.State.RUNNING for campaign in found)
    unknown = sum(api.counts(campaign).unknown for campaign in found)
    english = principal.language == "en"
    parts = [{"text": f"{running} campaigns running" if english else f"{running} 个活动进行中", "tone": "plain"}]
    if unknown:
        text = f", {unknown} messages with unknown outcome" if english else f"，{unknown} 条消息结果未知待处理"
        parts.append({"text": text, "tone": "attention"})
    return BlockData("brief", {"sentence": "".join(p["text"] for p in parts), "parts": parts, "first": None}, live())


def _board(principal: Principal, _record: uuid.UUID | None, _settings: Mapping[str, Any]) -> BlockData:
    rows = []
    for campaign in api.campaigns(principal=principal)[:20]:
        counted = api.counts(campaign)
        numbers = {key: getattr(counted, key) for key, *_rest in _COLUMNS[2:]}
        rows.append(
            {
                "key": str(campaign.uid),
                "path": f"/campaigns/{campaign.uid}",
                "cells": {"name": campaign.name, "state": campaign.state, **numbers},
            }
        )
    options = [{"key": k, "labels": {"zh": zh, "en": en}, "status": status} for k, (zh, en, status) in _STATES.items()]
    columns = [
        {
            "key": key,
            "labels": {"zh": zh, "en": en},
            "format": shown,
            "align": "right" if shown == "count" else "left",
            "options": options if key == "state" else [],
        }
        for key, zh, en, shown in _COLUMNS
    ]
    return BlockData("table", {"columns": columns, "rows": rows}, live(), empty=not rows)


def _touches(principal: Principal, record: uuid.UUID, _settings: Mapping[str, Any]) -> BlockData:
    rows = _touch_rows(_party_id(principal, record))
    return BlockData("touches", {"rows": rows}, live(), empty=not rows)


def _timeline(principal: Principal, record: uuid.UUID, _settings: Mapping[str, Any]) -> BlockData:
    party_id = _party_id(principal, record)
    entries: list[dict[str, object]] = [
        {
            "at": row["at"],
            "kind": "touch",
            "title": row["origin"],
            "detail": _touch_text(row),
            "path": row["origin_path"],
        }
        for row in _touch_rows(party_id)
    ]
    for item in work.of_party(party_id, principal=principal):
        if item.done_at:
            entries.append(
                {
                    "at": item.done_at,
                    "kind": "work",
                    "title": item.subject,
                    "detail": item.note,
                    "actor": item.assignee,
                    "path": "/work",
                }
            )
    interaction = objects.object_with_role("interaction").key
    for row in objects.related(interaction, "party", [party_id], ["at", "subject", "channel", "employee_no"]):
        entries.append(
            {
                "at": row["at"],
                "kind": "interaction",
                "title": row["subject"],
                "detail": row["channel"],
                "actor": row["employee_no"],
            }
        )
    entries.sort(key=lambda entry: entry["at"] or datetime.min, reverse=True)  # type: ignore[arg-type, return-value]
    return BlockData("timeline", {"entries": entries[:40]}, live(), empty=not entries)


def _party_id(principal: Principal, record: uuid.UUID) -> int:
    party = objects.object_with_role("party").key
    return objects.ids(party, [record], principal=principal)[record]


def _touch_rows(party_id: int) -> list[dict[str, Any]]:
    chosen = {row["uid"]: row for row in api.of_party(party_id)}
    rows: list[dict[str, Any]] = []
    decided = set()
    deliveries = channels.states_of_party(party_id)
    for decision in compliance.decisions_of_party(party_id):
        origin: Any = decision["origin_uid"]
        if decision["channel"] == "staff" and decision["allowed"]:
            continue
        decided.add(origin)
        delivery = deliveries.get(origin)
        state = "refused" if not decision["allowed"] else delivery.state if delivery else "waiting"
        rows.append(
            {
                "at": delivery.sent_at if delivery and delivery.sent_at else decision["at"],
                "origin": chosen.get(origin, {}).get("name", ""),
                "origin_path": f"/campaigns/{origin}",
                "channel": decision["channel"],
                "state": "waiting" if state == "claimed" else state,
                "reasons": decision["reasons"],
            }
        )
    for uid, row in chosen.items():
        if uid not in decided and row["group"] == "control":
            rows.append(
                {
                    "at": row["at"],
                    "origin": row["name"],
                    "origin_path": f"/campaigns/{uid}",
                    "channel": "",
                    "state": "control",
                    "reasons": [],
                }
            )
    return rows


def _touch_text(row: Mapping[str, Any]) -> str:
    reasons = "；".join(reason["labels"]["zh"] for reason in row["reasons"])
    return f"{row['channel']} {row['state']} {reasons}".strip()
