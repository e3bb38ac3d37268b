"""Files as the three systems export them: Chinese headers, GBK text for the last days, Parquet for older ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
from pyarrow import parquet

_CHUNK = 8 << 20
_DATE = "%Y%m%d"
#: Rows of a row group.
_ROWS = 122_880


def text_file(connection: duckdb.DuckDBPyConnection, select: str, target: Path) -> None:
    """Write the rows as GBK CSV with a header; a received copy that shares the file's bytes keeps them."""
    target.unlink(missing_ok=True)
    utf8 = target.with_suffix(".utf8")
    connection.execute(f"copy ({select}) to '{utf8}' (format csv, header, dateformat '{_DATE}')")
    with utf8.open(encoding="utf-8", newline="") as source, target.open("w", encoding="gb18030", newline="") as file:
        while chunk := source.read(_CHUNK):
            file.write(chunk)
    utf8.unlink()


class MonthFile:
    """One Parquet file of a month, to which its days are written one after the other, each by account.

    Loads sort a month by account anyway. Dictionaries of amounts would take twice the time of everything else.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._writer: parquet.ParquetWriter | None = None

    def add(self, connection: duckdb.DuckDBPyConnection, select: str) -> None:
        """Write the rows of a day."""
        batches = connection.execute(select).to_arrow_reader(_ROWS)
        if self._writer is None:
            self._target.unlink(missing_ok=True)
            self._writer = parquet.ParquetWriter(
                self._target, batches.schema, store_decimal_as_integer=True, use_dictionary=False
            )
        for batch in batches:
            self._writer.write_batch(batch)

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()


MASTERS = {
    "counter_branch": "select code as 机构代码, name as 机构名称, kind as 机构类型, parent as 上级机构代码 from unit order by rank, code",
    "counter_employee": (
        "select employee_no as 工号, name as 姓名, branch as 所属机构代码, position as 岗位, '在职' as 状态 from employee order by 1"
    ),
    "counter_customer": (
        "select customer_no as 客户号, kind as 客户类别, name as 客户姓名, certificate_type as 证件类型, certificate as 证件号码,"
        " mobile as 手机号码, email as 电子邮箱, sex as 性别, birth_date as 出生日期, branch as 营业部代码, open_date as 开户日期,"
        " status as 客户状态, risk_level as 风险等级, risk_tested_on as 测评日期,"
        " cast(risk_tested_on + interval 2 year as date) as 测评有效期, case when lowest_class then '是' else '否' end as 最低风险类别,"
        " professional as 投资者类别, manager_no as 客户经理工号, case when manager_no is not null then greatest(open_date, date '2024-01-02') end as 服务开始日期"
        " from customer order by customer_no"
    ),
    "counter_consent": (
        "select consent_no as 授权编号, customer_no as 客户号, '营销' as 用途, channel as 渠道, state as 意思表示, valid_from as 生效日期,"
        " valid_to as 失效日期, evidence as 凭证 from consent order by customer_no, consent_no"
    ),
    "counter_account": (
        "select account_id as 资金账户编号, account_no as 资金账号, customer_no as 客户号, kind as 账户类型, currency as 币种,"
        " open_date as 开户日期, status as 状态 from account order by 1"
    ),
    "counter_account_role": (
        "select account_id as 资金账户编号, customer_no as 客户号, role as 角色, valid_from as 开始日期 from account_role order by 1, 3, 2"
    ),
    "counter_instrument": (
        "select code as 证券代码, name as 证券名称, i.kind as 证券类别, risk_level as 风险等级, currency as 币种, price as 最新价格"
        " from instrument i join price using (n) order by 1"
    ),
    "app_user": (
        "select user_id as 用户编号, mobile as 手机号, name as 姓名, certificate as 证件号码, account_no as 资金账号,"
        " registered_on as 注册日期 from app_user order by 1"
    ),
    "call_center_caller": (
        "select caller_id as 来电人编号, name as 姓名, mobile as 电话, customer_no as 客户号 from caller order by 1"
    ),
}
