"""Measures and indicators: their definitions, and the words of conditions as other rooms see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, WithJsonSchema
from pyroaring import BitMap

from zhike.expressions.types import Type
from zhike.insight.warehouse.types import DatasetName, Formula
from zhike.kernel.block_data import Format
from zhike.kernel.definition_parts import Days, Definition, Flag, Key, Labels, Part, Refers, Sourced, Unfit, Unit, rule
from zhike.platform.fields import api as fields

Aggregate = Literal["sum", "count", "count_distinct", "avg", "daily_avg", "min", "max"]


_FIGURES = [key for key, found in fields.value_types().items() if found.is_number or found.expression is Type.DATE]


def _figure_type(text: str) -> str:
    known = _FIGURES
    if text not in known:
        raise Unfit(
            f"没有指标类型“{text}”；现有：{'、'.join(known)}",
            f"there is no type '{text}' for figures; there are: {', '.join(known)}",
        )
    return text


#: The type of a figure: a field type that can be added up, or the day.
FigureType = Annotated[str, AfterValidator(_figure_type), WithJsonSchema({"type": "string", "enum": _FIGURES})]


class GoalExample(Part):
    """A goal to begin with: at least so much of the measure."""

    labels: Labels = Field(description="what the goal is called where it is offered")
    least: Annotated[int, Field(strict=True)] = Field(description="how much of the measure")


class Measure(Sourced):
    """An aggregate over the rows of a dataset, before any window is chosen.

    `avg` is the average over rows, `daily_avg` the sum divided by the trading days of the window; `count_distinct`
    counts different values, each once for a party however many accounts have it. `across` joins the accounts of one
    party where that is not plain: the sum of counts and sums, or of several accounts the most or the least.

    Of a party without such rows a `sum`, a `daily_avg`, a `count` and a `count_distinct` are 0; an `avg`, a `min` and a
    `max` are empty.
    """

    kind: Literal["measure"] = "measure"
    dataset: DatasetName = Field(description="the dataset whose rows are counted, as its source names it")
    aggregate: Aggregate = Field(description="what is made of the rows; see above for the averages and counts")
    value: Formula | None = Field(None, description="an expression over a row; a count needs none")
    where: Formula | None = Field(None, description="the rows that count; all, when absent")
    type: FigureType = Field(description="what the figure is")
    unit: Unit | None = Field(None, description="what it counts: 元, 笔")
    across: Literal["sum", "min", "max"] | None = Field(None, description="how the accounts of a party are joined")
    goal: Flag = Field(False, description="a campaign's goal may name it, its effect is measured by it")
    effect: Flag = Field(
        False, description="every campaign's effect tells it, by group, day and person; one measure may have it"
    )
    example: GoalExample | None = Field(None, description="a goal over it that planners are offered")

    @rule("value")
    def _counted(self) -> Labels | None:
        if (self.value is None) != (self.aggregate == "count"):
            return Labels(
                "`value` 是被汇总的值；count 不需要，其余都需要",
                "`value` is what is aggregated; a count needs none, everything else does",
            )
        return None

    @rule("across")
    def _joins_accounts(self) -> Labels | None:
        if self.across and self.aggregate not in ("sum", "count", "daily_avg"):
            return Labels(
                f"`across` 对 {self.aggregate} 没有意义：各账户已合在一起",
                f"`across` says nothing about {self.aggregate}: accounts are taken together",
            )
        return None

    @rule("type")
    def _of_the_aggregate(self) -> Labels | None:
        kind = self.value_type.expression
        if kind is Type.DATE and self.aggregate not in ("min", "max"):
            return Labels(
                f"日期只能取最早或最晚（min、max），不能 {self.aggregate}",
                f"of days there is only the first and the last (min, max), no {self.aggregate}",
            )
        if self.aggregate in ("avg", "daily_avg") and kind is not Type.DECIMAL:
            return Labels(f"平均值带小数，而类型是 {self.type}", f"an average has decimals; the type is {self.type}")
        if self.aggregate in ("count", "count_distinct") and kind is not Type.INTEGER:
            return Labels(f"计数是整数，而类型是 {self.type}", f"a count is a whole number; the type is {self.type}")
        return None

    @rule("goal")
    def _adds_up_over_accounts(self) -> Labels | None:
        if self.goal and self.across not in (None, "sum"):
            return Labels(
                "目标要能跨账户相加：不能写 `across`", "a goal adds up over the accounts of a party: no `across`"
            )
        return None

    @rule("goal")
    def _number(self) -> Labels | None:
        return Labels("目标应为数字", "a goal is a number") if self.goal and not self.value_type.is_number else None

    @rule("effect")
    def _effect_is_a_goal(self) -> Labels | None:
        if not self.effect or (self.goal and self.aggregate in ("sum", "count")):
            return None
        return Labels(
            "`effect` 的度量要逐日累计：写 `goal`，且按 sum 或 count 汇总",
            "a measure with `effect` is a `goal` and adds up day by day: a sum or a count",
        )

    @rule("example")
    def _example_is_a_goal(self) -> Labels | None:
        if self.goal or self.example is None:
            return None
        return Labels("`example` 的度量也要写 `goal`", "a measure with an `example` is a `goal`, too")

    @property
    def value_type(self) -> fields.ValueType:
        """What is known of the figure's values."""
        return fields.bound(self.type)

    @property
    def zero(self) -> bool:
        """Whether nothing is 0: no rows add up to 0, but have no average, no first and no last."""
        return self.aggregate in ("sum", "count", "count_distinct", "daily_avg")

    @property
    def joined(self) -> str:
        """The aggregate that joins the accounts of one party."""
        return self.across or (self.aggregate if self.aggregate in ("min", "max") else "sum")


class Window(Part):
    """Which days count, up to the business date: the last `trading_days` or calendar `days`, one trading `day` (0 the
    business date, -1 the one before), the `period` so far, or `all`.
    """

    trading_days: Days | None = Field(None, description="the last so many trading days")
    days: Days | None = Field(None, description="the last so many calendar days")
    day: Annotated[int, Field(le=0, ge=-10_000, strict=True)] | None = Field(
        None, description="one trading day: 0 is the business date, -1 the one before"
    )
    period: Literal["month", "quarter", "year"] | None = Field(None, description="from its first day on")
    all: Literal[True] | None = Field(None, description="everything there is")

    @rule("days")
    def _one(self) -> Labels | None:
        given = [self.trading_days, self.days, self.day, self.period, self.all]
        if given.count(None) == 4:
            return None
        return Labels(
            "窗口只写其中一种：trading_days、days、day、period、all",
            "a window is one of: trading_days, days, day, period, all",
        )


class Comparison(Part):
    """Two indicators compared: the difference of `of` and `with`, or the growth in percent, empty without a base above 0."""

    of: Annotated[Key, Refers("indicator")] = Field(description="the indicator that is compared")
    with_: Annotated[Key, Refers("indicator")] = Field(alias="with", description="what it is compared with")
    as_: Literal["difference", "growth"] = Field(alias="as", description="growth is in percent")

    @rule("with")
    def _of_two(self) -> Labels | None:
        if self.of != self.with_:
            return None
        return Labels("同一个指标与自己比较没有意义", "an indicator compared with itself says nothing")


class Indicator(Definition):
    """A number or date per party and day: a measure over a window, a comparison of two, or a formula over others.

    Every party has it, also one without a row in the window: a sum or count of nothing is 0, so `amount_90d < 5000`
    holds for strangers, too; an average, a first or a last of nothing is empty. Who has rows is asked by a count above
    0 or by `is not empty` of a first or last day: `amount_90d < 5000 and last_date is not empty`.
    """

    kind: Literal["indicator"] = "indicator"
    type: FigureType = Field(description="what the figure is")
    unit: Unit | None = Field(None, description="what it counts: 元, 天, %")
    format: Literal["change"] | None = Field(
        None, description="change: drawn with its sign and in the color of the market; as its type is, when absent"
    )
    description: Labels | None = Field(None, description="what it is, for those who build conditions")
    hidden: Flag = Field(False, description="computed for others, shown to nobody")
    sorted: Flag = Field(False, description="lists are sorted by it all day long: it gets an index")
    total: Flag = Field(False, description="its sum stands beside the number of an audience; one indicator may have it")
    measure: Annotated[Key, Refers("measure")] | None = Field(None, description="what is aggregated over the window")
    window: Window | None = Field(None, description="the days over which it is")
    compare: Comparison | None = Field(None, description="two other indicators")
    formula: Formula | None = Field(None, description="over party fields, other indicators and :business_date")

    @rule("key")
    def _one_way(self) -> Labels | None:
        ways = [self.measure, self.compare, self.formula]
        if ways.count(None) == 2:
            return None
        return Labels(
            "指标只写其中一种：measure、compare、formula", "an indicator has one of: measure, compare, formula"
        )

    @rule("window")
    def _measured(self) -> Labels | None:
        if (self.measure is None) != (self.window is None):
            return Labels("`measure` 与 `window` 要一起写", "`measure` and `window` come together")
        return None

    @rule("type")
    def _compared(self) -> Labels | None:
        if self.compare is None or self.value_type.is_number:
            return None
        return Labels(
            f"比较的结果是数字，而类型是 {self.type}", f"a comparison gives a number; the type is {self.type}"
        )

    @rule("format")
    def _signed(self) -> Labels | None:
        if self.format is None or self.value_type.is_number:
            return None
        return Labels(f"涨跌只用于数字，而类型是 {self.type}", f"a change is a number; the type is {self.type}")

    @rule("unit")
    def _counts(self) -> Labels | None:
        if self.unit is None or self.value_type.is_number:
            return None
        return Labels(f"`unit` 只用于数字，而类型是 {self.type}", f"`unit` is for numbers; the type is {self.type}")

    @rule("hidden")
    def _shown(self) -> Labels | None:
        shown = self.hidden and (self.sorted or self.total)
        if not shown:
            return None
        return Labels(
            "隐藏的指标不显示在列表中，也不显示在客群旁", "what is hidden is not shown in lists or beside audiences"
        )

    @rule("total")
    def _sum(self) -> Labels | None:
        if self.total and not self.value_type.adds_up:
            return Labels(f"合计是求和，而类型是 {self.type}", f"a total is a sum; the type is {self.type}")
        return None

    @property
    def value_type(self) -> fields.ValueType:
        """What is known of the figure's values."""
        return fields.bound(self.type)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the audience vocabulary: an indicator, a party field or a tag."""

    key: str
    labels: Mapping[str, str]
    type: Type
    group: str
    unit: str = ""
    options: tuple[tuple[str, Mapping[str, str]], ...] = ()
    description: Mapping[str, str] = field(default_factory=dict)
    served: str = ""
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """The members of a group in one unit: how many, and how many of them met the goal."""

    group: str
    unit: int | None
    n: int
    met: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of members: counts by group and unit, the ids of those who met the goal, and one measure of each.

    `amounts` are by group the values that are not 0, in the order of the members' ids; `unknown` is by group how many
    members have no value at all.
    """

    counts: Sequence[GroupCounts]
    met: BitMap
    amounts: Mapping[str, NDArray[np.float64]]
    unknown: Mapping[str, int]


__all__ = [
    "Aggregate",
    "Comparison",
    "FigureType",
    "GoalExample",
    "GroupCounts",
    "Indicator",
    "Measure",
    "Outcomes",
    "Term",
    "Window",
]
