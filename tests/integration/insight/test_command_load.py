"""`zhike load` with nothing but definitions and files, into a new installation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from tests.factories import berka
from tests.integration.insight.commands import run
from tests.integration.insight.test_berka import DEFINITIONS, check
from zhike.cli import records, trial
from zhike.cli.installation import os_user
from zhike.cli.main import main
from zhike.kernel import definition_changes
from zhike.kernel import definitions as definition_versions
from zhike.kernel.definition_changes import Edit
from zhike.kernel.models import StoredDefinition
from zhike.platform.audit.models import Entry
from zhike.platform.objects import catalogue
from zhike.platform.packs import api as packs


def test_a_bank_is_loaded_by_its_definitions(installation, tmp_path, capsys):
    counts = berka.write(tmp_path)

    code, shown, error = run(capsys, "load", DEFINITIONS, "--from", tmp_path)

    assert (code, error) == (0, None)
    assert {row["file"]: (row["state"], row["loaded"], row["rejected"]) for row in shown["loads"]} == {
        "account.asc": ("done", counts.accounts, 0),
        "card.asc": ("done", counts.cards, 0),
        "client.asc": ("done", counts.persons, 0),
        "disp.asc": ("done", counts.owners + counts.agents, 0),
        "district.asc": ("done", 3, 0),
        "loan.asc": ("done", counts.loans, 0),
        "order.asc": ("done", counts.orders, 0),
    }
    assert (shown["parties"], shown["records"]["party"]) == (counts.persons, counts.persons)
    check(counts)


def test_a_load_says_what_it_counts(installation, tmp_path, capsys):
    persons = berka.write(tmp_path).persons

    for language, said in (("zh", f"数据中识别出 {persons} 人"), ("en", f"{persons} people found in the data")):
        assert main(["--lang", language, "load", str(DEFINITIONS), "--from", str(tmp_path)]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == said


def test_the_records_can_be_counted_by_an_expression(installation, capsys):
    assert run(capsys, "records", "party", "--where", "sex = 'female'", "--count")[1] == {
        "object": "party",
        "count": berka.write(installation / "again").women,
    }
    assert run(capsys, "records", "financial_account", "--count")[1]["count"] == 40
    assert len(run(capsys, "records", "financial_account", "--limit", "3")[1]["rows"]) == 3


def test_english_is_obeyed_by_titles_words_and_the_last_line(installation, capsys):
    main(["--lang", "en", "records", "account_product", "--group-by", "kind", "--sum", "amount"])
    head, *rows = capsys.readouterr().out.splitlines()
    assert re.split("  +", head.strip()) == ["Kind", "Records", "Amount, sum"]
    main(["--lang", "en", "records", "account_product", "--columns", "kind", "--limit", "1"])
    shown = capsys.readouterr().out
    assert " of " in shown and "; for the others: --all, or --cursor " in shown
    assert not re.search("[\u4e00-\u9fff]", shown + "".join(rows))


def test_a_cut_list_says_so_and_where_it_goes_on(installation, capsys):
    listed = (
        "records",
        "account_product",
        "--where",
        "kind = 'standing_order'",
        "--sort",
        "amount",
        "--columns",
        "amount",
    )

    first = run(capsys, *listed, "--limit", "30")[1]
    assert (first["shown"], first["count"], first["cut"]) == (30, 43, True)
    rest = run(capsys, *listed, "--limit", "30", "--cursor", first["next_cursor"])[1]
    assert (rest["shown"], rest["cut"], rest["next_cursor"]) == (13, False, None)
    everything = run(capsys, *listed, "--all")[1]
    assert everything["rows"] == first["rows"] + rest["rows"]
    assert [row["amount"]["amount"] for row in everything["rows"]] == [f"{n + 1}.50" for n in range(43)]


def test_more_rows_than_a_page_holds_are_listed_when_asked_for(installation, capsys, monkeypatch):
    monkeypatch.setattr(records, "_PAGE", 10)
    assert run(capsys, "records", "account_product", "--limit", "25")[1]["shown"] == 25
    assert run(capsys, "records", "account_product", "--all")[1]["shown"] == 43 + 8 + 10


def test_records_are_summed_and_grouped(installation, capsys):
    found = run(capsys, "records", "account_product", "--sum", "amount", "--group-by", "kind")[1]
    assert [(group["group"], group["label"], group["count"]) for group in found["groups"]] == [
        ("loan", "贷款", 10),
        ("standing_order", "定期转账", 43),
        ("card", "银行卡", 8),
    ]
    sums = [group["sums"]["amount"] for group in found["groups"]]
    assert [[amount["amount"] for amount in total or ()] for total in sums] == [["55000.00"], ["967.50"], []]
    one = run(capsys, "records", "account_product", "--sum", "months", "--where", "kind = 'loan'")[1]
    assert [(group["count"], group["sums"]) for group in one["groups"]] == [(10, {"months": "120"})]
    by_account = run(capsys, "records", "account_product", "--where", "kind = 'card'", "--group-by", "account")[1]
    assert [group["count"] for group in by_account["groups"]] == [1] * 8
    assert {group["label"] for group in by_account["groups"]} == {
        f"{number + 1}****{number + 1}" for number in range(8)
    }


def test_what_cannot_be_summed_or_may_not_be_seen_is_refused_with_a_code(installation, capsys):
    code, shown, error = run(capsys, "records", "account_product", "--sum", "subtype")
    assert (code, shown, error["code"]) == (1, None, "object.not_summable")
    assert error["facts"]["has"] == ["amount", "months"]
    code, shown, error = run(capsys, "records", "party", "--group-by", "name")
    assert (code, shown, error["code"], error["facts"]) == (1, None, "refused", {"operation": "party.name"})


def test_counting_by_a_field_counts_each_value_and_an_unknown_one_says_what_there_is(installation, capsys):
    found = run(capsys, "records", "account_product", "--count", "--group-by", "kind")[1]
    assert [(group["group"], group["count"]) for group in found["groups"]] == [
        ("standing_order", 43), ("loan", 10), ("card", 8),
    ]  # fmt: skip
    for more in ([], ["--count"], ["--sum", "amount"]):
        code, shown, error = run(capsys, "records", "account_product", "--group-by", "nope", *more)
        assert (code, shown, error["code"], error["facts"]["field"]) == (1, None, "object.unknown_field", "nope")
        assert "kind" in error["facts"]["has"]


def test_groups_are_cut_where_it_is_asked_for_and_it_is_said(installation, capsys):
    grouped = ("records", "account_product", "--group-by", "kind", "--limit", "2")
    found = run(capsys, *grouped)[1]
    assert [group["group"] for group in found["groups"]] == ["standing_order", "loan"]
    assert (found["shown"], found["count"], found["cut"]) == (2, 3, True)
    assert main([*grouped]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[-1]) == (4, "显示 2 / 共 3 组；看其余的：--all")
    whole = run(capsys, *grouped, "--all")[1]
    assert (len(whole["groups"]), whole["shown"], whole["count"], whole["cut"]) == (3, 3, 3, False)
    assert run(capsys, *grouped[:-1], "3")[1]["cut"] is False
    assert main(list(grouped[:4])) == 0
    assert "显示" not in capsys.readouterr().out


def test_today_and_me_work_in_conditions(installation, capsys):
    assert run(capsys, "records", "account_product", "--where", "started_on < :today", "--count")[1]["count"] == 18
    assert run(capsys, "records", "party", "--where", "name = :me", "--count")[2]["code"] == "cli.nobody_is_me"
    assert run(capsys, "records", "party", "--where", "name = :me", "--me", "E1", "--count")[1]["count"] == 0


def test_the_text_says_money_as_people_do(installation, capsys):
    assert (
        main(["records", "account_product", "--where", "kind = 'loan'", "--sort", "amount:desc", "--limit", "2"]) == 0
    )
    shown = capsys.readouterr().out.splitlines()

    assert "10,000.00 C" in shown[1]
    assert "贷款" in shown[1]
    assert shown[3].startswith("显示 2 / 共 10；看其余的：--all，或 --cursor ")
    assert main(["records", "account_product", "--sum", "amount", "--group-by", "kind"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["产品类别", "记录数", "金额"],
        ["贷款", "10", "55,000.00"],
        ["定期转账", "43", "967.50"],
        ["银行卡", "8"],
    ]


def test_amounts_of_different_currencies_are_never_added_up(installation, capsys):
    with connection.cursor() as cursor:
        owner = catalogue.describe("account_product")
        column = owner.fields["amount"].column
        cursor.execute(
            f'update "{owner.table}" set "{column}_currency" = \'HKD\' where source_key in (%s, %s)',
            ["berka:loan:1", "berka:loan:2"],
        )
        cursor.execute(f'update "{owner.table}" set "{column}_currency" = \'CZK\' where "{column}_currency" <> \'HKD\'')
    found = run(capsys, "records", "account_product", "--sum", "amount", "--where", "kind = 'loan'")[1]
    assert [group["count"] for group in found["groups"]] == [10]
    assert {amount["currency"]: amount["amount"] for amount in found["groups"][0]["sums"]["amount"]} == {
        "HKD": "3000.00",
        "CZK": "52000.00",
    }


def test_a_folder_without_definitions_is_refused_with_a_code(installation, tmp_path, capsys):
    code, shown, error = run(capsys, "load", tmp_path, "--from", tmp_path)

    assert (code, shown, error["code"]) == (1, None, "definitions.broken")
    assert error["findings"][0]["code"] == "pack.empty"


@pytest.mark.parametrize("way", ["definitions", "data"])
def test_a_folder_that_is_not_there_is_said_so(installation, tmp_path, capsys, way):
    gone = tmp_path / "nowhere"
    given = ("load", gone, "--from", tmp_path) if way == "definitions" else ("load", tmp_path, "--from", gone)
    code, shown, error = run(capsys, *given)

    assert (code, shown, error["code"], error["facts"]["folder"]) == (1, None, "cli.no_folder", str(gone))
    told = "where the definitions are" if way == "definitions" else "where the files are: --from"
    assert error["message"] == f"There is no folder {gone} ({told})"


PURCHASES = """kind: source
key: shop_purchase
labels: {zh: 购买, en: Purchases}
system: shop
dataset: shop.purchase
grain: fact
file: "purchases_{business_date:%Y%m%d}.csv"
encoding: utf-8
date: file
keys: [no]
columns:
  - {key: no, from: no, type: text, required: true}
  - {key: amount, from: amount, type: decimal}
"""
IDENTITY = """kind: identity
key: berka
labels: {zh: 商店, en: Shop}
object: party
systems:
  - {system: berka, dataset: berka.client, key: client_id, fields: {kind: "'person'"}}
"""


MEMBERS = """kind: source
key: shop_member
labels: {zh: 会员, en: Members}
system: shop
dataset: shop.member
grain: master
file: "members_{business_date:%Y%m%d}.csv"
encoding: utf-8
delimiter: ","
date_format: "%Y%m%d"
keys: [no]
columns:
  - {key: no, from: no, type: text, required: true}
  - {key: name, from: name, type: text, personal: true}
  - {key: paper, from: paper, type: text, certificate: true}
  - {key: since, from: since, type: date}
"""


@pytest.fixture
def shop(installation, tmp_path):
    """A new system with one fact source; where its definitions and where its files lie."""
    definitions, files = tmp_path / "definitions", tmp_path / "files"
    definitions.mkdir()
    files.mkdir()
    (definitions / "purchase.yaml").write_text(PURCHASES)
    for name in ("client.yaml", "district.yaml"):
        (definitions / name).write_text((DEFINITIONS / name).read_text())
    (definitions / "identity.yaml").write_text(IDENTITY)
    return definitions, files


def write(files, name, *rows):
    (files / name).write_text("\n".join(["no,amount", *rows]) + "\n")


def test_a_file_that_fails_says_why_and_the_command_fails(shop, capsys):
    definitions, files = shop
    write(files, "purchases_20260318.csv", "1,2.50")
    write(files, "purchases_20260322.csv", "1,2.50")

    code, shown, error = run(capsys, "load", definitions, "--from", files)

    assert (code, error, shown["wrong"]) == (1, None, 1)
    loads = {row["file"]: row for row in shown["loads"]}
    assert (loads["purchases_20260318.csv"]["state"], loads["purchases_20260318.csv"]["loaded"]) == ("done", 1)
    failed = loads["purchases_20260322.csv"]
    assert (failed["state"], failed["error"]["code"], failed["findings"][0]["code"]) == (
        "failed",
        "load.unreadable",
        "load.not_a_trading_day",
    )
    assert main(["load", str(definitions), "--from", str(files)]) == 1
    said = capsys.readouterr().out
    assert "purchases_20260322.csv（失败）\n  load.not_a_trading_day: 2026-03-22 不是交易日" in said
    assert said.count("2026-03-22 不是交易日") == 1
    assert "1 个文件需要处理" in said


def test_rejected_rows_are_counted_by_reason_and_written(shop, capsys, tmp_path):
    definitions, files = shop
    write(files, "purchases_20260319.csv", "1,2.50", "1,3.50", "2,much", ",4.50", "3,1.00")

    code, shown, _error = run(capsys, "load", definitions, "--from", files, "--rejects", tmp_path / "back")

    found = shown["loads"][-1]
    assert (code, found["state"], found["read"], found["loaded"], found["rejected"]) == (1, "done", 5, 2, 3)
    assert (found["allowed"], found["beyond_share"]) == (0, True)
    assert {reason["code"]: reason["rows"] for reason in found["reasons"]} == {
        "duplicate_key": 1,
        "bad_decimal": 1,
        "missing_value": 1,
    }
    path = tmp_path / "back" / "shop_purchase-purchases_20260319.csv"
    assert found["rejects"] == str(path)
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 1 + 3
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_file_of_rejected_rows_is_a_download(shop, capsys, tmp_path):
    """Personal values in clear for its owner alone, no certificate, and a line in the journal."""
    definitions, files = shop
    (definitions / "member.yaml").write_text(MEMBERS)
    bad, spoilt = "M1,张三,990101199001011234,never", "M2,李四,99010119900101123X"
    (files / "members_20260317.csv").write_text("\n".join(["no,name,paper,since", bad, spoilt]) + "\n")
    path = tmp_path / "back" / "shop_member-members_20260317.csv"
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o644)

    code, _shown, error = run(capsys, "load", definitions, "--from", files, "--rejects", path.parent)
    assert (code, error) == (1, None)

    assert path.read_text(encoding="utf-8-sig").splitlines() == [
        "行号,原因代码,原因,Reason,no,name,since,原文",
        "2,bad_date,“since”不是日期（应为 YYYYMMDD）,'since' is not a date (expected YYYYMMDD),M1,张三,never,",
        '3,broken_line,行的列数或引号不正确,the line has a wrong number of columns or a broken quote,,,,"**,李四,******************"',
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    [noted] = Entry.objects.filter(operation="download_rejected", subject="load").order_by("-id")[:1]
    assert (noted.actor, noted.changes) == (f"system:{os_user()}", {"file": "members_20260317.csv", "rows": 2})


def test_rejected_rows_within_the_share_of_the_source_are_no_failure(shop, capsys, installation, monkeypatch):
    definitions, files = shop
    monkeypatch.setenv("ZHIKE_HOME", str(installation))
    (definitions / "purchase.yaml").write_text(PURCHASES + "checks: {rejects: 0.4, source: 测试}\n")
    write(files, "purchases_20260320.csv", "1,2.50", "2,much", "3,1.00")

    code, shown, error = run(capsys, "load", definitions, "--from", files)

    assert error is None
    assert (code, shown["wrong"], shown["loads"][-1]["rejected"]) == (0, 0, 1)
    assert shown["loads"][-1]["rejects"] == str(installation / "rejects" / "shop_purchase-purchases_20260320.csv")


def test_files_that_no_source_wants_are_named(shop, capsys):
    definitions, files = shop
    write(files, "purchase-20260319.csv", "1,2.50")

    code, shown, _error = run(capsys, "load", definitions, "--from", files)

    assert (code, shown["loads"], shown["unexpected"]) == (1, [], ["purchase-20260319.csv"])
    main(["load", str(definitions), "--from", str(files)])
    said = capsys.readouterr().out
    assert "没有数据源认领的文件：purchase-20260319.csv" in said
    assert "purchases_{business_date:%Y%m%d}.csv" in said


def test_rows_that_become_no_records_are_told_too(installation, tmp_path, capsys):
    rule = {
        "key": "small",
        "labels": {"zh": "金额应低于 9,000", "en": "Below 9,000"},
        "condition": "amount is empty or amount < 9000",
    }
    product = {**definition_changes.export("object", "account_product"), "rules": [rule]}
    [change] = definition_changes.change([Edit.of(product)], reason="trial").changes
    assert change.key == "account_product"
    try:
        berka.write(tmp_path)
        for path in tmp_path.glob("*.asc"):
            if path.name != "loan.asc":
                path.unlink()
        with (tmp_path / "loan.asc").open("a", newline="") as file:
            file.write('99;1;960101;9500;12;100.00;"A"\r\n')

        code, shown, _error = run(capsys, "load", DEFINITIONS, "--from", tmp_path)

        [loan] = shown["loads"]
        assert loan["error"] is None
        assert (code, loan["state"], loan["rejected"], loan["without_record"]) == (1, "done", 0, 1)
        assert loan["read"] == loan["loaded"] + loan["rejected"]
        assert [(reason["code"], reason["rows"]) for reason in loan["reasons"]] == [("record.berka_loan.small", 1)]
        [head, row] = Path(loan["rejects"]).read_text(encoding="utf-8-sig").splitlines()
        assert head.startswith("行号,原因代码,原因,Reason,loan_id,account_id,")
        assert (
            row
            == f'{loan["read"] + 1},record.berka_loan.small,"金额应低于 9,000","Below 9,000",99,1,960101,9500,12,100.00,A'
        )

        main(["--lang", "en", "load", str(DEFINITIONS), "--from", str(tmp_path)])
        shown = capsys.readouterr().out
        assert "  1 rows without a record: Below 9,000" in shown
        assert [line.split() for line in shown.splitlines() if line.startswith("loan.asc  ")] == [
            ["loan.asc", "berka.loan", "done", *map(str, (loan["read"], loan["read"], 0, 1))]
        ]
        assert not re.search("[\u4e00-\u9fff]", shown)
    finally:
        definition_changes.change([Edit("object", "account_product", None)], reason="end of trial")


def test_loading_leaves_the_installations_own_definitions_alone(shop, capsys):
    definitions, files = shop
    write(files, "purchases_20260323.csv", "1,2.50")
    body = {**definition_changes.export("tag", "value_tier"), "labels": {"zh": "自己的", "en": "Own"}}
    definition_changes.change([Edit.of(body)], reason="own words")
    version = definition_versions.version()

    assert run(capsys, "load", definitions, "--from", files)[0] == 0

    assert definition_changes.export("tag", "value_tier")["labels"]["zh"] == "自己的"
    assert definition_versions.version() == version


def test_an_installation_keeps_the_packs_it_chose_and_one_without_any_gets_those_that_ship(installation):
    StoredDefinition.objects.filter(pack="securities", kind="template").delete()
    trial.ensure_packs()
    assert not StoredDefinition.objects.filter(pack="securities", kind="template").exists()
    StoredDefinition.objects.filter(pack="securities").delete()
    definition_versions.forget()
    trial.ensure_packs()
    assert not StoredDefinition.objects.filter(pack="securities").exists()
    assert trial.outdated_packs() is None  # whoever left a pack out is not asked again
    trial.ensure_packs(all_of_them=True)
    assert StoredDefinition.objects.filter(pack="securities", kind="template").exists()
    StoredDefinition.objects.all().delete()
    definition_versions.forget()
    trial.ensure_packs()
    assert StoredDefinition.objects.filter(pack="securities", kind="template").exists()


def test_a_pack_loads_by_what_is_applied_and_not_by_what_stands_in_its_folder(shop, capsys):
    """One source of a pack; an edit of its file loads nothing until it is applied, the firm's own version counts."""
    definitions, files = shop
    (definitions / "pack.yaml").write_text(
        "name: shop\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 商店, en: Shop}\n"
    )
    write(files, "purchases_20260324.csv", "1,2.50", "2,3.00")

    def load():
        code, shown, error = run(capsys, "load", definitions, "--from", files)
        return error["code"] if error else [(one["read"], one["loaded"], one["rejected"]) for one in shown["loads"]]

    assert load() == "load.pack_not_applied"
    packs.apply([Path("packs"), definitions])
    assert load() == [(2, 2, 0)]
    (definitions / "purchase.yaml").write_text(PURCHASES.replace("type: decimal}", "type: integer}"))
    assert load() == "load.pack_not_applied"
    (definitions / "purchase.yaml").write_text(PURCHASES)
    own = definition_changes.export("source", "shop_purchase")
    own["columns"][1]["type"] = "integer"
    definition_changes.change([Edit.of(own)], reason="whole yuan")
    write(files, "purchases_20260324.csv", "1,2.50", "2,3", "3,1")
    try:
        assert load() == [(3, 2, 1)]
    finally:
        definition_changes.change([Edit("source", "shop_purchase", None)], reason="end of trial")
