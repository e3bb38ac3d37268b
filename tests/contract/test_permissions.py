"""One permission rule over every question: four actors, one handover, every answer changes together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories.records import SYSTEM, build_firm, cover, customer, give_work, holding
from zhike.kernel import clock, context, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import Invalid, NotFound, Refused, SignInRequired
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Event
from zhike.platform.audit.models import Entry
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.errors import SourceOwned
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.packs import api as packs
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.records import api as records
from zhike.platform.records.errors import UnmaskSeries
from zhike.platform.work import api as work

pytestmark = pytest.mark.django_db
PARTIES = RecordQuery("party")


def _names(principal, query=PARTIES):
    return [row.display for row in objects.page(query, principal=principal).rows]


@pytest.fixture
def firm():
    return build_firm()


def role(key, *grants, **fields):
    """Define a role with grants (object, operations) on everything, and with what it sees of fields of the party."""
    body = {
        "kind": "role",
        "key": key,
        "labels": {"zh": key, "en": key},
        "grants": [{"on": on, "operations": operations} for on, *operations in grants],
        **({"fields": {"party": fields}} if fields else {}),
    }
    definition_changes.change([Edit.of(body)], reason="test")
    return key


def test_each_actor_sees_their_own_part(firm):
    customer("张三丰")
    customer("李四海", branch="B2", manager="E1002")

    assert _names(firm.manager) == ["张*丰"]
    assert _names(firm.other_manager) == ["李*海"]
    assert _names(firm.branch_head) == ["张*丰"]
    assert sorted(_names(firm.operator)) == ["张*丰", "李*海"]
    with pytest.raises(SignInRequired):
        objects.page(PARTIES, principal=firm.signed_out)


def test_a_handover_changes_list_detail_count_search_and_scope_together(firm):
    party = customer("张三丰")
    old = objects.page(RecordQuery("coverage"), principal=SYSTEM).rows[0]

    def answers(principal):
        listed = _names(principal)
        counted = objects.count(PARTIES, principal=principal).count
        found = len(objects.page(RecordQuery("party", text="张三"), principal=principal).rows)
        bitmap = bulk.scope("party", principal=principal)
        try:
            detail = records.get("party", party.uid, principal=principal).display
        except NotFound:
            detail = None
        return listed, counted, found, detail, None if bitmap is None else len(bitmap)

    assert answers(firm.manager) == (["张*丰"], 1, 1, "张*丰", 1)
    assert answers(firm.other_manager) == ([], 0, 0, None, 0)

    today = clock.today().isoformat()
    objects.update("coverage", old.uid, {"valid_to": today}, revision=old.revision, principal=SYSTEM)
    cover(party, "E1002", clock.today())

    assert answers(firm.manager) == ([], 0, 0, None, 0)
    assert answers(firm.other_manager) == (["张*丰"], 1, 1, "张*丰", 1)
    assert answers(firm.operator) == (["张*丰"], 1, 1, "张*丰", None)


def test_children_follow_their_customer(firm):
    customer("张三丰")

    assert len(objects.page(RecordQuery("coverage"), principal=firm.manager).rows) == 1
    assert len(objects.page(RecordQuery("coverage"), principal=firm.other_manager).rows) == 0


def test_another_branches_record_does_not_exist_and_is_not_changed(firm):
    party = customer("李四海", branch="B2", manager="E1002")

    with pytest.raises(NotFound) as refused:
        objects.update("party", party.uid, {"remark": "x"}, revision=1, principal=firm.manager)

    assert refused.value.code == "not_found"
    assert records.get("party", party.uid, principal=SYSTEM).values["remark"] is None


def test_unmasking_needs_a_reason_and_leaves_a_trace(firm):
    party = customer("张三丰", certificate_number="310101199001011234")

    shown = records.get("party", party.uid, principal=firm.manager)
    assert shown.values["certificate_number"] == "310***********1234"
    with pytest.raises(Exception, match="reason"):
        records.unmask("party", party.uid, "certificate_number", reason="", principal=firm.manager)
    assert not [e for e in records.access("party", party.uid, principal=firm.operator) if e.operation == "unmask"]

    clear = records.unmask("party", party.uid, "certificate_number", reason="客户来电核对身份", principal=firm.manager)

    assert clear == "310101199001011234"
    entry = records.access("party", party.uid, principal=firm.operator)[0]
    assert (entry.operation, entry.reason, entry.details) == (
        "unmask",
        "客户来电核对身份",
        {"field": "certificate_number"},
    )


def test_a_role_has_tabs_of_its_own_scope_only(firm):
    def hidden(principal):
        return permissions.hidden_refinements(principal, "party")

    assert hidden(firm.manager) == {"my_branch", "all"}
    assert hidden(firm.branch_head) == {"mine", "all"}
    assert hidden(firm.operator) == {"mine", "my_branch"}


def test_nothing_is_created_about_somebody_elses_customer(firm):
    stranger, own = customer("李四海", branch="B2", manager="E1002"), customer("张三丰")
    now = clock.now().isoformat()

    def note(party):
        given = {"party": str(party.uid), "channel": "phone", "subject": "回访", "at": now}
        return objects.create("interaction", given, principal=firm.manager)

    nobody = replace(stranger, uid=uuid7())
    for other in (stranger, nobody):  # somebody else's customer and no customer at all are told alike
        with pytest.raises(Invalid) as refused:
            note(other)
        assert refused.value.findings == [
            {
                "code": "record.no_target",
                "field": "party",
                "message": "客户：指向的记录不存在",
                "message_en": "Customer points to no record",
            }
        ]

    assert objects.count(RecordQuery("interaction"), principal=SYSTEM, exact=True).count == 0
    assert not Event.objects.filter(subject="interaction").exists()
    assert note(own).values["subject"] == "回访"


def test_a_reference_leads_nowhere_its_writer_may_not_read(firm):
    stranger, own = customer("李四海", branch="B2", manager="E1002"), customer("张三丰")
    facts = {"party": str(own.uid), "kind": "household_member", "evidence": "户口簿"}
    with pytest.raises(Invalid) as refused:
        objects.create("party_relationship", {**facts, "other": str(stranger.uid)}, principal=firm.manager)
    assert [finding["code"] for finding in refused.value.findings] == ["record.no_target"]

    made = objects.create("party_relationship", {**facts, "other": str(stranger.uid)}, principal=SYSTEM)
    kept = {"other": str(stranger.uid), "evidence": "户口簿复印件"}
    changed = objects.update("party_relationship", made.uid, kept, revision=made.revision, principal=firm.manager)
    assert changed.values["evidence"] == "户口簿复印件"  # what it points at already may stay


def test_nobody_writes_a_field_that_is_kept_from_them(firm, monkeypatch):
    own, real = customer("张三丰"), permissions.field_rules
    monkeypatch.setattr(
        permissions,
        "field_rules",
        lambda who, object, keys: {k: "refused" if k == "remark" else v for k, v in real(who, object, keys).items()},
    )
    with pytest.raises(Refused) as created:
        objects.create("party", {"name": "王五", "remark": "喜欢早上联系"}, principal=SYSTEM)
    with pytest.raises(Refused) as changed:
        objects.update("party", own.uid, {"remark": "喜欢早上联系"}, revision=1, principal=firm.manager)
    assert created.value.facts == changed.value.facts == {"operation": "party.remark"}
    assert bulk.facts("party", [own.id], ["remark"]) == {own.id: {"remark": None}}


def test_a_note_is_its_authors_and_only_its_authors(firm):
    own = customer("张三丰")
    given = {"party": str(own.uid), "channel": "phone", "subject": "回访", "at": clock.now().isoformat()}
    with pytest.raises(Invalid) as forged:
        objects.create("interaction", {**given, "employee_no": "E1002"}, principal=firm.manager)
    assert [finding["code"] for finding in forged.value.findings] == ["record.stamped"]
    note = objects.create("interaction", given, principal=firm.manager)
    assert note.values["employee_no"] == "E1001"
    assert "delete" in note.permitted

    head = records.get("interaction", note.uid, principal=firm.branch_head)
    assert "delete" not in head.permitted
    with pytest.raises(NotFound):
        objects.delete("interaction", note.uid, revision=1, principal=firm.branch_head)
    with pytest.raises(Invalid):
        objects.update("interaction", note.uid, {"employee_no": "E1002"}, revision=1, principal=firm.manager)
    objects.delete("interaction", note.uid, revision=1, principal=firm.manager)
    with pytest.raises(NotFound):
        records.get("interaction", note.uid, principal=firm.manager)


def test_what_a_source_keeps_is_not_deleted_here(firm):
    own = customer("张三丰")
    columns = [LoadColumn("party", by="id"), *(LoadColumn(key) for key in ("channel", "subject", "at", "employee_no"))]
    row = (None, "call_center:K1", own.id, "phone", "账户咨询", clock.now().isoformat(), "E1001")
    exchange.load("interaction", columns=columns, rows=[row])
    loaded = objects.page(RecordQuery("interaction"), principal=firm.manager).rows[0]

    assert "delete" not in records.get("interaction", loaded.uid, principal=firm.manager).permitted
    with pytest.raises(SourceOwned):
        objects.delete("interaction", loaded.uid, revision=loaded.revision, principal=firm.manager)


def _posts(firm, *held):
    """The manager of B1 with the given posts (role, unit) in the place of its own."""
    units = {code: organization.unit_by_code(code).id for _role, code in held}
    below = organization.subtrees(units.values())
    return replace(firm.manager, posts=tuple(Post(role, units[u], below[units[u]]) for role, u in held))


def test_a_grant_holds_in_the_unit_of_the_post_that_gives_it(firm):
    """Head of B1 and manager at head office: the second post does not widen the first."""
    customer("张三丰")
    customer("李四海", branch="B2", manager="E1002")
    both = _posts(firm, ("branch_head", "B1"), ("account_manager", "HQ"))

    assert _names(both) == ["张*丰"]
    assert len(bulk.scope("party", principal=both)) == 1
    assert sorted(_names(_posts(firm, ("account_manager", "B1"), ("branch_head", "B2")))) == ["张*丰", "李*海"]
    assert sorted(_names(_posts(firm, ("branch_head", "HQ"), ("account_manager", "B1")))) == ["张*丰", "李*海"]


def test_the_same_role_in_two_units_holds_in_both(firm):
    customer("张三丰", manager="E2001")
    customer("李四海", branch="B2", manager="E1002")

    assert sorted(_names(_posts(firm, ("branch_head", "B1"), ("branch_head", "B2")))) == ["张*丰", "李*海"]
    assert _names(_posts(firm, ("branch_head", "B2"))) == ["李*海"]


def test_the_tab_of_ones_units_is_about_every_post(firm):
    customer("张三丰")
    customer("李四海", branch="B2", manager="E1002")
    both = _posts(firm, ("account_manager", "B1"), ("branch_head", "B2"))

    assert sorted(_names(both, RecordQuery("party", refinement="my_branch"))) == ["张*丰", "李*海"]
    assert _names(both, RecordQuery("party", refinement="mine")) == ["张*丰"]


def test_work_of_units_is_seen_by_the_post_that_gives_it(firm):
    party = customer("李四海", branch="B2", manager="E1002")
    give_work(party.id, "E1002", organization.unit_by_code("B2").id)

    def seen(*held):
        return len(work.todo(principal=_posts(firm, *held))[0])

    assert seen(("branch_head", "B2")) == 1
    assert seen(("branch_head", "B1"), ("account_manager", "HQ")) == 0
    assert seen(("account_manager", "B2"), ("branch_head", "B1")) == 0


CUSTOMER_ROLE = """kind: role
key: investor
labels: {zh: 投资者, en: Investor}
grants:
  - {on: party, operations: [read], where: self}
  - {on: coverage, operations: [read]}
"""
SELF = """kind: extension
key: party_self
of: party
labels: {zh: 本人, en: Oneself}
refinements:
  - {key: self, labels: {zh: 本人, en: Oneself}, condition: "customer_no = :me"}
"""


def test_a_customer_is_a_principal_like_any_other(firm, tmp_path):
    """One grant on oneself: list, count, search, bitmap, children and single records answer alike."""
    (tmp_path / "pack.yaml").write_text(
        "name: portal\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 门户, en: Portal}\n"
    )
    (tmp_path / "investor.yaml").write_text(CUSTOMER_ROLE)
    (tmp_path / "self.yaml").write_text(SELF)
    packs.apply([Path("packs"), tmp_path])
    own, other = customer("张三丰", customer_no="C1"), customer("李四海", customer_no="C2")
    investor = Principal(kind="party", name="张三丰", subject="C1", posts=(Post("investor"),))

    assert investor.actor == "party:C1"
    assert _names(investor) == ["张*丰"]
    assert objects.count(PARTIES, principal=investor).count == 1
    assert _names(investor, RecordQuery("party", text="李四")) == []
    assert list(bulk.scope("party", principal=investor)) == [own.id]
    assert len(objects.page(RecordQuery("coverage"), principal=investor).rows) == 1
    with pytest.raises(NotFound):
        records.get("party", other.uid, principal=investor)
    for attempt in (
        lambda: objects.update("party", own.uid, {"remark": "x"}, revision=1, principal=investor),
        lambda: records.unmask("party", own.uid, "mobile", reason="本人查询", principal=investor),
        lambda: objects.page(RecordQuery("employee"), principal=investor),
        lambda: work.todo(principal=investor),
    ):
        with pytest.raises(Refused):
            attempt()


def test_whoever_has_no_grant_has_nothing(firm):
    party = customer("张三丰")
    note = role("keeper", ("interaction", "read", "create"), ("contact_point", "read"))
    keeper = holding(firm.operator, note)
    given = {"party": str(party.uid), "kind": "mobile", "value": "13800001234"}
    objects.create("contact_point", given, principal=SYSTEM)

    assert permissions.scope(keeper, "read", "party").nothing
    assert len(bulk.scope("party", principal=keeper)) == 0
    assert objects.records_by_id("party", [party.id], principal=keeper) == {}
    with pytest.raises(NotFound):
        objects.ids("party", [party.uid], principal=keeper)
    # What follows customers is seen with them only, and nothing new is made about one.
    assert objects.page(RecordQuery("contact_point"), principal=keeper).rows == []
    about = {"party": str(party.uid), "channel": "phone", "subject": "回访", "at": clock.now().isoformat()}
    with pytest.raises(Invalid) as refused:
        objects.create("interaction", about, principal=keeper)
    assert [finding["code"] for finding in refused.value.findings] == ["record.no_target"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_refused_field_is_refused_though_another_role_sees_it_in_clear(firm, order):
    party = customer("张三丰", mobile="13800001234", email="z@example.com")
    seer = role("seer", ("party", "read"), clear=["mobile", "email"])
    blind = role("blind", ("party", "read"), refused=["mobile"])
    both = holding(firm.operator, *(seer, blind)[::order])

    shown = records.get("party", party.uid, principal=both)
    assert ("mobile" in shown.values, "mobile" in shown.refused, shown.values["email"]) == (
        False,
        True,
        "z@example.com",
    )


def test_a_post_does_not_lift_the_masks_of_what_another_one_reads(firm):
    """Somebody who reads all customers masked, and those of one branch in clear, does not read all of them in clear."""
    customer("张三丰", mobile="13800001234")
    customer("李四海", mobile="13900005678", branch="B2", manager="E1002")
    grants = [{"on": "party", "operations": ["read"], "where": "my_branch"}]
    body = {"kind": "role", "key": "branch_seer", "labels": {"zh": "x", "en": "x"}, "grants": grants}
    definition_changes.change([Edit.of(body | {"fields": {"party": {"clear": ["mobile"]}}})], reason="test")
    alone = holding(firm.branch_head, "branch_seer")
    both = holding(firm.branch_head, "branch_seer", role("reader", ("party", "read")))

    assert _mobiles(alone) == ["13800001234"]
    assert _mobiles(both) == ["138****1234", "139****5678"]
    said = {"op": "=", "left": {"field": "mobile"}, "right": {"value": "13900005678", "type": "text"}}
    with pytest.raises(Refused):
        objects.page(RecordQuery("party", condition=said), principal=both)
    assert _mobiles(holding(firm.branch_head, "branch_seer", role("seer", ("party", "read"), clear=["mobile"]))) == [
        "13800001234",
        "13900005678",
    ]


def _mobiles(principal):
    rows = objects.page(RecordQuery("party", columns=("mobile",)), principal=principal).rows
    return sorted(str(row.values["mobile"]) for row in rows)


def test_who_is_refused_a_field_does_not_unmask_it(firm):
    party = customer("张三丰", mobile="13800001234", email="z@example.com")
    blind = holding(firm.operator, role("blind", ("party", "read", "unmask"), refused=["mobile"]))

    with pytest.raises(Refused) as refused:
        records.unmask("party", party.uid, "mobile", reason="客户来电核对身份", principal=blind)
    assert refused.value.facts == {"operation": "party.mobile"}
    assert not Entry.objects.filter(operation="unmask").exists()
    assert records.unmask("party", party.uid, "email", reason="客户来电核对身份", principal=blind) == "z@example.com"


def test_a_child_of_a_deleted_parent_is_gone_with_it(firm):
    party = customer("张三丰")
    [covered] = objects.page(RecordQuery("coverage"), principal=firm.manager).rows
    shown = objects.related_page("consent", "party", party.id, principal=firm.manager).rows
    assert len(shown) == 1

    objects.delete("party", party.uid, revision=party.revision, principal=SYSTEM)

    assert objects.page(RecordQuery("coverage"), principal=firm.manager).rows == []
    assert objects.related_page("consent", "party", party.id, principal=firm.manager).rows == []
    assert objects.records_by_id("coverage", [covered.id], principal=firm.manager) == {}
    with pytest.raises(NotFound):
        records.get("coverage", covered.uid, principal=firm.manager)


def test_a_series_of_unmaskings_for_one_reason_is_stopped_and_told(firm, settings):
    settings.UNMASK_SERIES = 3
    parties = [customer(f"客户{n}", mobile=f"1380000000{n}") for n in range(5)]

    def look(party, reason, actor="user:E1001"):
        with context.acting(actor=actor):
            return records.unmask("party", party.uid, "mobile", reason=reason, principal=firm.manager)

    assert [look(parties[n], f"回访核对 {n}") for n in range(3)] == [f"1380000000{n}" for n in range(3)]
    for reason in ("回访核对", "回访核对 9", " 回访，核对 "):
        with pytest.raises(UnmaskSeries):
            look(parties[3], reason)
    [first, *_more] = records.access("party", parties[3].uid, principal=firm.operator)
    assert (first.operation, first.employee_no, first.details) == ("unmask_stopped", "E1001", {"field": "mobile"})
    assert Event.objects.filter(name="record.unmask_stopped", subject_id=parties[3].id).count() == 3
    # Another reason, another person and another hour are no part of the series.
    assert look(parties[3], "客户来电核对身份") == "13800000003"
    assert look(parties[4], "回访核对", actor="user:E2001") == "13800000004"
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert look(parties[4], "回访核对") == "13800000004"
