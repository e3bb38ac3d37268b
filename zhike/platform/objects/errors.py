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


class TooManyOrders(ZhikeError):
    """More orders than a list has."""

    code = "object.too_many_orders"
    status = 422
    zh = "列表最多按 {most} 项排序，这里给了 {given} 项"
    en = "A list is sorted by {most} fields at most; {given} were given"


class TooManyColumns(ZhikeError):
    """More columns than a list has."""

    code = "object.too_many_columns"
    status = 422
    zh = "列表最多 {most} 列，这里给了 {given} 列"
    en = "A list has {most} columns at most; {given} were given"


class LeadsNowhere(ZhikeError):
    """A path that goes on behind a field which points at no record of an object; `has` are those that do."""

    code = "object.leads_nowhere"
    status = 422
    zh = "“{object}”的属性“{field}”不指向其他业务对象的记录，后面不能再写属性"
    en = "Field '{field}' of '{object}' points at no record of another object; no field can follow it"

    def message(self, lang: str = "zh") -> str:
        said, has = super().message(lang), self.facts["has"]
        if not isinstance(has, list) or not has:
            return said
        return f"{said}。指向记录的有：{'、'.join(has)}" if lang == "zh" else f"{said}. These do: {', '.join(has)}"


class TooManySteps(ZhikeError):
    """A field that lies further away than a list looks."""

    code = "object.too_many_steps"
    status = 422
    zh = "“{path}”经过 {given} 次引用；列表最多经过 {most} 次"
    en = "'{path}' lies {given} references away; a list reaches over {most} at most"


class BadColumnKey(ZhikeError):
    """A computed column under a key that it cannot have."""

    code = "object.bad_column_key"
    status = 422
    zh = "计算列不能叫“{key}”：键名用小写字母、数字和下划线，以字母开头，不与属性或其他列重名"
    en = "A computed column cannot be called '{key}': a key has small letters, digits and underscores, begins with a letter and is not that of a field or another column"


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


class FindSeries(ZhikeError):
    """Number after number that is looked for."""

    code = "record.find_series"
    status = 429
    zh = "一小时内已按 {times} 个不同的完整号码查找，请稍后再试；本次未查找，已记录"
    en = "{times} different whole numbers were looked for within the hour. Try again later; this one was not, and is on record"


class SourceOwned(ZhikeError):
    """Deleting what a source system keeps."""

    code = "record.source_owned"
    status = 422
    zh = "该记录由来源系统“{source}”维护，不能在此删除"
    en = "The source system '{source}' keeps this record; it cannot be deleted here"
