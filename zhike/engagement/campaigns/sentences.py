"""What may be said of a campaign's effect and outlook, in the reader's language; never more than the figures bear."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from zhike.engagement.campaigns.types import Balance, Counts, Difference, Effect, LateFile, Outlook
from zhike.kernel.definition_parts import Labels

_LEAST_GROUP = 30
_FILES_NAMED = 3


def conclusion(found: Effect, language: str) -> str:
    """Say what the campaign brought about, or why nothing is said about it."""
    primary = next((measure for measure in found.measures if measure.primary), None)
    if primary is None:
        said = Labels(
            "尚无可比较的数据：触达后的第一个交易日结束后开始计算",
            "Nothing to compare yet: figures begin at the end of the first trading day after reach",
        )
        return said[_at(language)]
    if found.balance is not None and not found.balance.holds:
        said = _not_as_planned(found.balance)
    elif primary.state == "few":
        said = _too_few(primary, over=found.complete)
    else:
        said = _seen(primary) if primary.significant else _not_seen(primary)
    return (said[_at(language)] + _under_way(found)[_at(language)]).strip()


def awaited(state: str, language: str) -> str:
    """Say what has to happen to a campaign that was never launched before it brings anything about."""
    known = {
        "draft": Labels(
            "活动还是草稿：确认人数并启动后，才有人群去向与效果",
            "Still a draft: people and effect begin once it is confirmed and launched",
        ),
        "confirming": Labels(
            "正在冻结名单：完成并启动后，才有人群去向与效果",
            "The audience is being frozen: people and effect begin once that is done and it is launched",
        ),
    }
    launch = Labels(
        "人数已确认，尚未启动：启动后才开始触达和计算效果",
        "Confirmed and not launched: reach and effect begin with the launch",
    )
    return known.get(state, launch)[_at(language)]


def pending(*, under_way: bool, language: str) -> str:
    """Say that nothing is computed yet, though there are figures."""
    computing = Labels("正在按最新数据计算", "Being computed from the newest figures")
    return (computing if under_way else Labels("效果尚未计算", "The effect is not computed yet"))[_at(language)]


def note(measure: Difference, language: str) -> str | None:
    """Say what a reader of one measure has to know beside its numbers; of the primary one the conclusion says it."""
    if measure.state == "few":
        few = Labels("人数太少，暂不比较", "Too few people to compare")
        return None if measure.primary else few[_at(language)]
    if measure.state == "early":
        return Labels("金额只在观察期最后一天比较", "Amounts are compared on the last day only")[_at(language)]
    if measure.capped is None:
        return None
    cap, raw, largest = measure.capped.cap, measure.capped.raw, round(measure.capped.largest * 100)
    unit = measure.unit
    said = Labels(
        f"单户按 ±{cap:,.0f} {unit}封顶比较；不封顶的户均差为 {_minus(f'{raw:,.0f}')} {unit}，"
        f"其中最大 5 户占 {largest}%，不作结论",
        f"Compared with each capped at ±{cap:,.0f} {unit}; without the cap the difference is {_minus(f'{raw:,.0f}')}"
        f" {unit} each, {largest}% of all in the five largest: no conclusion from it",
    )
    return said[_at(language)]


def late(files: Sequence[LateFile], language: str) -> str:
    """Say whether what has arrived since the verdict may change it."""
    if not files:
        said = Labels(
            "观察期各日已到的数据都已计入。以后若有迟到或更正的文件，这里会说明；结论不会自行改变。",
            "All that has arrived for the observed days is counted. Late or corrected files would be told of here; the"
            " conclusion does not change by itself.",
        )
    else:
        n, some = len(files), _files(files)
        said = Labels(
            f"结论之后又到 {n} 个观察期内的文件（{some}），尚未计入，可能改变结论；重新计算会另存一版，原结论保留。",
            f"{n} files about the observed days came after the conclusion ({some}). They are not counted and may change"
            " it; a recalculation is kept as another version beside it.",
        )
    return said[_at(language)]


def why(files: Sequence[LateFile], language: str) -> str:
    """Say why a verdict was computed again."""
    if not files:
        return Labels("数据没有变化", "No figures changed")[_at(language)]
    said = Labels(f"因迟到或更正的文件：{_files(files)}", f"Because of late or corrected files: {_files(files)}")
    return said[_at(language)]


def outlook(found: Outlook, language: str) -> str:
    """Say whether a planned campaign can be judged, what it could see, and what would see more."""
    rate, few = _percent(found.rate), f"{found.expected:,.1f}"
    zh = f"同一批人此前 {found.days} 个交易日有 {rate} 达到目标，人数少的一组预计约 {few} 人转化。"
    en = (
        f"In the {found.days} trading days before, {rate} of the same people met the goal: about {few} conversions are"
        " expected in the smaller group."
    )
    if found.seen is None:
        zh += f"至少要 {found.floor} 人（且每组 {_LEAST_GROUP} 人），这样分组永远不会有结论。"
        en += (
            f" It takes {found.floor} (and {_LEAST_GROUP} people a group): with these groups nothing is ever concluded."
        )
    else:
        zh += f"期末能下结论；八成把握看得出的最小差别是 {_points(found.seen)} 个百分点。"
        en += f" It can be judged at the end; the smallest difference seen with 80% power is {_points(found.seen)} points."
    if found.better is not None and found.better_seen is not None:
        zh += f"建议对照组 {found.better}%：能看出 {_points(found.better_seen)} 个百分点。"
        en += f" A control group of {found.better}% is proposed: it sees {_points(found.better_seen)} points."
    elif found.seen is None:
        zh += "人太少，把对照组加大到一半也不够。"
        en += " There are too few people even for a control group of half of them."
    if found.seen is None:
        zh += "可以扩大客群、换一个目标，或接受没有结论。"
        en += " Enlarge the audience, take another goal, or accept that nothing is concluded."
    return Labels(zh, en)[_at(language)]


def split(counted: Counts, planned: int) -> Labels:
    """Say the share of the control group, and where it is another than planned why that is no fault."""
    chosen = counted.chosen
    share = counted.control / chosen * 100 if chosen else 0.0
    if f"{share:.1f}" == f"{planned:.1f}":
        return Labels(f"对照组占 {share:.1f}%", f"Control group is {share:.1f}%")
    return Labels(
        f"对照组占 {share:.1f}%（设定 {planned}%；共 {chosen:,} 户，逐户随机留出，户数越少偏差越大）",
        f"Control group is {share:.1f}% (planned {planned}%; each of {chosen:,} is drawn by chance, the fewer the further)",
    )


def _at(language: str) -> str:
    return "en" if language == "en" else "zh"


def _under_way(found: Effect) -> Labels:
    if found.complete:
        return Labels("", "")
    day = f"{found.observed_days}/{found.days}"
    return Labels(
        f"进行中，第 {day} 天；提前下结论的门槛更高。",
        f" Under way, day {day}; concluding early takes stronger evidence.",
    )


def _not_as_planned(found: Balance) -> Labels:
    if found.sizes_hold:
        lost = [
            _percent(part / whole if whole else 0.0)
            for part, whole in ((found.lost_treated, found.treated), (found.lost_control, found.control))
        ]
        return Labels(
            f"两组失去的人不一样多（干预组 {lost[0]}，对照组 {lost[1]}），先查原因，暂不下结论。",
            f"The groups lost different shares of their people (treated {lost[0]}, control {lost[1]}): find out why"
            " first, nothing is concluded.",
        )
    treated, control = found.treated, found.control
    if found.p_assigned >= 0.001:
        treated, control = treated - found.lost_treated, control - found.lost_control
    planned = (treated + control) * found.planned
    return Labels(
        f"两组人数与计划不符（{control:,} 对应有 {planned:,.0f}），先查分组，暂不下结论。",
        f"The groups are not of the planned sizes ({control:,} in control where {planned:,.0f} belong): check the"
        " assignment first, nothing is concluded.",
    )


def _too_few(found: Difference, *, over: bool) -> Labels:
    none = Labels("没有结论", "No conclusion") if over else Labels("暂无结论", "No conclusion yet")
    far = Labels("共", "in all") if over else Labels("目前", "so far")
    smaller = Labels("对照组", "the control group")
    if found.n_treated < found.n_control:
        smaller = Labels("干预组", "the treated group")
    if found.expected >= found.floor:
        n = min(found.n_treated, found.n_control)
        return Labels(
            f"{none.zh}：{smaller.zh}只有 {n} 人，每组至少要 {_LEAST_GROUP} 人才能比较。",
            f"{none.en}: {smaller.en} has {n}, each group needs {_LEAST_GROUP} to be compared.",
        )
    some, did = found.some_treated + found.some_control, Labels("转化", "converted")
    everybody = found.n_treated + found.n_control
    if some * 2 > everybody:
        some, did = everybody - some, Labels("未转化", "did not convert")
    now = (
        Labels(f"（现约 {found.expected:,.0f} 人）", f" (now about {found.expected:,.0f})") if some else Labels("", "")
    )
    return Labels(
        f"{none.zh}：{far.zh} {some:,} 人{did.zh}，{smaller.zh}预计至少 {found.floor} 人{did.zh}{now.zh}时才能比较。",
        f"{none.en}: {some:,} {did.en} {far.en}; it takes {found.floor} expected of {smaller.en}{now.en}"
        " before the groups are compared.",
    )


def _seen(found: Difference) -> Labels:
    assert found.difference is not None and found.low is not None and found.high is not None
    places = _places(found)
    rates = [f"{value:.{places}f}%" for value in (found.treated, found.control) if value is not None]
    size, span = f"{abs(found.difference):.{places}f}", [f"{end:.{places}f}" for end in (found.low, found.high)]
    if found.difference > 0:
        return Labels(
            f"有效：转化率 {rates[0]} 对 {rates[1]}，高 {size} 个百分点（区间 {span[0]}–{span[1]}）。",
            f"It works: conversion {rates[0]} against {rates[1]}, {size} points higher (interval {span[0]}–{span[1]}).",
        )
    low, high = (_minus(end) for end in span)
    return Labels(
        f"反效果：转化率 {rates[0]} 对 {rates[1]}，低 {size} 个百分点（区间 {low} 至 {high}）。",
        f"It does harm: conversion {rates[0]} against {rates[1]}, {size} points lower (interval {low} to {high}).",
    )


def _not_seen(found: Difference) -> Labels:
    places = _places(found)
    low, high = (_minus(f"{end:+.{places}f}") for end in (found.low, found.high) if end is not None)
    return Labels(
        f"没有看出差别：差在 {low} 到 {high} 个百分点之间都有可能。",
        f"No difference is seen: anything between {low} and {high} points is possible.",
    )


def _places(found: Difference) -> int:
    """One decimal, more where the whole interval is within a point."""
    ends = [abs(end) for end in (found.low, found.high) if end is not None]
    return 1 if max(ends, default=Decimal(1)) >= 1 else 2


def _files(files: Sequence[LateFile]) -> str:
    named = [file.file for file in files[:_FILES_NAMED]]
    return ", ".join(named) + (" …" if len(files) > _FILES_NAMED else "")


def _percent(value: float) -> str:
    return f"{value * 100:.1f}%" if value >= 0.01 else f"{value * 100:.2f}%"


def _points(value: float) -> str:
    return f"{value * 100:.2f}"


def _minus(text: str) -> str:
    return text.replace("-", "−")
