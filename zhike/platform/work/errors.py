from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class UnknownResult(ZhikeError):
    """A result code that this kind of work does not have."""

    code = "work.unknown_result"
    status = 422
    zh = "没有办理结果“{result}”。可选：{has}"
    en = "There is no result '{result}'. There are: {has}"


class NoResults(ZhikeError):
    """Work that could never be finished: neither its kind nor whoever gives it names results that there are."""

    code = "work.no_results"
    status = 422
    zh = "待办类型“{kind}”没有办理结果（“{results}”），派发后无法办结。可选结果集：{has}"
    en = "Work of kind '{kind}' could not be finished: there are no results '{results}'. There are: {has}"


class UnknownKind(ZhikeError):
    """There is no such kind of work."""

    code = "work.unknown_kind"
    status = 422
    zh = "没有待办类型“{kind}”。可选：{has}"
    en = "There is no kind of work '{kind}'. There are: {has}"


class AlreadyDone(ZhikeError):
    """Work that somebody has done or cancelled already."""

    code = "work.already_done"
    status = 409
    zh = "该待办已由 {by} 办结或已取消"
    en = "This work was already done or cancelled by {by}"


class AlreadyTaken(ZhikeError):
    """Work that somebody else has taken."""

    code = "work.already_taken"
    status = 409
    zh = "该待办已由 {by} 领取"
    en = "{by} has taken this work already"


class NotHeld(ZhikeError):
    """Work that only whoever has it, or may take it, finishes or hands on."""

    code = "work.not_held"
    status = 403
    zh = "只有承办人或候选人可以这样做；发起人不能自己办理"
    en = "Only whoever has this work or may take it does that, never who asked for it"


class NobodyToAsk(ZhikeError):
    """Nobody but the asker holds the role that would decide."""

    code = "work.nobody_to_ask"
    status = 409
    zh = "您所在机构及其上级没有可审批的“{role}”，请联系管理员"
    en = "Nobody else holds the role '{role}' in your unit or above it; ask your administrator"


class NoSuchColleague(ZhikeError):
    """Somebody who does not sign in here, or who may not do such work."""

    code = "work.no_such_colleague"
    status = 422
    zh = "工号 {employee_no} 不能承办这件待办"
    en = "{employee_no} cannot be given this work"


class ClockRests(ZhikeError):
    """The clock of work that rests already, goes on already, or that has none."""

    code = "work.clock"
    status = 409
    zh = "该待办没有可暂停或恢复的时限"
    en = "This work has no deadline that could be paused or taken up again"
