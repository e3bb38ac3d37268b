"""The page of a scope by a served figure is read along keys of the day, and is true of this moment nevertheless."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import psycopg
import pytest
from django.db import connection, transaction

from tests.factories.records import SYSTEM, build_firm, cover, customer, holding, unit_uid
from zhike.kernel import clock, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.logic import other_writers, served_scopes
from zhike.platform.objects.logic import statements as listing_statements
from zhike.platform.objects.models import RetiredTable, ScopeKeys, SideTable
from zhike.platform.objects.types import Computed, RecordQuery, SideColumn
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Post
from zhike.platform.records import api as records

DAY = date(2026, 3, 17)
BY_ASSETS = RecordQuery("party", sort=(("total_asset", "desc"),), columns=("total_asset",), limit=2)


def publish(tmp_path, figures, day=DAY):
    prepare(tmp_path, figures, day)
    bulk.publish("party", business_date=day)


def prepare(tmp_path, figures, day=DAY):
    """Prepare total assets by customer."""
    path = tmp_path / "served.csv"
    path.write_text("\n".join(["id,total_asset", *(f"{id},{amount}" for id, amount in figures.items())]) + "\n")
    columns = [SideColumn("total_asset", {"zh": "总资产", "en": "Total assets"}, "money", "indicator")]
    bulk.prepare("party", business_date=day, columns=columns, csv=path, indexed=["total_asset"])


def figures_of(parties):
    """More for each customer than for the one before."""
    return {party.id: 100 * (number + 1) for number, party in enumerate(parties)}


@pytest.fixture
def firm(db):
    return build_firm()


@pytest.fixture
def parties(firm, tmp_path):
    """Five customers of the manager and the head of the first branch; the last one has no figure."""
    found = [customer(f"客户{number}") for number in range(5)]
    publish(tmp_path, figures_of(found[:4]))
    return found


@pytest.fixture
def along(monkeypatch):
    """Which pages were read along keys, by how."""
    found, read = [], served_scopes.ways

    def noted(question, figure):
        ways = read(question, figure)
        found.append([way.how for way in ways])
        return ways

    monkeypatch.setattr(served_scopes, "ways", noted)
    return found


def listed(principal, query=BY_ASSETS):
    """The ids of all pages, which are as many as are counted, and the same backwards."""
    pages = [objects.page(query, principal=principal)]
    while pages[-1].next_cursor:
        assert len(pages) < 200, "the pages go round"
        pages.append(objects.page(replace(query, cursor=pages[-1].next_cursor), principal=principal))
    back, last = [pages[-1]], len(pages) - 1
    while back[-1].previous_cursor:
        back.append(objects.page(replace(query, cursor=back[-1].previous_cursor), principal=principal))
    ids = [row.id for page in pages for row in page.rows]
    assert len(back) == last + 1 and sorted(row.id for page in back for row in page.rows) == sorted(ids)
    assert len(set(ids)) == len(ids) == objects.count(query, principal=principal, exact=True).count
    assert set(ids) == set(scope_of(principal))
    return ids


def scope_of(principal):
    found = bulk.scope("party", principal=principal)
    return found if found is not None else [row.id for row in objects.page(RecordQuery("party"), principal=SYSTEM).rows]


def ids(parties, *numbers):
    return [parties[number].id for number in numbers]


def test_pages_of_a_scope_are_read_along_its_keys_and_are_complete(firm, parties, along):
    assert listed(firm.manager) == ids(parties, 3, 2, 1, 0, 4)
    assert listed(firm.branch_head, replace(BY_ASSETS, sort=(("total_asset", "asc"),))) == ids(parties, 0, 1, 2, 3, 4)
    assert {how for ways in along for how in ways} == {"one", "each"} and [] not in along
    assert listed(firm.other_manager) == []
    along.clear()
    assert listed(firm.operator) == ids(parties, 3, 2, 1, 0, 4)
    assert set(map(tuple, along)) == {()}


def test_each_record_is_found_by_its_id_and_not_by_what_is_asked_of_it(firm, parties, monkeypatch):
    asked, fetch = [], listing_statements.fetch
    monkeypatch.setattr(
        listing_statements, "fetch", lambda sql, values, names: asked.append(sql) or fetch(sql, values, names)
    )
    objects.page(BY_ASSETS, principal=firm.branch_head)
    # With few rows any plan will do, so this looks at what keeps the database from another one.
    table = catalogue.describe("party").table
    alone = f"FROM (SELECT * FROM {table} WHERE {table}.id = k.id OFFSET 0) AS t "
    assert alone in asked[0].replace('"', "")


def test_a_handover_is_on_the_first_page_at_once_in_both_directions(firm, parties):
    rows = objects.page(RecordQuery("coverage", columns=("party",)), principal=SYSTEM).rows
    row = next(row for row in rows if row.values["party"]["uid"] == str(parties[3].uid))
    objects.update(
        "coverage", row.uid, {"valid_to": clock.today().isoformat()}, revision=row.revision, principal=SYSTEM
    )
    cover(parties[3], "E1002", clock.today())
    assert listed(firm.manager) == ids(parties, 2, 1, 0, 4)
    assert listed(firm.other_manager) == ids(parties, 3)


def test_a_customer_who_changes_branch_changes_first_pages_at_once(firm, parties):
    other_head = replace(firm.branch_head, posts=(post("branch_head", "B2"),))
    moved = parties[2]
    objects.update("party", moved.uid, {"branch": unit_uid("B2")}, revision=moved.revision, principal=SYSTEM)
    assert listed(firm.branch_head) == ids(parties, 3, 1, 0, 4)
    assert listed(other_head) == ids(parties, 2)
    with connection.cursor() as cursor:  # by hand, as nobody should
        party = catalogue.describe("party")
        cursor.execute(f"update {party.table} set {party.fields['branch'].column} = null where id = {parties[3].id}")
    assert listed(firm.branch_head) == ids(parties, 1, 0, 4)


def post(role, *codes):
    units = tuple(sorted(organization.unit_by_code(code).id for code in codes))
    return Post(role, units[0], units)


@pytest.mark.parametrize(("each", "how"), [(8, "each"), (1, "any")])
def test_a_region_has_each_customer_once_however_it_moves(firm, parties, along, monkeypatch, each, how):
    monkeypatch.setattr(served_scopes, "_EACH", each)
    region = replace(firm.branch_head, posts=(post("branch_head", "R1", "B1", "B2"),))
    moved = parties[3]
    objects.update("party", moved.uid, {"branch": unit_uid("B2")}, revision=moved.revision, principal=SYSTEM)
    along.clear()
    assert listed(region) == ids(parties, 3, 2, 1, 0, 4)
    assert set(map(tuple, along)) == {(how,)}


def test_two_posts_and_shares_give_each_customer_once(firm, parties, along, tmp_path):
    shared = customer("别处", branch="B2", manager="E1002")
    publish(tmp_path, {**figures_of(parties), shared.id: 250})
    both = holding(firm.manager, "account_manager", "branch_head")
    sharing = replace(both, shared=(("party", (shared.id, parties[3].id)),))
    assert listed(sharing) == [*ids(parties, 4, 3, 2), shared.id, *ids(parties, 1, 0)]
    assert {tuple(ways) for ways in along} == {("one", "each", "any")}


def test_what_is_narrower_than_the_scope_is_asked_the_plain_way(firm, parties, along):
    condition = {"op": "=", "left": {"field": "risk_level"}, "right": {"value": "C3", "type": "text"}}
    for query in (replace(BY_ASSETS, refinement="dormant"), replace(BY_ASSETS, text="客户1"), replace(BY_ASSETS, condition=condition)):  # fmt: skip
        objects.page(query, principal=firm.branch_head)
    assert along == [[]] * 3
    assert listed(firm.manager, replace(BY_ASSETS, refinement="mine")) == ids(parties, 3, 2, 1, 0, 4)
    assert ["one"] in along


def test_whoever_is_erased_leaves_no_key_of_what_is_shown_and_of_what_is_prepared(firm, parties, tmp_path):
    prepare(tmp_path, figures_of(parties), date(2026, 3, 18))
    records.erase("party", parties[3].uid, reason="客户要求删除", principal=SYSTEM)
    tables = [side.table for side in SideTable.objects.all()] + [keys.table for keys in ScopeKeys.objects.all()]
    assert len(tables) == 6
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'select count(*) from "{table}" where id = {parties[3].id}')
            assert cursor.fetchone() == (0,)
    assert listed(firm.branch_head) == ids(parties, 2, 1, 0, 4)


def test_what_is_prepared_is_not_shown_and_what_was_replaced_goes(firm, parties, tmp_path):
    shown = {keys.table for keys in ScopeKeys.objects.all()}
    prepare(tmp_path, {parties[0].id: 900}, date(2026, 3, 18))
    for name in ("elsewhere", "party"):  # written anew, its row lies behind that of the prepared one
        SideTable.objects.filter(current=True).update(object=name)
    assert objects.page(BY_ASSETS, principal=SYSTEM).warehouse_date == DAY
    assert listed(firm.branch_head) == ids(parties, 3, 2, 1, 0, 4)
    bulk.publish("party", business_date=date(2026, 3, 18))
    assert listed(firm.branch_head)[0] == parties[0].id
    assert shown <= set(RetiredTable.objects.values_list("table", flat=True))
    assert not shown & {keys.table for keys in ScopeKeys.objects.all()}


def test_what_is_written_while_keys_are_made_is_waited_for_and_there(own_database, tmp_path, monkeypatch):
    firm = build_firm()
    moved, erased = customer("甲"), customer("乙")
    party = catalogue.describe("party")
    unit = organization.unit_by_code("B2").id
    waited = []
    with psycopg.connect(own_database) as other:
        # Written before there are keys, committed after they were made.
        other.execute(f"update {party.table} set {party.fields['branch'].column} = {unit} where id = {moved.id}")
        other.execute(f"update {party.table} set erased_at = now(), deleted_at = now() where id = {erased.id}")

        def pause(seconds):
            waited.append(seconds)
            other.commit()

        monkeypatch.setattr(other_writers.time, "sleep", pause)
        publish(tmp_path, figures_of([moved, erased]))
    assert waited
    assert listed(replace(firm.branch_head, posts=(post("branch_head", "B2"),))) == [moved.id]
    side = SideTable.objects.get(current=True)
    with connection.cursor() as cursor:
        cursor.execute(f'select id from "{side.table}"')
        assert cursor.fetchall() == [(moved.id,)]


def test_whoever_writes_too_long_costs_the_day_its_keys_and_nothing_else(own_database, tmp_path, monkeypatch, along):
    firm = build_firm()
    parties = [customer("甲"), customer("乙")]
    monkeypatch.setattr(other_writers, "_PATIENCE_SECONDS", 0)
    with psycopg.connect(own_database) as other:
        other.execute(f"update {catalogue.describe('party').table} set revision = revision")
        publish(tmp_path, figures_of(parties))
        assert listed(firm.manager) == ids(parties, 1, 0)
    assert set(map(tuple, along)) == {()}


def test_a_snapshot_of_before_a_publication_writes_no_record_without_its_key(own_database, tmp_path):
    firm = build_firm()
    moved = customer("甲")
    publish(tmp_path, figures_of([moved]))
    party = catalogue.describe("party")
    unit = organization.unit_by_code("B2").id
    write = f"update {party.table} set {party.fields['branch'].column} = {unit} where id = {moved.id}"
    with psycopg.connect(own_database) as other:
        other.execute("set transaction isolation level repeatable read")
        other.execute("select 1 from kernel_definitionversion")
        publish(tmp_path, figures_of([moved]), date(2026, 3, 18))
        with pytest.raises(psycopg.errors.ActiveSqlTransaction, match="read committed, not at repeatable read"):
            other.execute(write)
        other.rollback()
        other.execute(write)
    assert listed(replace(firm.branch_head, posts=(post("branch_head", "B2"),))) == [moved.id]


def test_what_is_taken_back_brings_no_record(firm, parties):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        cover(parties[3], "E1002", clock.today())
        assert listed(firm.other_manager) == ids(parties, 3)
        raise ZeroDivisionError
    assert listed(firm.other_manager) == []


def test_what_is_brought_back_is_on_the_first_page_at_once(firm, parties, tmp_path):
    rows = objects.page(RecordQuery("coverage", columns=("party",)), principal=SYSTEM).rows
    served = next(row for row in rows if row.values["party"]["uid"] == str(parties[3].uid))
    for object, record in (("coverage", served), ("party", parties[2])):
        objects.delete(object, record.uid, revision=record.revision, principal=SYSTEM)
    publish(tmp_path, figures_of(parties))
    assert listed(firm.manager) == ids(parties, 4, 1, 0)
    with connection.cursor() as cursor:  # by hand, as nobody should
        for object, record in (("coverage", served), ("party", parties[2])):
            cursor.execute(f"update {catalogue.describe(object).table} set deleted_at = null where id = {record.id}")
    assert listed(firm.manager) == listed(firm.branch_head) == ids(parties, 4, 3, 2, 1, 0)


def test_several_keys_of_one_customer_give_it_once(firm, parties, along, tmp_path):
    labels = {"zh": "本部", "en": "Here"}
    where = {"key": "served_here", "labels": labels, "condition": "exists(coverages where branch in :my_units)"}
    branch = {"key": "branch", "type": "unit", "labels": labels}
    for body in (
        {"kind": "extension", "key": "coverage_branch", "of": "coverage", "labels": labels, "fields": [branch]},
        {"kind": "extension", "key": "served_here", "of": "party", "labels": labels, "refinements": [where]},
        {
            "kind": "role",
            "key": "here",
            "labels": labels,
            "grants": [{"on": "party", "operations": ["read"], "where": "served_here"}],
        },
    ):
        definition_changes.change([Edit.of(body)], reason="test")
    cover(parties[3], "E1002")
    for number, row in enumerate(objects.page(RecordQuery("coverage", limit=20), principal=SYSTEM).rows):
        changed = {"branch": unit_uid(("B1", "B2")[number % 2])}
        objects.update("coverage", row.uid, changed, revision=row.revision, principal=SYSTEM)
    publish(tmp_path, figures_of(parties))
    along.clear()
    here = replace(firm.branch_head, posts=(post("here", "R1", "B1", "B2"),))
    assert listed(here) == ids(parties, 4, 3, 2, 1, 0)
    assert set(map(tuple, along)) == {()}


def test_an_expression_over_a_figure_is_an_order(firm, parties):
    asset = {"field": "total_asset"}
    columns = (Computed("less", {"negate": asset}), Computed("known", {"call": "coalesce", "args": [asset, 250]}))
    query = replace(BY_ASSETS, columns=columns, sort=(("less", "asc"), ("known", "desc")))
    assert listed(firm.branch_head, query) == ids(parties, 3, 2, 1, 0, 4)
    query = replace(query, sort=(("known", "desc"), ("less", "desc")))
    assert listed(firm.branch_head, query) == ids(parties, 3, 2, 4, 1, 0)
