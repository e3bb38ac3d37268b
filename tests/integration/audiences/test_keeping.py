"""Audiences are stored, changed, frozen; a handover is seen at once."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.lake import asked
from tests.factories.records import SYSTEM, cover
from tests.integration.audiences.day import ask, money, publish
from zhike.insight.audiences import api
from zhike.insight.serving.logic import served_files
from zhike.insight.warehouse.port import Session
from zhike.kernel import clock
from zhike.kernel.errors import Invalid, NotFound, StaleRevision
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery

RICH = money("total_asset", ">=", "300000")


@pytest.fixture
def audience(parties, firm):
    return api.create(name=" 高净值 ", description="三十万以上", condition=RICH, principal=firm.operator)


def test_an_audience_reads_back_with_words_and_count(audience, firm):
    found = api.audience(audience.uid, principal=firm.operator)

    assert found == audience
    assert (found.name, found.count, found.business_date, found.revision) == ("高净值", 6, date(2026, 3, 17), 1)
    assert found.sentence == "总资产 >= 300000.0"
    assert (found.owner, found.owner_name, found.snapshots) == ("E3001", "沈聿", 0)
    assert [row.uid for row in api.audiences(principal=firm.manager)] == [audience.uid]
    assert api.audiences(principal=firm.manager)[0].count == 3


def test_a_list_is_counted_in_one_pass_however_long(audience, firm, monkeypatch):
    lowest = api.create(name="保守", condition=ask("risk_level", "=", "C1"), principal=firm.operator)
    answered = []
    row = Session.row
    monkeypatch.setattr(Session, "row", lambda self, tree: answered.append(row(self, tree)) or answered[-1])

    found = {one.uid: one.count for one in api.audiences(principal=firm.operator)}

    assert found == {audience.uid: 6, lowest.uid: 2}
    assert [sorted(one) for one in answered] == [[2, 6]]


def test_a_name_is_needed(parties, firm):
    for name, code in (("  ", "audience.name_required"), ("长" * 101, "audience.name_too_long")):
        with pytest.raises(Invalid) as refused:
            api.create(name=name, condition=RICH, principal=firm.operator)
        assert refused.value.findings[0]["code"] == code


def test_a_stale_revision_changes_nothing(audience, firm):
    changed = api.update(audience.uid, revision=1, name="新名", principal=firm.operator)
    assert (changed.name, changed.revision, changed.description) == ("新名", 2, "三十万以上")

    with pytest.raises(StaleRevision):
        api.update(audience.uid, revision=1, name="又一个", principal=firm.operator)
    with pytest.raises(StaleRevision):
        api.delete(audience.uid, revision=1, principal=firm.operator)
    assert api.audience(audience.uid, principal=firm.operator) == changed


def test_a_deleted_audience_is_gone(audience, firm):
    api.delete(audience.uid, revision=1, principal=firm.operator)

    assert api.audiences(principal=firm.operator) == []
    with pytest.raises(NotFound):
        api.audience(audience.uid, principal=firm.operator)


def test_a_snapshot_stays_while_the_audience_changes(audience, parties, firm):
    taken = api.take_snapshot(audience.uid, principal=firm.operator)
    api.update(audience.uid, revision=1, condition=ask("risk_level", "=", "C1"), principal=firm.operator)

    assert (taken.count, taken.business_date, taken.taken_by) == (6, date(2026, 3, 17), "沈聿")
    assert set(api.snapshot_members(taken.uid)) == {parties[key].id for key in "abcghi"}
    assert api.snapshots(audience.uid, principal=firm.operator) == [taken]
    assert set(api.members_now(audience.uid, principal=firm.operator).parties) == {parties[key].id for key in "fl"}
    assert api.count_now(audience.uid, principal=firm.operator) == (2, date(2026, 3, 17))
    assert api.audience(audience.uid, principal=firm.operator).snapshots == 1


def test_a_handover_changes_the_preview_at_once(parties, firm):
    def counts():
        return [api.preview(RICH, principal=p).count for p in (firm.manager, firm.other_manager)]

    assert counts() == [3, 3]
    old = next(
        row for row in objects.page(RecordQuery("coverage", columns=("party",)), principal=SYSTEM).rows
        if row.values["party"]["uid"] == str(parties["a"].uid)
    )  # fmt: skip
    today = clock.today()
    objects.update("coverage", old.uid, {"valid_to": today.isoformat()}, revision=old.revision, principal=SYSTEM)
    cover(parties["a"], "E1002", today)

    assert counts() == [2, 4]


def test_a_new_publication_is_counted_at_once_and_a_deleted_party_is_not_in_it(audience, parties, firm):
    objects.delete("party", parties["a"].uid, revision=parties["a"].revision, principal=SYSTEM)
    publish(parties, date(2026, 3, 18))

    assert api.count_now(audience.uid, principal=firm.operator) == (5, date(2026, 3, 18))
    assert api.preview(RICH, principal=firm.operator).visible_total == 11


def test_the_step_twice_gives_the_same_and_serves_lists(audience, parties, firm):
    def rows():
        return asked("select * from _rows order by party_id, business_date", rows=served_files.DATASET)

    before = rows()
    publish(parties)

    assert rows() == before
    query = RecordQuery("party", sort=(("total_asset", "desc"),), columns=("total_asset", "value_tier"))
    first = objects.page(query, principal=firm.operator).rows[0]
    assert (first.uid, first.values) == (parties["g"].uid, {"total_asset": "8000000.00", "value_tier": "diamond"})
