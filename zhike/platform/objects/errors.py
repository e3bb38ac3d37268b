from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class UnknownObject(ZhikeError):
    """An object type that no pack defines."""

    code = "object.unknown"
    status = 404
    zh = "没有业务对象“{object}”。已有：{has}"
    en = "There is no object '{object}'. There are: {has}"


class UnknownField(ZhikeError):
    """A field that is not on the object."""

    code = "object.unknown_field"
    status = 422
    zh = "“{object}”没有属性“{field}”。已有：{has}"
    en = "Field '{field}' is not on '{object}'. It has: {has}"


class Unsortable(ZhikeError):
    """An order by a field that has none."""

    code = "object.unsortable"
    status = 422
    zh = "“{object}”不能按“{field}”排序。可以按：{has}"
    en = "'{object}' is not sorted by '{field}'. It is sorted by: {has}"


class NotSummable(ZhikeError):
    """A sum of a field whose values do not add up."""

    code = "object.not_summable"
    status = 422
    zh = "“{object}”的属性“{field}”不能求和。可以求和的有：{has}"
    en = "Field '{field}' of '{object}' does not add up. These do: {has}"


class MixedCurrencies(ZhikeError):
    """A sum of amounts that are not all in the currency of their field."""

    code = "object.mixed_currencies"
    status = 422
    zh = "“{object}”的属性“{field}”中有{currencies}的金额，不同币种不能相加；请先按币种分开，或只保留{currency}"
    en = "Field '{field}' of '{object}' holds amounts in {currencies}, which do not add up; take them by currency, or those in {currency} only"


class NotGroupable(ZhikeError):
    """Groups of a field whose stored values say nothing of which are the same."""

    code = "object.not_groupable"
    status = 422
    zh = "“{object}”不能按“{field}”分组。可以按：{has}"
    en = "Records of '{object}' are not grouped by '{field}'. They are by: {has}"


class UnknownRefinement(ZhikeError):
    """A refinement that the object does not have."""

    code = "object.unknown_refinement"
    status = 422
    zh = "“{object}”没有对象细分“{refinement}”。已有：{has}"
    en = "'{object}' has no refinement '{refinement}'. It has: {has}"


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
    zh = "岗位已变动，或名单中的客户信息已按要求删除，此文件不再提供，请重新导出"
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


class ReasonRequired(ZhikeError):
    """A sensitive act without a reason."""

    code = "record.reason_required"
    status = 422
    zh = "请填写原因（至少 {length} 个字）"
    en = "Give a reason of at least {length} characters"


class UnmaskSeries(ZhikeError):
    """Value after value in clear for one reason."""

    code = "record.unmask_series"
    status = 429
    zh = "一小时内已用同一理由查看 {times} 次，请逐一写明理由；本次未显示，已记录"
    en = "{times} values were shown within the hour for this reason. Give each its own; this one was not shown, and is on record"


class FindSeries(ZhikeError):
    """Number after number that is looked for."""

    code = "record.find_series"
    status = 429
    zh = "一小时内已按 {times} 个不同的完整号码查找，请稍后再试；本次未查找，已记录"
    en = "{times} different whole numbers were looked for within the hour. Try again later; this one was not, and is on record"


class ShareDates(ZhikeError):
    """A share that ends in the past or too late."""

    code = "share.dates"
    status = 422
    zh = "共享期限应为今天起 {days} 天以内"
    en = "A share ends today or within {days} days"


class ShareWithOne(ZhikeError):
    """A share with nobody, or with a person and a unit at once."""

    code = "share.with_one"
    status = 422
    zh = "请选择一位同事或一个机构"
    en = "Choose one colleague or one unit"


class SourceOwned(ZhikeError):
    """Deleting what a source system keeps."""

    code = "record.source_owned"
    status = 422
    zh = "该记录由来源系统“{source}”维护，不能在此删除"
    en = "The source system '{source}' keeps this record; it cannot be deleted here"
