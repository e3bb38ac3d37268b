"""Every table of history is declared as it is written: columns, types, keys, and whose rights narrow it."""

from __future__ import annotations

import os
import re

import pytest

from tests.factories.lake import asked
from zhike.expressions import trees
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.logic import tables
from zhike.kernel import datasets
from zhike.kernel.datasets import UnknownDataset


def same(kind):
    return re.sub(r"\s", "", kind.lower()).replace("timestampwithtimezone", "timestamptz")


def test_what_lies_in_the_warehouse_is_what_is_declared(golden_day):
    known = datasets.declared()
    assert set(tables.versions()) <= set(known)
    for key in tables.versions():
        with warehouse.session() as session:
            columns = session.columns(session.table(key))
        declared = {column.key: same(column.type) for column in known[key].columns}
        assert {name: same(kind) for name, kind in columns.items()} == declared, key


def test_a_row_is_found_by_its_keys(golden_day):
    for key in tables.versions():
        keys = [trees.name(column) for column in datasets.get(key).keys]
        days = [trees.name("business_date")] if any(c.key == "business_date" for c in datasets.get(key).columns) else []
        with warehouse.session() as session:
            part = None if datasets.get(key).grain != "party" else golden_day
            rows = session.table(key, first=part, last=part)
            counted = trees.sql(
                "select count(*), count(distinct hash(_keys)) from _rows", keys=[*keys, *days], rows=rows
            )
            total, distinct = session.row(counted)
        assert total == distinct, key


def test_whose_rights_narrow_a_table_is_found_also_where_its_key_is_no_party(golden_day):
    trade = datasets.get("core.counter_trade")
    assert (trade.grain, trade.scope.through) == ("fact", "identity.account_party")
    reached = asked(
        f"select count(distinct a.party_id) from _rows r join _accounts a on a.account_id = r.{trade.scope.column}",
        rows="core.counter_trade",
        accounts=trade.scope.through,
    )
    assert reached > [(0,)]
    assert datasets.get("core.counter_branch").scope is None
    assert all(found.scope for found in datasets.declared().values() if found.grain == "party")


def test_what_is_personal_in_a_table_is_said():
    customers = datasets.get("core.counter_customer")
    assert {column.key for column in customers.columns if column.personal == "hash"} == {"certificate_number"}
    assert customers.personal == "person" and datasets.get("mart.party_wide").personal == ""


def test_a_table_that_nobody_declares_is_told_with_what_there_is():
    with pytest.raises(UnknownDataset, match=r"core\.counter_trade"):
        datasets.get("core.nothing")


def test_a_version_that_is_kept_open_is_that_version_also_in_a_home_made_anew(golden_day):
    """Whoever asks for a version gets its files without the log being read again, until the log is another one."""
    key = "core.counter_branch"
    newest = tables.opened(key)
    kept = tables.opened(key, newest.version)
    assert (kept.version, kept.files()) == (newest.version, newest.files())
    assert tables.opened(key, newest.version) is kept
    log = tables.folder(key) / "_delta_log" / f"{newest.version:020}.json"
    os.utime(log, ns=(1, 1))
    assert tables.opened(key, newest.version) is not kept
