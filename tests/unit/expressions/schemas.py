"""A customer with a branch and orders, labelled in Chinese."""

from __future__ import annotations

from sqlglot import exp

from zhike.expressions.types import Field, Relation, RelationSource, Schema, Type

BRANCH = Schema("branch", {"zh": "营业部"}, {"name": Field("name", Type.TEXT, {"zh": "名称", "en": "Name"})})
ORDER = Schema(
    "order",
    {"zh": "订单"},
    {
        "amount": Field("amount", Type.DECIMAL, {"zh": "金额", "en": "Amount"}),
        "status": Field("status", Type.TEXT, {"zh": "状态"}, options=("won", "lost")),
    },
)
CUSTOMER = Schema(
    "customer",
    {"zh": "客户"},
    {
        "total_asset": Field("total_asset", Type.DECIMAL, {"zh": "总资产", "en": "Total asset"}),
        "age": Field("age", Type.INTEGER, {"zh": "年龄"}),
        "nick": Field("nick", Type.TEXT, {"zh": "昵称"}),
        "born": Field("born", Type.DATE, {"zh": "出生 日期"}),
        "tags": Field("tags", Type.LIST, {"zh": "标签"}, options=("vip", "new")),
        "owner": Field("owner", Type.RECORD, {"zh": "归属人"}),
        "phone": Field("phone", Type.TEXT, {"zh": "电话"}),
        "mobile": Field("mobile", Type.TEXT, {"zh": "电话"}),
    },
    {
        "branch": Relation("branch", {"zh": "营业部"}, lambda: BRANCH),
        "orders": Relation("orders", {"zh": "订单"}, lambda: ORDER, many=True),
    },
)
PARAMETERS = {"me": Type.RECORD, "my_units": Type.LIST, "today": Type.DATE}


class Tables:
    """Columns of table c; orders as o."""

    def __init__(self, table: str = "c") -> None:
        self._table = table

    def column(self, path: tuple[str, ...]) -> exp.Expr:
        return exp.column("_".join(path), table=self._table)

    def relation(self, path: tuple[str, ...]) -> RelationSource:
        join = exp.EQ(this=exp.column("customer_id", "o"), expression=exp.column("id", self._table))
        return RelationSource(exp.to_table("orders").as_("o"), join, Tables("o"))

    def named(self, path: tuple[str, ...]) -> None:
        """Records go by their ids."""
