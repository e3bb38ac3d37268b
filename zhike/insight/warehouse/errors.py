from __future__ import annotations

from zhike.kernel.datasets import UnknownDataset as UnknownDataset
from zhike.kernel.errors import DiskFull, ZhikeError


class FileUnreadable(ZhikeError):
    """A received file that cannot be loaded at all; the findings say what to correct."""

    code = "load.unreadable"
    status = 422
    zh = "文件“{file}”无法加载：{reason}"
    en = "File '{file}' cannot be loaded: {reason_en}"

    @classmethod
    def of(cls, file: str, code: str, reason: str, reason_en: str) -> FileUnreadable:
        """Return the error of a file with one finding."""
        findings = [{"code": code, "message": reason, "message_en": reason_en}]
        return cls(file=file, reason=reason, reason_en=reason_en, findings=findings)


class FileLarge(ZhikeError):
    """A file that is larger than is sent by hand."""

    code = "load.large_file"
    status = 413
    zh = "文件“{file}”超过 {most:,} MB，请放入夜间加载的文件夹，或分成几个文件"
    en = "File '{file}' has more than {most:,} MB; put it into the folder that is loaded at night, or split it"


class NoPreview(ZhikeError):
    """A file that tells its own columns and types, so that nothing is to be chosen."""

    code = "load.no_preview"
    status = 422
    zh = "“{file}”不是 Excel 或 CSV，没有预览，可以直接加载"
    en = "'{file}' is no Excel and no CSV file; it has no preview and can be loaded as it is"


class ColumnsUnreadable(ZhikeError):
    """A choice of columns that is none: heads of the file and columns of the source, as JSON."""

    code = "load.columns"
    status = 422
    zh = "列的对应无法读取，请重新选择"
    en = "The choice of columns cannot be read; choose again"


class LoadFailed(ZhikeError):
    """A file sent by hand that could not be loaded; the load `load` holds what is wrong with it."""

    code = "load.failed"
    status = 422
    zh = "文件“{file}”没有装载，原有数据不变"
    en = "File '{file}' was not loaded; nothing was changed"


class PackNotApplied(ZhikeError):
    """A load by definitions of a pack that the installation has otherwise, or not at all."""

    code = "load.pack_not_applied"
    status = 409
    zh = "业务包 {packs} 与已应用的不同，未装载。请先 zhike pack plan {folder}，再 zhike pack apply {folder}"
    en = "The packs {packs} differ from what is applied; nothing was loaded. First zhike pack plan {folder}, then zhike pack apply {folder}"


class UnknownSource(ZhikeError):
    """A source that no definition describes."""

    code = "load.unknown_source"
    status = 404
    zh = "没有数据源“{source}”。已有：{has}"
    en = "There is no source '{source}'. There are: {has}"


class NoBusinessDate(ZhikeError):
    """A file whose business date cannot be found."""

    code = "load.no_business_date"
    status = 422
    zh = "无法从文件名“{file}”得到业务日期，应形如 {example}，或另行指明日期"
    en = "File name '{file}' holds no business date; it should look like {example}, or the date be given"


class DateDiffers(ZhikeError):
    """A file whose name holds another day than the one it was sent for."""

    code = "load.date_differs"
    status = 422
    zh = "文件名“{file}”的日期是 {named}，与填写的业务日期 {given} 不符"
    en = "The name of file '{file}' says {named}, not the business date {given} that was given"


class NotATradingDay(ZhikeError):
    """A stage run asked for a day on which the market is closed."""

    code = "stage.not_a_trading_day"
    status = 422
    zh = "{day} 不是交易日，没有可计算的数据。上一交易日是 {before}"
    en = "{day} is not a trading day; nothing to compute. The trading day before it is {before}"


class DayMissing(ZhikeError):
    """A stage run asked for a day whose files have not arrived."""

    code = "stage.day_missing"
    status = 422
    zh = "{day} 的数据未到齐，还缺：{names}。已到最新业务日期：{latest}"
    en = "The data of {day} are incomplete, without {names_en}. The latest day received is {latest}"


class StageDiskFull(DiskFull):
    """A full disk in the midst of a stage: steps that were done stay, nothing of it was published."""

    code = "stage.disk_full"
    zh = "服务器磁盘已满，{day} 的跑批没有完成，也没有发布：各页面仍显示 {shown} 日终，已导入的文件都在。请联系管理员清理或扩容后重新跑批"
    en = "The server's disk is full: {day} was not computed to its end and not published. Pages go on showing {shown_en}, and the files that were loaded are there. Ask an administrator for room, then compute it again"


class NothingPublished(ZhikeError):
    """A question that needs a published business date before there is one."""

    code = "warehouse.nothing_published"
    status = 503
    zh = "尚无已发布的业务日期，请先运行日终跑批（zhike stage run）"
    en = "No business date has been published yet; run the stage first (zhike stage run)"


class DefinitionsBroken(ZhikeError):
    """A folder of definitions with faults; the findings name each file."""

    code = "definitions.broken"
    status = 422
    zh = "“{folder}”中的定义有 {count} 处问题"
    en = "The definitions in '{folder}' have {count} faults"


class NotRepeatable(ZhikeError):
    """A run that is under way, that did what it was about, or that nobody can do any more."""

    code = "run.not_repeatable"
    status = 409
    zh = "“{title}”不能再运行：只有失败、已取消或中断的任务可以"
    en = "'{title}' cannot be run again: only a run that failed, was cancelled or was interrupted can"


class NotWaiting(ZhikeError):
    """A load that waits for nobody's answer: it was answered, or never had to be."""

    code = "load.not_waiting"
    status = 409
    zh = "文件“{file}”不在等待确认（已被处理）"
    en = "File '{file}' does not wait for an answer; it was answered already"


class NewerLoad(ZhikeError):
    """A load that is not the newest of its source any more: what is there is of the newer one."""

    code = "load.newer"
    status = 409
    zh = "“{file}”之后已装载了“{newer}”，只能处理最后一次装载"
    en = "'{newer}' was loaded after '{file}'; only the last load of a source can be answered or taken back"
