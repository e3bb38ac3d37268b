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
    """Work that somebody has done already."""

    code = "work.already_done"
    status = 409
    zh = "该待办已由 {by} 办结"
    en = "{by} has done this work already"


class AlreadyCancelled(AlreadyDone):
    """Work that was withdrawn meanwhile."""

    code = "work.already_cancelled"
    zh = "该待办已取消"
    en = "This work was cancelled"


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


class AlreadyPaused(ZhikeError):
    """Work whose clock rests already."""

    code = "work.already_paused"
    status = 409
    zh = "该待办已暂停计时"
    en = "The clock of this work rests already"


class NotPaused(ZhikeError):
    """Work whose clock runs already."""

    code = "work.not_paused"
    status = 409
    zh = "该待办已恢复计时"
    en = "The clock of this work runs already"


class CannotSee(ZhikeError):
    """Work that would go to somebody who may not see what it is about, from somebody who may not share that."""

    code = "work.cannot_see"
    status = 409
    zh = "{employee_no} 无权查看该待办涉及的记录，您也不能共享给他，请另选他人"
    en = "{employee_no} may not see what this work is about, and you may not share it; choose somebody else"


class NobodyToAsk(ZhikeError):
    """Nobody but the asker holds the role that would decide."""

    code = "work.nobody_to_ask"
    status = 409
    zh = "您所在机构及其上级没有能处理此申请的“{role}”，请联系管理员"
    en = "Nobody else holds the role '{role}' in your unit or above it; ask your administrator"


class NoSuchColleague(ZhikeError):
    """Somebody who does not sign in here, or who may not do such work."""

    code = "work.no_such_colleague"
    status = 422
    zh = "工号 {employee_no} 不能承办这件待办"
    en = "{employee_no} cannot be given this work"


class ClockRests(ZhikeError):
    """The clock of work that has none, or whose time has run out."""

    code = "work.clock"
    status = 409
    zh = "该待办没有可暂停或恢复的时限"
    en = "This work has no deadline that could be paused or taken up again"


class NotReassigned(ZhikeError):
    """One of several pieces of work that a fault of the server kept where it was."""

    code = "work.not_reassigned"
    status = 500
    zh = "系统出错，该待办未改派，请稍后重试"
    en = "A fault of the server kept this work where it is; try again later"
