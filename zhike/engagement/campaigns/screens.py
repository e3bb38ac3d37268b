"""Campaigns, their numbers and their effect gathered for screens."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from zhike.engagement.campaigns import api, schemas, sentences, standing
from zhike.engagement.campaigns.schemas import (
    BranchOut,
    CampaignOut,
    CampaignRowOut,
    CampaignRunOut,
    CampaignWorkOut,
    ChannelAwayOut,
    CheckOut,
    ClosingOut,
    CountsOut,
    CurveOut,
    EffectOut,
    EstimateOut,
    EstimateStandingOut,
    Group,
    MeasuredOut,
    MeasureOut,
    MembersOut,
    MessageOut,
    OptionsOut,
    OutlookOut,
    ProductOut,
    ReasonOut,
    RefusalOut,
    TemplateOut,
    TouchState,
    VerdictOut,
)
from zhike.engagement.campaigns.types import (
    Balance,
    Campaign,
    CampaignWork,
    Computed,
    Counts,
    Difference,
    Effect,
    Estimate,
    MemberRow,
    Outlook,
    PutOff,
    RunState,
)
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.types import Message, Template
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Refusals, Verdict
from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.insight.audiences.types import Audience
from zhike.insight.indicators import api as indicators
from zhike.kernel import clock, cursors, definitions
from zhike.kernel.trading_days import trading_calendar
from zhike.kernel.wire import Labels, failure, labels
from zhike.platform.audit.types import JournalEntry
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Principal
from zhike.platform.work import origins as work
from zhike.platform.work.types import ResultSet, WorkKind

_STAFF = "staff"
_PRODUCTS = 50


def template_out(found: Template) -> TemplateOut:
    """Return a template as the interface gives it."""
    return {
        "uid": str(found.identity),
        "key": found.key,
        "name": found.labels["zh"],
        "labels": labels(found.labels),
        "subject": found.subject,
        "body": found.body,
        "channel": found.channel,
        "risk_level": found.risk_level or None,
        "variables": [{"key": variable.key, "labels": labels(variable.labels)} for variable in found.variables],
    }


def products_out(text: str, principal: Principal) -> list[ProductOut]:
    """Return the first products that answer `text`, the lowest risk first."""
    product = catalogue.object_with_role("product")
    level = product.field_with_role("risk_level")
    columns = (level.key,) if level else ()
    ordered = level and catalogue.may_ask(product.key, level.key, principal=principal)
    sort = ((level.key, "asc"),) if level and ordered else ()
    query = RecordQuery(product.key, text=text, columns=columns, sort=sort, limit=_PRODUCTS)
    return [
        {
            "uid": str(row.uid),
            "display": row.display,
            "risk_level": _level(row.values.get(level.key) if level else None),
        }
        for row in objects.page(query, principal=principal).rows
    ]


def counts_out(found: Counts) -> CountsOut:
    """Return where the people are."""
    return {
        "chosen": found.chosen,
        "control": found.control,
        "treated": found.treated,
        "refused": found.refused,
        "waiting": found.waiting,
        "sent": found.sent,
        "unknown": found.unknown,
        "failed": found.failed,
        "stopped": found.stopped,
    }


def chosen_out(campaign: Campaign, found: Counts) -> CountsOut | None:
    """Return the same of a campaign, None before anybody is chosen: nobody is not how many there are to be."""
    return counts_out(found) if campaign.snapshot_uid else None


def list_out(campaigns: Sequence[Campaign], principal: Principal) -> list[CampaignRowOut]:
    """Return campaigns as a list shows them, in as many queries as one of them."""
    counted = standing.counts_of(campaigns, principal=principal)
    tasks = standing.work_of(campaigns, principal=principal)
    return [_summary(campaign, counted[campaign.id], tasks[campaign.id]) for campaign in campaigns]


def _summary(campaign: Campaign, counted: Counts, tasks: CampaignWork) -> CampaignRowOut:
    return {
        "uid": campaign.uid,
        "name": campaign.name,
        "state": campaign.state,
        "revision": campaign.revision,
        "audience": {"uid": campaign.audience_uid, "name": campaign.audience_name},
        "owner": {"name": campaign.owner_name, "employee_no": campaign.owner},
        "business_date": campaign.business_date,
        "launched_at": campaign.launched_at,
        "counts": chosen_out(campaign, counted),
        "work": {"open": tasks.open, "done": tasks.done},
    }


def campaign_out(campaign: Campaign, principal: Principal) -> CampaignOut:
    """Return one campaign as its page shows it."""
    template = channels.template(campaign.template)
    timeline = standing.timeline(campaign, principal=principal)
    names = organization.actor_names((entry.actor for entry in timeline), principal.language)
    [row] = list_out([campaign], principal)
    put_off = standing.put_off(campaign, principal=principal)
    return {
        **row,
        "purpose": campaign.purpose,
        "template": template_out(template),
        "product": _product_out(campaign, principal),
        "product_level": campaign.product_level or None,
        "script": campaign.script,
        "due_days": campaign.due_days,
        "control_percent": campaign.control_percent,
        "result_set": campaign.result_set,
        "goal": {
            "expression": campaign.goal,
            "text": _goal_text(campaign.goal, principal.language),
            "days": campaign.goal_days,
            "sentence": _goal(campaign, principal.language),
        },
        "snapshot": {"count": row["counts"]["chosen"], "business_date": campaign.business_date}
        if row["counts"]
        else None,
        "confirmation": run_out(standing.confirmation(campaign, principal=principal)),
        "permitted": api.permitted_acts(campaign, principal),
        "timeline": [
            {"at": entry.at, "actor": names[entry.actor], "event": entry.operation, "reason": _reason_out(entry)}
            for entry in timeline
        ],
        "channel_away": _away_out(template.channel) if campaign.state == "running" else None,
        "put_off": {"count": put_off.count, "until": put_off.until} if put_off else None,
    }


def _reason_out(entry: JournalEntry) -> Labels | None:
    """Why the program itself paused a campaign or put it back. What a person gave as a reason is not shown to all."""
    english = entry.changes.get("reason_en")
    return {"zh": entry.reason, "en": str(english)} if english else None


def _away_out(channel: str) -> ChannelAwayOut | None:
    found = channels.away(channel)
    return {"since": found.since, "retry_at": found.retry_at, "error": labels(found.error)} if found else None


def _product_out(campaign: Campaign, principal: Principal) -> ProductOut | None:
    if not campaign.product_id:
        return None
    product = catalogue.object_with_role("product")
    shown = objects.displays(product.key, [campaign.product_id], principal=principal).get(campaign.product_id)
    if shown is None:
        return None
    level = product.field_with_role("risk_level")
    facts = bulk.facts(product.key, [campaign.product_id], [level.key] if level else [])
    found = facts.get(campaign.product_id, {}).get(level.key) if level else None
    return {"uid": shown["uid"], "display": shown["display"], "risk_level": _level(found)}


def _level(value: object) -> str | None:
    return str(value) if value else None


def options_out(found: Sequence[Audience], language: str) -> OptionsOut:
    """Return what a campaign can be made of, with the caller's audiences and goals in the caller's words."""
    measures = indicators.goal_schema().fields.values()
    units = {measure.key: measure.unit or None for measure in indicators.measures().values()}
    # What a kind of work brings itself ends no campaign's work.
    of_their_own = {kind.results for kind in definitions.all_of(WorkKind).values()}
    return {
        "audiences": [{"uid": a.uid, "name": a.name, "count": a.count} for a in found],
        "templates": [template_out(template) for template in channels.templates()],
        "goals": {
            "fields": [
                {"key": m.key, "labels": labels(m.labels), "type": m.type.value, "unit": units.get(m.key)}
                for m in measures
            ],
            "examples": [
                {"labels": labels(words), "expression": _goal_text(goal, language)}
                for words, goal in api.goal_examples()
            ],
        },
        "result_sets": [
            {"key": key, "labels": labels(body.labels)}
            for key, body in definitions.all_of(ResultSet).items()
            if key not in of_their_own
        ],
    }


def run_out(found: RunState | None) -> CampaignRunOut | None:
    """Return where heavy work stands; nothing of what is done."""
    if found is None:
        return None
    return {
        "uid": found.uid,
        "state": cast(schemas.RunState, found.state),
        "under_way": found.under_way,
        "step": labels(found.step),
        "done": found.done,
        "total": found.total,
        "error": None if found.under_way else failure(found.error),
    }


def estimate_standing_out(found: Computed[Estimate], language: str) -> EstimateStandingOut:
    """Return the newest stored estimate and where its run stands."""
    return {
        "estimate": None if found.result is None else estimate_out(found.result, language),
        "current": found.current,
        "made_at": found.made_at,
        "run": run_out(found.run),
    }


def message_out(party: Mapping[str, str], message: Message, language: str) -> MessageOut:
    """Return a message as its preview shows it, with what it has no value for."""
    said = "No value for {}" if language == "en" else "缺少资料：{}"
    return {
        "party": {"uid": uuid.UUID(party["uid"]), "display": party["display"]},
        "subject": message.subject,
        "body_text": message.text,
        "address": message.address,
        "findings": [
            {"code": "template.missing_variable", "message": said.format(name[language])} for name in message.missing
        ],
    }


def estimate_out(found: Estimate, language: str) -> EstimateOut:
    """Return what confirming would freeze."""
    return {
        "count": found.count,
        "business_date": found.business_date,
        "control": found.control,
        "reachable": found.reachable,
        "refusals": _refusals_out(found.refusals),
        "covered": found.covered,
        "followed": found.followed,
        "work_refusals": _refusals_out(found.work_refusals),
        "outlook": _outlook_out(found.outlook, language),
    }


def _outlook_out(found: Outlook | None, language: str) -> OutlookOut | None:
    if found is None:
        return None
    return {
        "judged": found.judged,
        "sentence": sentences.outlook(found, language),
        "better": found.better,
    }


def verdict_out(found: Verdict) -> VerdictOut:
    """Return what the gate says about one party."""
    return {
        "allowed": found.allowed,
        "reasons": [{"code": reason.code, "labels": labels(reason.labels)} for reason in found.reasons],
    }


def effect_out(campaign: Campaign, computed: Computed[Effect], principal: Principal) -> EffectOut:
    """Return a campaign's stored effect, and where its people are now, as its page shows them."""
    found = computed.result
    assert found is not None
    language = principal.language
    counted = standing.counts(campaign, principal=principal)
    channel = channels.template(campaign.template).channel
    return {
        "sentence": _said(campaign, computed, language),
        "business_date": found.business_date,
        "days": found.days,
        "observed_days": found.observed_days,
        "first_day": trading_calendar().add(campaign.reach_date, 1) if campaign.reach_date else None,
        "counts": chosen_out(campaign, counted),
        "refusals": _refusals_out(compliance.refusals(origin_uid=campaign.uid, channel=channel)),
        "work": _work_out(campaign),
        "measures": [_difference_out(measure, language) for measure in found.measures],
        "curve": _curve_out(found),
        "branches": _branches(found),
        "checks": _checks(
            found, counted, standing.put_off(campaign, principal=principal), campaign.control_percent, language
        )
        if campaign.snapshot_uid
        else [],
        "complete": found.complete,
        "closing": _closing(campaign.uid, principal),
        "current": computed.current,
        "made_at": computed.made_at,
        "run": run_out(computed.run),
    }


def _said(campaign: Campaign, computed: Computed[Effect], language: str) -> str:
    """What a campaign brought about, or what there is to wait for."""
    found = computed.result
    if campaign.launched_at is None:
        return sentences.awaited(campaign.state, language)
    if found is None or (found.observed_days and not computed.made_at):
        return sentences.pending(under_way=computed.run is not None and computed.run.under_way, language=language)
    return sentences.conclusion(found, language)


def _curve_out(found: Effect) -> CurveOut | None:
    told = next((measure for measure in found.measures if not measure.primary), None)
    if not found.curve or told is None:
        return None
    return {
        "unit": told.unit,
        "format": told.format,
        "days": list(range(found.observed_days + 1)),
        "treated": [_text(value) for value in found.curve["treated"]],
        "control": [_text(value) for value in found.curve["control"]],
    }


def _work_out(campaign: Campaign) -> CampaignWorkOut:
    """The managers' work about the people: given, refused by the gate, done with which results."""
    tasks = work.summary_of_origin(campaign.uid)
    known = definitions.all_of(ResultSet).get(campaign.result_set)
    words: dict[str, Labels] = {row.key: labels(row.labels) for row in known.results} if known else {}
    results: Counter[str] = Counter()
    for (_state, result), n in tasks.items():
        if result:
            results[result] += n
    refusals = compliance.refusals(origin_uid=campaign.uid, channel=_STAFF)
    return {
        "created": sum(tasks.values()),
        "refused": sum(n for _code, _labels, n in refusals),
        "refusals": _refusals_out(refusals),
        "done": sum(n for (state, _result), n in tasks.items() if state == "done"),
        "results": [
            {"key": key, "labels": words.get(key, {"zh": key, "en": key}), "count": n}
            for key, n in sorted(results.items())
        ],
    }


def _refusals_out(found: Refusals) -> list[RefusalOut]:
    return [{"code": code, "labels": labels(words), "count": n} for code, words, n in found]


def member_after(cursor: str) -> int:
    """Return the party after which the page of `cursor` begins."""
    return int(cursors.unseal("members", cursor)[0] or 0) if cursor else 0


def members_out(
    rows: Sequence[MemberRow], more: int | None, count: int, principal: Principal, *, resends: bool
) -> MembersOut:
    """Return people of a campaign; those the viewer may not see have no name and no reason. `resends`: the viewer may resend."""
    key = catalogue.object_with_role("party").key
    found = objects.records_by_id(key, [row.party_id for row in rows], principal=principal)
    return {
        "items": [
            {
                "party": {"uid": found[row.party_id].uid, "display": found[row.party_id].display}
                if row.party_id in found
                else None,
                "group": cast(Group, row.group),
                "state": cast(TouchState, row.state),
                "reasons": cast(list[ReasonOut], list(row.reasons)) if row.party_id in found else [],
                "sent_at": row.sent_at,
                "work_state": row.work_state or None,
                "converted": row.converted,
                "much": _text(row.much),
                "resendable": resends and row.resendable and row.party_id in found,
            }
            for row in rows
        ],
        "next_cursor": cursors.seal("members", [more]) if more else None,
        "count": count,
        "measured": _measured_out(),
    }


def _measured_out() -> MeasuredOut | None:
    told = indicators.effect_measure()
    if told is None:
        return None
    return {"labels": labels(told.labels), "unit": told.unit, "format": told.value_type.format}


def _difference_out(found: Difference, language: str) -> MeasureOut:
    return {
        "key": found.key,
        "labels": labels(found.labels),
        "unit": found.unit,
        "format": found.format,
        "treated": _text(found.treated),
        "control": _text(found.control),
        "difference": _text(found.difference),
        "low": _text(found.low),
        "high": _text(found.high),
        "significant": found.significant,
        "primary": found.primary,
        "counted": found.counted,
        "n_treated": found.n_treated,
        "n_control": found.n_control,
        "state": found.state,
        "some_treated": found.some_treated,
        "some_control": found.some_control,
        "p": None if found.p is None else f"{found.p:.4f}",
        "note": sentences.note(found, language),
    }


def _goal_text(goal: str, language: str) -> str:
    """Write a goal with the labels of its measures; one over measures that no longer exist stays as it was written."""
    try:
        schema = indicators.goal_schema()
        return expressions.to_text(expressions.parse(goal, schema), schema, language)
    except ExpressionInvalid:
        return goal


def _goal(campaign: Campaign, language: str) -> str:
    """Say the goal in words; a goal over measures that no longer exist stays as it was written."""
    said = _goal_text(campaign.goal, language)
    if said == campaign.goal:
        return said
    for sign, written in (("`", ""), (">=", "≥"), ("<=", "≤"), ("!=", "≠")):
        said = said.replace(sign, written)
    said = _with_units(re.sub(r"\d{4,}", lambda number: f"{int(number[0]):,}", said), language)
    if language == "en":
        return f"{said} within {campaign.goal_days} trading days after reach"
    said = said.replace(" and ", "，且").replace(" or ", "，或")
    return f"触达后 {campaign.goal_days} 个交易日内{said}"


def _with_units(said: str, language: str) -> str:
    """Give the numbers that measures are compared with the units of those measures."""
    for measure in indicators.measures().values():
        if not measure.unit:
            continue
        compared = re.compile(rf"({re.escape(measure.labels[language])} [≥≤><=≠] )(-?[\d,.]+)")
        if language == "zh":
            said = compared.sub(rf"\g<1>\g<2> {measure.unit}", said)
        elif measure.unit == "元":
            said = compared.sub(r"\g<1>CNY \g<2>", said)
    return said


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _branches(found: Effect) -> list[BranchOut]:
    units = {unit.id: unit for unit in organization.all_units()}
    rows: list[BranchOut] = []
    for unit in found.units:
        difference, shown = unit["difference"], units[unit["unit_id"]]
        rows.append(
            {
                "uid": shown.uid,
                "name": shown.name,
                "chosen": unit["chosen"],
                "control": unit["control"],
                "sent": unit["sent"],
                "refused": unit["refused"],
                "treated_met": difference.some_treated,
                "control_met": difference.some_control,
                "treated_n": difference.n_treated,
                "control_n": difference.n_control,
                "treated_rate": _text(difference.treated),
                "control_rate": _text(difference.control),
                "difference": _text(difference.difference),
                "low": _text(difference.low),
                "high": _text(difference.high),
                "small": unit["small"],
            }
        )
    return rows


_Check = tuple[str, bool | None, str, str]


def _checks(found: Effect, counted: Counts, put_off: PutOff | None, planned: int, language: str) -> list[CheckOut]:
    parts = (counted.control, counted.refused, counted.waiting, counted.sent, counted.unknown, counted.failed)
    split = sentences.split(counted, planned)
    rows: list[_Check] = [
        (
            "accounted",
            sum(parts) + counted.stopped == counted.chosen,
            f"{counted.chosen:,} 户全部有去向",
            f"All {counted.chosen:,} are accounted for",
        ),
        ("split", found.balance is None or found.balance.sizes_hold, split.zh, split.en),
        (
            "unknown",
            None if counted.unknown == 0 else False,
            f"{counted.unknown} 条结果未知，不自动重发",
            f"{counted.unknown} unknown outcomes, never resent by themselves",
        ),
    ]
    rows += _balance_checks(found.balance)
    if put_off is not None:
        moment, n = clock.local(put_off.until).strftime("%m-%d %H:%M"), f"{put_off.count:,}"
        english = f"Quiet hours: {n} messages wait and are sent from {moment}"
        rows.append(("quiet", None, f"{n} 条消息因免打扰时段等到 {moment} 发送", english))
    return [{"key": key, "ok": ok, "text": en if language == "en" else zh} for key, ok, zh, en in rows]


def _balance_checks(found: Balance | None) -> list[_Check]:
    if found is None:
        return []
    lost, reached = (found.lost_treated, found.lost_control), (found.reached_treated, found.reached_control)
    rows: list[_Check] = [
        (
            "lost",
            not found.losses_differ,
            f"未计入：干预组 {lost[0]:,} 人，对照组 {lost[1]:,} 人",
            f"Not in the comparison: {lost[0]:,} treated, {lost[1]:,} of control",
        )
        if any(lost)
        else ("lost", None, "未计入：0 人", "Not in the comparison: nobody")
    ]
    if found.reached_differ:
        zh = f"同期被其他活动触达：干预组 {reached[0]:,} 人，对照组 {reached[1]:,} 人，比例不同"
        en = f"Reached by other campaigns meanwhile, not alike: {reached[0]:,} treated, {reached[1]:,} of control"
        rows.append(("elsewhere", False, zh, en))
    return rows


def _closing(uid: uuid.UUID, principal: Principal) -> ClosingOut | None:
    versions, late = standing.closed(uid, principal=principal)
    if not versions:
        return None
    language = principal.language
    return {
        "may_change": sentences.late(late, language),
        "late": len(late),
        "versions": [
            {
                "version": one.version,
                "made_at": one.made_at,
                "sentence": sentences.conclusion(one.result, language),
                "why": sentences.why(one.files, language) if one.version > 1 else None,
            }
            for one in reversed(versions)
        ],
    }
