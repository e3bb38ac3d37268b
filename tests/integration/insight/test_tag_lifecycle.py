"""A tag begins in one branch: nobody else's customers have it, nobody else knows of it; retired it is gone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from tests.integration.insight.conftest import run_stage
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.logic.checks import Gate
from zhike.engagement.compliance.types import Touch
from zhike.insight.audiences import api as audiences
from zhike.insight.identity import api as identity
from zhike.insight.tags import api as tags
from zhike.insight.tags.types import Tag
from zhike.insight.warehouse import api as warehouse
from zhike.kernel import definition_changes, definitions
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_errors import DefinitionsBroken
from zhike.kernel.errors import Refused, ZhikeError
from zhike.platform.exchange import exports
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.records.schemas import object_out

DAY = date(2026, 3, 17)
SYSTEM = permissions.system_principal("test")
TAG, IN_B001, IN_B002 = "activity", "counter:000000001", "counter:000000007"
CONDITION = {"op": "=", "left": {"field": TAG}, "right": {"value": "regular", "type": "text"}}


def tag(*stages: Mapping[str, object], **changes: object) -> None:
    """Give the tag a lifecycle of its own, over the shipped one."""
    body = definitions.all_of(Tag)[TAG].model_dump(mode="json", by_alias=True, exclude_unset=True)
    definition_changes.change([Edit.of(body | {"lifecycle": list(stages)} | changes)], reason="test")


@pytest.fixture(scope="module")
def people(golden_day) -> dict[str, Principal]:
    """A head of each branch and an operator of the head office, who all may use audiences."""
    role = {
        "kind": "role",
        "key": "audience_user",
        "labels": {"zh": "圈选", "en": "Audiences"},
        "grants": [{"on": "audience", "operations": ["read"]}],
    }
    definition_changes.change([Edit.of(role)], reason="test")
    found = {}
    for number, unit, role_key in (
        ("E81", "B001", "branch_head"),
        ("E82", "B002", "branch_head"),
        ("E83", "HQ", "operator"),
    ):
        staff, _password = organization.add_user(employee_no=number, name=number, role=role_key, unit=unit)
        made = permissions.principal_of_user(staff.id)
        found[unit] = replace(made, posts=(*made.posts, Post("audience_user")))
    return found


@pytest.fixture(scope="module")
def piloted(people) -> dict[str, int]:
    """The tag is live in B001 and a draft elsewhere; the day is computed again. Returns the parties by record."""
    tag({"state": "draft"}, {"state": "live", "units": ["B001"]})
    run_stage(DAY)
    return {f"{link.system}:{link.source_key}": link.party_id for link in identity.links("party", limit=1000)}


def values(party_ids: list[int]) -> list[object]:
    facts = bulk.facts("party", party_ids, [TAG])
    return [facts[party_id][TAG] for party_id in party_ids]


def listed(principal: Principal) -> tuple[bool, bool]:
    """Whether the list's description and the vocabulary name the tag."""
    described = object_out(catalogue.describe("party"), principal, 1)
    known = [item.key for group in audiences.vocabulary(principal=principal).groups for item in group.items]
    in_fields = TAG in [field["key"] for field in described["fields"]]
    assert in_fields == (TAG in described["list"]["columns"])
    return in_fields, TAG in known


def test_only_parties_of_the_branch_have_a_value(piloted):
    assert values([piloted[IN_B001], piloted[IN_B002]]) == ["active", None]


@pytest.mark.parametrize(("unit", "knows"), [("B001", True), ("B002", False), ("HQ", True)])
def test_the_list_and_the_builder_name_it_where_it_is_live(piloted, people, unit, knows):
    assert listed(people[unit]) == (knows, knows)


def test_a_list_shows_filters_and_sorts_by_it_only_there(piloted, people):
    query = RecordQuery("party", condition=CONDITION, columns=("name", TAG))
    assert {row.values[TAG] for row in objects.page(query, principal=people["B001"]).rows} == {"regular"}
    assert objects.count(query, principal=people["B001"]).count > 0

    for asked in (query, RecordQuery("party", sort=((TAG, "asc"),))):
        with pytest.raises(Refused) as error:
            objects.page(asked, principal=people["B002"])
        assert error.value.facts["operation"] == f"party.{TAG}"
    with pytest.raises(Refused):
        objects.count(query, principal=people["B002"])
    shown = objects.page(RecordQuery("party", columns=("name", TAG)), principal=people["B002"]).rows
    assert shown and all(TAG not in row.values and TAG in row.refused for row in shown)
    assert all(TAG not in row.values for row in objects.page(RecordQuery("party"), principal=people["B002"]).rows)


def test_no_way_round_by_a_relation_asks_about_it(piloted, people):
    asked = {"op": "=", "left": {"field": f"party.{TAG}"}, "right": {"value": "regular", "type": "text"}}
    by_relation = RecordQuery("party", condition={"aggregate": "exists", "over": "coverages", "where": asked})
    for query in (by_relation, RecordQuery("coverage", condition=asked)):
        with pytest.raises(Refused) as error:
            objects.count(query, principal=people["B002"])
        assert error.value.facts["operation"] == f"party.{TAG}"


def said(question) -> str:  # type: ignore[no-untyped-def]
    """Everything that the answer to a faulty question says."""
    with pytest.raises(ZhikeError) as fault:
        question()
    error = fault.value
    assert "value_tier" in str(error.facts) + str(error.findings), "it lists what there is"
    return f"{error.message('zh')} {error.message('en')} {error.facts} {error.findings}"


@pytest.mark.parametrize(("unit", "named"), [("B001", True), ("B002", False)])
def test_what_is_wrong_with_a_question_names_it_only_there(piloted, people, unit, named):
    who = people[unit]
    unknown = {"op": "=", "left": {"field": "shoe_size"}, "right": {"value": "1", "type": "text"}}
    by_reference = {**unknown, "left": {"field": "party.shoe_size"}}
    by_relation = {"aggregate": "exists", "over": "coverages", "where": by_reference}
    for question in (
        lambda: objects.page(RecordQuery("party", columns=("shoe_size",)), principal=who),
        lambda: objects.page(RecordQuery("party", sort=(("shoe_size", "asc"),)), principal=who),
        lambda: objects.summarize(RecordQuery("party"), principal=who, sums=["shoe_size"]),
        lambda: objects.summarize(RecordQuery("party"), principal=who, group_by="shoe_size"),
        lambda: objects.summary_by_coverage(RecordQuery("party"), principal=who, sums=["shoe_size"]),
        lambda: exports.export_xlsx(RecordQuery("party", columns=("shoe_size",)), principal=who),
        lambda: objects.records_by_id("party", [piloted[IN_B001]], principal=who, columns=("shoe_size",)),
        lambda: objects.count(RecordQuery("party", condition=unknown), principal=who),
        lambda: objects.count(RecordQuery("coverage", condition=by_reference), principal=who),
        lambda: objects.count(RecordQuery("party", condition=by_relation), principal=who),
        lambda: audiences.preview(unknown, principal=who),
    ):
        assert (TAG in said(question)) == named


def test_a_list_that_is_ordered_by_it_is_in_the_default_order_elsewhere(piloted, people):
    def ordered(unit: str) -> list[int]:
        return [row.id for row in objects.page(RecordQuery("party"), principal=people[unit]).rows]

    body = definitions.snapshot().written["extension"]["securities_party"]
    given = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    changed = given | {"list": given["list"] | {"sort": {"field": TAG, "direction": "asc"}}}
    definition_changes.change([Edit.of(changed)], reason="test")

    # Active before regular; who has no value comes last.
    assert ordered("B001")[0] == piloted[IN_B001] and ordered("B001") != sorted(ordered("B001"), reverse=True)
    assert len(ordered("B002")) > 1 and ordered("B002") == sorted(ordered("B002"), reverse=True)
    described = object_out(catalogue.describe("party"), people["B002"], 1)
    assert described["list"]["sort"] == {"field": "id", "direction": "desc"}
    definition_changes.change([Edit.of(given)], reason="test")


def test_a_stage_in_a_unit_that_does_not_exist_is_a_finding(piloted):
    with pytest.raises(DefinitionsBroken) as refused:
        tag({"state": "draft"}, {"state": "live", "units": ["B999"]})
    assert [(fault.finding.code, fault.finding.where) for fault in refused.value.faults] == [
        ("tag.unknown_unit", ("lifecycle", 1, "units", 0))
    ]


def test_an_audience_counts_the_branch_and_refuses_the_others(piloted, people):
    whole = audiences.preview(CONDITION, principal=people["HQ"])
    branch = audiences.preview(CONDITION, principal=people["B001"])
    assert (whole.count, branch.count) == (1, 1)  # of B002 others are regular when it is live everywhere

    with pytest.raises(Refused):
        audiences.preview(CONDITION, principal=people["B002"])


def test_the_page_of_a_party_has_it_only_there(piloted, people):
    def shown(record: str, unit: str) -> list[str]:
        uid = next(iter(objects.records_by_id("party", [piloted[record]], principal=SYSTEM).values())).uid
        _day, found = tags.of_party(uid, principal=people[unit])
        return [entry.tag.key for entry in found]

    assert TAG in shown(IN_B001, "B001")
    assert TAG not in shown(IN_B002, "B002")
    assert "value_tier" in shown(IN_B002, "B002")
    assert TAG not in shown(IN_B002, "HQ")


def _verdicts(party_ids: list[int]) -> list[list[str]]:
    touch = Touch("campaign", uuid.uuid4(), "1", "staff", "marketing")
    found = {
        verdict.party_id: [reason.code for reason in verdict.reasons] for verdict in compliance.judge(touch, party_ids)
    }
    return [found[party_id] for party_id in party_ids]


def test_the_gate_sees_no_value_where_it_is_a_draft(piloted):
    gate = definitions.all_of(Gate)["default"].model_dump(mode="json", by_alias=True, exclude_unset=True)
    checks = [{"check": "party_status", "field": TAG, "allowed": ["active", "regular"]}]
    definition_changes.change([Edit.of(gate | {"checks": checks})], reason="test")

    assert _verdicts([piloted[IN_B001], piloted[IN_B002]]) == [[], ["party_status"]]


def test_a_frozen_tag_is_computed_and_cannot_be_changed(piloted, people):
    tag({"state": "frozen"})
    run_stage(DAY)

    assert values([piloted[IN_B001], piloted[IN_B002]]) == ["active", "regular"]
    assert listed(people["B002"]) == (True, True)
    with pytest.raises(DefinitionsBroken):
        tag({"state": "frozen"}, order=3)


def test_a_retired_tag_is_gone_at_once_and_no_longer_computed(piloted, people):
    tag({"state": "retired"})

    for principal in (*people.values(), SYSTEM):
        assert listed(principal) == (False, False)
    assert values([piloted[IN_B001]]) == [None]
    assert _verdicts([piloted[IN_B001]]) == [["party_status"]]
    run_stage(DAY)
    for principal in (*people.values(), SYSTEM):
        assert listed(principal) == (False, False)
    with warehouse.session(pins=warehouse.published()) as session:
        columns = session.columns(session.table(tags.TAG, first=DAY, last=DAY))
    assert "value_tier" in columns and TAG not in columns


def test_from_a_day_on(piloted):
    tag({"state": "live", "from": "2026-03-17", "units": ["B002"]}, {"state": "retired", "units": ["B001"]})
    run_stage(DAY)

    assert values([piloted[IN_B001], piloted[IN_B002]]) == [None, "regular"]
