from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class UnknownMeasure(ZhikeError):
    """A measure that no definition describes."""

    code = "measure.unknown"
    status = 422
    zh = "没有度量“{measure}”。已有：{has}"
    en = "There is no measure '{measure}'. There are: {has}"


class CyclicFormula(ZhikeError):
    """Formulas that need each other."""

    code = "indicator.cyclic"
    status = 422
    zh = "指标公式循环引用：{keys}"
    en = "These formulas need each other: {keys}"


class NoCurve(ZhikeError):
    """A measure that does not add up over the accounts of a party, asked for in the days after a start."""

    code = "measure.no_curve"
    status = 422
    zh = "度量“{measure}”不能跨账户相加，无法用于效果统计"
    en = "Measure '{measure}' does not add up over accounts, so no effect can be read from it"
