"""`zhike load` with nothing but definitions and files, into a new installation."""

from __future__ import annotations

from tests.factories import berka
from tests.integration.insight.commands import run
from tests.integration.insight.test_berka import DEFINITIONS, check


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


def test_the_records_can_be_counted_by_an_expression(installation, capsys):
    assert run(capsys, "records", "party", "--where", "sex = 'female'", "--count")[1] == {
        "object": "party",
        "count": berka.write(installation / "again").women,
    }
    assert run(capsys, "records", "financial_account", "--count")[1]["count"] == 40
    assert len(run(capsys, "records", "financial_account", "--limit", "3")[1]) == 3


def test_a_folder_without_definitions_is_refused_with_a_code(installation, tmp_path, capsys):
    code, shown, error = run(capsys, "load", tmp_path, "--from", tmp_path)

    assert (code, shown, error["code"]) == (1, None, "definitions.broken")
    assert error["findings"][0]["code"] == "pack.empty"
