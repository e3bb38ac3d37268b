"""Blocks about campaigns: the operator's brief and board, what one party received and why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

from zhike.engagement.campaigns import standing
from zhike.engagement.campaigns.schemas import TouchesData, TouchOut, TouchState
from zhike.engagement.campaigns.types import PartyTouches
from zhike.kernel.block_data import (
    Comparison,
    Figure,
    Format,
    TableRow,
    TimelineEntry,
    Tone,
    brief,
    column,
    figures,
    table,
    timeline,
)
from zhike.kernel.providers import Block, BlockData, BlockSettings, Subject, live, register_block
from zhike.kernel.wire import Scalar, labels, option
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.work import api as work

#: key, labels, format, tone of a number that is not zero
_COLUMNS: tuple[tuple[str, str, str, Format, Tone | None], ...] = (
    ("name", "活动", "Campaign", "link", None),
    ("state", "状态", "State", "tag", None),
    ("chosen", "选中", "Chosen", "count", None),
    ("control", "对照组", "Control", "count", None),
    ("sent", "已发送", "Sent", "count", None),
    ("sent_share", "触达率", "Reach", "percent", None),
    ("refused", "合规拦截", "Refused", "count", "refused"),
    ("refused_share", "拦截率", "Refused %", "percent", None),
    ("waiting", "待发送", "Waiting", "count", None),
    ("unknown", "结果未知", "Unknown", "count", "attention"),
    ("failed", "发送失败", "Failed", "count", "late"),
)
_NUMBERS = ("chosen", "control", "sent", "refused", "waiting", "unknown", "failed")
_SHOWN = 20
_ENTRIES = 40
_NEVER = datetime.min.replace(tzinfo=UTC)
_STATES = {
    "draft": ("草稿", "Draft", "plain"),
    "confirming": ("确认中", "Being confirmed", "attention"),
    "confirmed": ("已确认", "Confirmed", "attention"),
    "running": ("进行中", "Running", "done"),
    "paused": ("已暂停", "Paused", "attention"),
    "stopped": ("已停止", "Stopped", "late"),
    "finished": ("已结束", "Finished", "plain"),
}

_CHANNELS = {
    "email": ("邮件", "E-mail"),
    "sms": ("短信", "SMS"),
    "phone": ("电话", "Phone"),
    "staff": ("员工跟进", "Staff"),
}
_OUTCOMES = {
    "waiting": ("待发送", "waiting"),
    "sending": ("发送中", "being sent"),
    "sent": ("已发送", "sent"),
    "refused": ("合规拦截：", "refused by compliance:"),
    "unknown": ("结果未知", "outcome unknown"),
    "failed": ("发送失败", "failed"),
    "stopped": ("停止未发", "stopped before it was sent"),
    "control": ("对照组，不触达", "control group, not contacted"),
}


def register() -> None:
    """Offer the blocks of this room."""
    register_block(Block("campaign_brief", "营销概况", "Campaigns today", _brief, by="nothing"))
    register_block(Block("campaign_figures", "触达概况", "Reach", _figures, by="nothing"))
    register_block(Block("campaign_board", "营销活动", "Campaigns", _board, by="nothing"))
    register_block(Block("party_touches", "营销触达", "Touches", _touches, by="record", role="party"))
    register_block(Block("party_timeline", "时间线", "Timeline", _timeline, by="record", role="party"))


def _brief(principal: Principal, _subject: None, _settings: BlockSettings) -> BlockData:
    found = standing.campaigns(principal=principal)
    running = sum(campaign.state == "running" for campaign in found)
    waiting = sum(campaign.state == "confirmed" for campaign in found)
    unknown = standing.unknown(found, principal=principal)
    english = principal.language == "en"
    said: list[tuple[str, Tone]] = [
        (f"{running} campaign{'s' * (running > 1)} running" if english else f"{running} 个活动进行中", "plain")
    ]
    if not running:
        said = [("No campaign is running" if english else "没有进行中的活动", "plain")]
    if waiting:
        said.append((f"{waiting} confirmed, not launched" if english else f"{waiting} 个已确认未启动", "attention"))
    if unknown:
        text = f"{unknown} messages with unknown outcome" if english else f"{unknown} 条消息结果未知待处理"
        said.append((text, "attention"))
    return brief(said, None, principal.language, live())


def _figures(principal: Principal, _subject: None, _settings: BlockSettings) -> BlockData:
    """Where the people of all launched campaigns are, each number with its base."""
    launched = [campaign for campaign in standing.campaigns(principal=principal) if campaign.launched_at]
    counted = standing.counts_of(launched, principal=principal).values()
    total = {key: sum(getattr(one, key) for one in counted) for key in (*_NUMBERS, "treated")}

    def part(zh: str, en: str, value: Scalar, shown: Format = "count") -> Comparison:
        return {"labels": {"zh": zh, "en": en}, "value": value, "format": shown, "unit": None}

    def figure(key: str, zh: str, en: str, *compare: Comparison) -> Figure:
        return {"key": key, **part(zh, en, total[key]), "unit": "人次", "compare": list(compare)}

    def share(key: str) -> Comparison:
        return part("占干预组", "Of treated", _share(total[key], total["treated"]), "percent")

    shown = [
        figure(
            "treated",
            "干预组",
            "Treated",
            part("选中", "Chosen", total["chosen"]),
            part("对照组", "Control", total["control"]),
        ),
        figure("sent", "已发送", "Sent", share("sent"), part("待发送", "Waiting", total["waiting"])),
        figure("refused", "合规拦截", "Refused by compliance", share("refused")),
        figure("unknown", "结果未知", "Unknown", share("unknown"), part("发送失败", "Failed", total["failed"])),
    ]
    return figures(shown, live(), empty=not launched)


def _board(principal: Principal, _subject: None, _settings: BlockSettings) -> BlockData:
    found = standing.campaigns(principal=principal)
    rows: list[TableRow] = []
    counted = standing.counts_of(found[:_SHOWN], principal=principal)
    for campaign in found[:_SHOWN]:
        people = counted[campaign.id]
        # Before anybody is chosen there is no number, not even none.
        numbers = {key: getattr(people, key) if campaign.snapshot_uid else None for key in _NUMBERS}
        shares = {f"{key}_share": _share(getattr(people, key), people.treated) for key in ("sent", "refused")}
        rows.append(
            {
                "key": str(campaign.uid),
                "path": f"/campaigns/{campaign.uid}",
                "cells": {"name": campaign.name, "state": campaign.state, **numbers, **shares},
            }
        )
    options = [option(key, {"zh": zh, "en": en}, status) for key, (zh, en, status) in _STATES.items()]
    columns = [
        column(key, {"zh": zh, "en": en}, shown, tone=tone, options=options if key == "state" else [])
        for key, zh, en, shown, tone in _COLUMNS
    ]
    return table(columns, rows, live(), more={"count": max(len(found) - _SHOWN, 0), "path": "/campaigns"})


def _share(part: int, whole: int) -> str | None:
    """A share in percent, finer than it is drawn: what draws it rounds, once."""
    return f"{part / whole * 100:.6f}" if whole else None


def _touches(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    data: TouchesData = {"rows": _touch_rows(standing.touches_of_party(subject.uid, principal=principal), principal)}
    return BlockData("touches", data, live(), empty=not data["rows"])


def _timeline(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    found = standing.touches_of_party(subject.uid, principal=principal)
    entries: list[TimelineEntry] = [
        {
            "at": row["at"],
            "kind": "touch",
            "title": row["origin"],
            "detail": _touch_text(row, principal.language),
            "actor": None,
            "path": row["origin_path"] or None,
        }
        for row in _touch_rows(found, principal)
    ]
    for item in work.of_record(subject.object, found.party_id, principal=principal):
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
    entries += _interactions(found.party_id, principal)
    entries.sort(key=lambda entry: entry["at"] or _NEVER, reverse=True)
    return timeline(entries[:_ENTRIES], live())


def _interactions(party_id: int, principal: Principal) -> Iterator[TimelineEntry]:
    """The newest interactions with a party, as far as somebody may read them."""
    interaction = catalogue.object_with_role("interaction").key
    if not permissions.allowed(principal, f"{interaction}.read"):
        return
    columns = ("at", "subject", "channel", "employee_no")
    found = objects.related_page(
        interaction, "party", party_id, principal=principal, columns=columns, sort=(("at", "desc"),), limit=_ENTRIES
    )
    for row in found.rows:
        said = {key: str(value) for key in columns if (value := row.values.get(key)) is not None}
        yield {
            "at": datetime.fromisoformat(said["at"]) if "at" in said else None,
            "kind": "interaction",
            "title": said.get("subject", ""),
            "detail": said.get("channel", ""),
            "actor": said.get("employee_no"),
            "path": None,
        }


def _touch_rows(found: PartyTouches, principal: Principal) -> list[TouchOut]:
    """What reached a party or did not; campaigns are linked for those who may open them."""
    path = "/campaigns/{}" if permissions.allowed(principal, "campaign.read") else ""
    chosen = {row.uid: row for row in found.chosen}
    rows: list[TouchOut] = []
    decided = set()
    for decision in found.decisions:
        origin = decision["origin_uid"]
        if decision["allowed"] and (decision["channel"] == "staff" or origin in decided):
            continue  # a message that was sent again is told of once
        decided.add(origin)
        delivery = found.deliveries.get(origin)
        state = "refused" if not decision["allowed"] else delivery.state if delivery else "waiting"
        rows.append(
            {
                "at": delivery.sent_at if delivery and delivery.sent_at else decision["at"],
                "origin": chosen[origin].name if origin in chosen else "",
                "origin_path": path.format(origin),
                "channel": decision["channel"],
                "state": cast(TouchState, "waiting" if state == "claimed" else state),
                "reasons": [{"code": r["code"], "labels": labels(r["labels"])} for r in decision["reasons"]],
            }
        )
    rows += [
        {
            "at": row.at,
            "origin": row.name,
            "origin_path": path.format(uid),
            "channel": "",
            "state": "control",
            "reasons": [],
        }
        for uid, row in chosen.items()
        if uid not in decided and row.group == "control"
    ]
    return rows


def _touch_text(row: TouchOut, language: str) -> str:
    at = 0 if language == "zh" else 1
    channel = _CHANNELS.get(row["channel"], (row["channel"],) * 2)[at]
    said = [channel, _OUTCOMES.get(row["state"], (row["state"],) * 2)[at]]
    reasons = ("；", "; ")[at].join(reason["labels"]["zh" if at == 0 else "en"] for reason in row["reasons"])
    return " ".join(part for part in (*said, reasons) if part)
