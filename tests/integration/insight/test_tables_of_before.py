"""A home from before there were several definitions of who is who: its next night goes on with the ids it gave."""

from __future__ import annotations

import pytest

from tests.factories.lake import asked
from zhike.expressions import trees
from zhike.insight.identity import api as identity
from zhike.insight.identity.logic import numbering
from zhike.insight.identity.logic.definitions import known
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.logic import tables
from zhike.insight.warehouse.port import Session

TABLES = ("identity.link", "identity.redirect", "identity.account_party")
#: A record that no file has any more keeps its id, too.
GONE = ("counter", "999999999", 9000)


def rows(dataset: str, *columns: str) -> list[tuple[object, ...]]:
    return sorted(asked(f"select {', '.join(columns)} from _rows", rows=dataset))


def versions() -> list[int]:
    return [warehouse.table_version(dataset) for dataset in TABLES]


@pytest.fixture
def old_home(golden_day):
    """The golden day's home with its tables as the code of then wrote them; returns links and accounts."""
    system, source_key, party_id = GONE
    written = {
        "identity.link": (
            f"select system, source_key, party_id from _rows union all select '{system}', '{source_key}', {party_id}",
            ("system", "source_key"),
        ),
        "identity.redirect": ("select 8999::bigint as old_id, 9000::bigint as new_id", ("old_id",)),
        "identity.account_party": (
            "select account_id, party_id from _rows",
            ("account_id",),
        ),
    }
    with warehouse.session() as session:
        for number, (dataset, (select, _order)) in enumerate(written.items()):
            rows_of = {"rows": session.table(dataset)} if "_rows" in select else {}
            session.keep(f"old{number}", trees.sql(select, **rows_of))
        for number, (dataset, (_select, order)) in enumerate(written.items()):
            tables.drop(dataset)
            session.write(dataset, "latest", trees.sql(f"select * from old{number}"), sorted_by=order)
    return rows("identity.link", "system", "source_key", "party_id"), rows(
        "identity.account_party", "account_id", "party_id"
    )


def test_the_next_night_goes_on_with_the_ids_and_the_one_after_changes_nothing(old_home, golden_day):
    links, accounts = old_home
    assert GONE in links and len(accounts) == 10

    first = identity.run(business_date=golden_day)

    assert (first.created, first.merged) == (0, 0)
    assert rows("identity.link", "identity", "system", "source_key", "party_id") == [("party", *row) for row in links]
    assert rows("identity.redirect", "identity", "old_id", "new_id") == [("party", 8999, 9000)]
    assert rows("identity.account_party", "identity", "account_id", "account", "party_id") == [
        ("party", account, str(account), party) for account, party in accounts
    ]
    assert [(found.key, found.records) for found in identity.states()] == [("party", len(links))]

    before = versions()
    second = identity.run(business_date=golden_day)
    assert (second.created, second.merged, versions()) == (0, 0, before)


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_run_that_is_interrupted_leaves_the_links_as_they_were_and_can_be_done_again(
    old_home, golden_day, monkeypatch, done
):
    """What says to which definition the old rows belong is read from the links: they change last."""
    add, carried = Session.add_columns, []

    def interrupted(session, dataset, columns):
        if len(carried) == done:
            raise KeyboardInterrupt
        carried.append(dataset)
        add(session, dataset, columns)

    links, accounts = old_home
    before = warehouse.table_version("identity.link")
    monkeypatch.setattr(Session, "add_columns", interrupted)
    with pytest.raises(KeyboardInterrupt):
        identity.run(business_date=golden_day)
    assert (len(carried), warehouse.table_version("identity.link")) == (done, before)

    monkeypatch.undo()
    again = identity.run(business_date=golden_day)
    assert (again.created, again.merged) == (0, 0)
    assert rows("identity.link", "identity", "system", "source_key", "party_id") == [("party", *row) for row in links]
    assert rows("identity.account_party", "identity", "account_id", "party_id") == [("party", *row) for row in accounts]


def test_rows_go_to_the_definition_that_knows_their_systems(old_home):
    (party,) = known(None)
    other = party.model_copy(update={"key": "another", "systems": ()})

    with warehouse.session() as session:
        for _again in range(2):
            numbering.carry_over(session, [other, party])

    assert {row[0] for row in rows("identity.link", "identity")} == {"party"}
