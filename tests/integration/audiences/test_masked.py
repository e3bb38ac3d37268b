"""Nobody finds out by an audience what is masked or refused: no count, no sample, no explanation, no stored one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factories.records import SYSTEM, holding
from tests.integration.audiences import day
from tests.integration.audiences.day import ask, money
from zhike.insight.audiences import api
from zhike.insight.audiences.models import Audience
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import Refused
from zhike.platform.objects import api as objects
from zhike.platform.permissions.logic import limits

OLD = ask("birth_date", "<", "1970-01-01", kind="date")
NOT_YOUNG = {"and": [money("total_asset", ">=", "0"), {"not": ask("birth_date", ">=", "1970-01-01", kind="date")}]}
#: Every node is counted with the whole: a hidden one may not hide in a group.
HIDDEN = (OLD, NOT_YOUNG, {"or": [ask("risk_level", "=", "C5"), ask("birth_date", "is_empty")]})


@pytest.fixture
def born(parties, firm):
    """Two of the dozen with birth dates, published; returns the parties."""
    for key, birth_date in (("a", "1960-05-06"), ("b", "1990-05-06")):
        given = {"birth_date": birth_date}
        objects.update("party", parties[key].uid, given, revision=parties[key].revision, principal=SYSTEM)
    day.publish(parties)
    return parties


def role(principal, **fields):
    """Give a principal a role of its own instead, which reads all parties and makes audiences."""
    body = {
        "kind": "role",
        "key": "seer",
        "labels": {"zh": "看", "en": "Seer"},
        "grants": [
            {"on": "party", "operations": ["read"]},
            {"on": "audience", "operations": ["read", "create", "update"]},
        ],
        "fields": {"party": fields},
    }
    definition_changes.change([Edit.of(body)], reason="test")
    return holding(principal, "seer")


def words(principal):
    return {item.key for group in api.vocabulary(principal=principal).groups for item in group.items}


@pytest.mark.parametrize("condition", HIDDEN)
def test_a_masked_field_is_refused_by_every_entry(born, firm, condition):
    assert "birth_date" not in words(firm.operator)
    stored = api.create(name="六旬", condition=condition, principal=SYSTEM)
    kept = Audience.objects.count()
    party = born["a"].uid
    for question in (
        lambda: api.preview(condition, principal=firm.operator),
        lambda: api.preview(condition, nodes=True, principal=firm.operator),
        lambda: api.sample(condition, principal=firm.operator),
        lambda: api.explain(condition, party=party, principal=firm.operator),
        lambda: api.create(name="六旬", condition=condition, principal=firm.operator),
        lambda: api.update(stored.uid, revision=1, condition=condition, principal=firm.operator),
        lambda: api.count_now(stored.uid, principal=firm.operator),
        lambda: api.members_now(stored.uid, principal=firm.operator),
        lambda: api.take_snapshot(stored.uid, principal=firm.operator),
    ):
        with pytest.raises(Refused) as refused:
            question()
        assert refused.value.facts["operation"] == "party.birth_date"
    assert (Audience.objects.count(), api.snapshots(stored.uid, principal=SYSTEM)) == (kept, [])
    (listed,) = api.audiences(principal=firm.operator)
    assert (listed.count, listed.sentence) == (None, "")


def test_who_sees_it_in_clear_and_the_system_ask_about_it(born, firm):
    seer = role(firm.operator, clear=["birth_date"])

    assert "birth_date" in words(seer)
    for principal in (seer, SYSTEM):
        assert [api.preview(condition, principal=principal).count for condition in HIDDEN] == [1, 1, 11]
    stored = api.create(name="六旬", condition=OLD, principal=seer)
    assert list(api.members_now(stored.uid, principal=seer).parties) == [born["a"].id]


def test_a_refused_field_is_no_condition(born, firm):
    seer = role(firm.operator, refused=["risk_level"])
    with pytest.raises(Refused) as refused:
        api.preview(ask("risk_level", "=", "C5"), principal=seer)

    assert refused.value.facts["operation"] == "party.risk_level"
    assert "risk_level" not in words(seer)
    found = api.preview(money("total_asset", ">=", "6000000"), principal=seer)
    assert (found.count, found.total.value) == (2, Decimal("14000000.00"))


def test_the_total_beside_the_number_is_for_those_who_may_sum_it(born, firm, monkeypatch):
    everybody = ask("risk_level", "is_not_empty")
    assert api.preview(everybody, principal=firm.operator).total.value == Decimal("16346000.49")

    monkeypatch.setattr(limits, "_limits", [lambda _resource: {"total_asset": frozenset({0})}])

    found = api.preview(everybody, principal=firm.operator)
    assert (found.count, found.total) == (11, None)
