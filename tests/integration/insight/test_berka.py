"""A real bank by definitions alone: a generated one of the same format."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from tests.factories import berka
from zhike.insight.identity import api as identity
from zhike.platform.objects import catalogue

DEFINITIONS = Path(__file__).parents[3] / "examples" / "berka"


def _counts(object: str, field: str) -> dict[str, int]:
    owner = catalogue.describe(object)
    with connection.cursor() as cursor:
        cursor.execute(
            f'select "{owner.fields[field].column}", count(*) from "{owner.table}"'
            " where source_key like 'berka:%%' and deleted_at is null group by 1"
        )
        return dict(cursor.fetchall())


def check(counts: berka.BankCounts) -> None:
    assert _counts("party", "sex") == {"female": counts.women, "male": counts.men}
    assert sum(_counts("financial_account", "kind").values()) == counts.accounts
    assert _counts("account_role", "role") == {"holder": counts.owners, "agent": counts.agents}
    assert _counts("account_product", "kind") == {
        "loan": counts.loans,
        "card": counts.cards,
        "standing_order": counts.orders,
    }


def test_a_generated_bank(installation, tmp_path):
    counts = berka.write(tmp_path)

    results, found = identity.load_definitions(DEFINITIONS, tmp_path)

    assert [(result.file, result.error) for result in results if result.state != "done"] == []
    assert (found.parties, found.created) == (counts.persons, counts.persons)
    check(counts)
    assert _currencies() == {"CZK": counts.loans + counts.orders}


def _currencies() -> dict[str, int]:
    """Amounts are in the currency that their source names, not in that of the house."""
    owner = catalogue.describe("account_product")
    column = owner.fields["amount"].column
    with connection.cursor() as cursor:
        cursor.execute(
            f'select "{column}_currency", count(*) from "{owner.table}" where "{column}" is not null group by 1'
        )
        return dict(cursor.fetchall())
