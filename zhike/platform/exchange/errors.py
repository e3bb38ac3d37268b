from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class TooManyRows(ZhikeError):
    """An export above the limit."""

    code = "export.too_many"
    status = 422
    zh = "导出上限为 {limit:,} 行，当前条件有 {count:,} 行。请缩小条件"
    en = "An export holds at most {limit:,} rows; this one has {count:,}. Narrow the condition"


class ApprovalNeeded(TooManyRows):
    """An export above the limit that somebody else may approve."""

    code = "export.approval_needed"
    zh = "超过 {limit:,} 行的导出需要审批，当前条件有 {count:,} 行"
    en = "An export above {limit:,} rows needs an approval; this one has {count:,}"


class NoApproval(ZhikeError):
    """An export above the limit where no rule says who approves it."""

    code = "export.no_approval"
    status = 422
    zh = "本机构没有设置超过 {limit:,} 行的导出审批，请缩小条件"
    en = "Nothing above {limit:,} rows is approved here; narrow the condition"


class ExportNotReady(ZhikeError):
    """An export that is still being made, failed, or whose time has passed."""

    code = "export.not_ready"
    status = 409
    zh = "导出文件尚未生成，或已过期删除"
    en = "The file is not made yet, or its time has passed and it was removed"


class ExportOutdated(ZhikeError):
    """An export whose asker holds other posts by now, or that may hold somebody who was erased since."""

    code = "export.outdated"
    status = 409
    zh = "岗位已变动，或名单中有人的信息已按要求删除，此文件不再提供，请重新导出"
    en = "Your posts have changed, or somebody was erased since; this file is not given out any more, export again"


class ExportGrew(ZhikeError):
    """A list that has more rows by now than were approved."""

    code = "export.grew"
    status = 409
    zh = "审批的是 {approved:,} 行，现在已有 {count:,} 行，请重新申请"
    en = "{approved:,} rows were approved and there are {count:,} now; ask again"


class ExporterLeft(ZhikeError):
    """An export whose asker does not sign in here any more."""

    code = "export.exporter_left"
    status = 409
    zh = "申请人 {employee_no} 已停用，未生成导出文件"
    en = "{employee_no}, who asked for it, has left; nothing was exported"
