"""Changing definitions at run time: layers, history, users, undo; a plan first, then all or nothing."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.factories.packs import english
from tests.factories.records import SYSTEM, UNITS
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.channels import api as channels
from zhike.insight.audiences.models import Audience
from zhike.kernel import clock, context, database, definition_changes, definition_store, definitions
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_errors import (
    AlreadyUndone,
    ChangedSince,
    DefinitionInUse,
    DefinitionsBroken,
    DestructiveChange,
    UnknownDefinition,
)
from zhike.kernel.errors import Invalid
from zhike.kernel.ids import uuid7
from zhike.kernel.models import DefinitionChange, StoredDefinition
from zhike.platform.objects import api as objects
from zhike.platform.objects.logic import refolding
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.packs import api as packs
from zhike.platform.work.types import ResultSet

pytestmark = pytest.mark.django_db

RESULTS = {
    "kind": "result_set",
    "key": "visit",
    "labels": {"zh": "拜访结果", "en": "Visit results"},
    "results": [{"key": "met", "labels": {"zh": "已见面", "en": "Met"}, "positive": True}],
}


def own(kind="template", key="service_checkup", **changes):
    """A shipped definition as the installation's own, changed."""
    return Edit.of({**definition_changes.export(kind, key), **changes})


def written():
    """Everything that is stored, as it is written."""
    return {(row.kind, row.key, row.layer): row.body for row in StoredDefinition.objects.all()}


def newest_change():
    return DefinitionChange.objects.latest("id").uid


def test_a_definition_of_ones_own_goes_before_the_packs_and_packs_applied_again_leave_it():
    shipped = channels.template("service_checkup").subject
    with context.acting(actor="user:E1"):
        done = definition_changes.change([own(subject="您好，{{name}}")], reason="更短")

    assert [(c.action, c.kind, c.key) for c in done.changes] == [("update", "template", "service_checkup")]
    assert channels.template("service_checkup").subject == "您好，{{name}}"
    assert packs.plan([Path("packs")]).changes == ()
    packs.apply([Path("packs")])
    assert channels.template("service_checkup").subject == "您好，{{name}}"

    definition_changes.change([Edit("template", "service_checkup", None)], reason="取消")
    assert channels.template("service_checkup").subject == shipped


def test_a_pack_that_changes_below_ones_own_says_that_the_own_stays(tmp_path):
    pack = _pack(
        tmp_path,
        "kind: result_set\nkey: visit\nlabels: {zh: 拜访, en: Visit}\nresults: [{key: met, labels: {zh: 见, en: Met}}]\n",
    )
    packs.apply([pack])
    definition_changes.change([Edit.of(RESULTS)], reason="")
    _pack(
        tmp_path,
        "kind: result_set\nkey: visit\nlabels: {zh: 拜访, en: Visits}\nresults: [{key: met, labels: {zh: 见, en: Met}}]\n",
    )

    change = packs.apply([pack]).changes[0]

    assert english(change.notes) == ("the installation's own version stays in force",)
    assert definitions.all_of(ResultSet)["visit"].labels["zh"] == "拜访结果"
    assert packs.plan([pack]).changes == ()


def test_the_history_tells_who_made_what_of_a_definition_and_why():
    with context.acting(actor="user:E1"):
        definition_changes.change([Edit.of(RESULTS)], reason="试点")
    with context.acting(actor="user:E2"):
        definition_changes.change([Edit.of({**RESULTS, "labels": {"zh": "拜访", "en": "Visit"}})], reason="改名")

    found = definition_changes.history("result_set", "visit")

    assert [(r.revision, r.layer, r.actor, r.reason) for r in found] == [
        (2, "own", "user:E2", "改名"),
        (1, "own", "user:E1", "试点"),
    ]
    assert found[0].before == RESULTS and found[1].before is None
    assert found[0].after["labels"] == {"zh": "拜访", "en": "Visit"}


def test_an_undo_waits_for_its_turn_before_it_looks_at_what_came_later():
    definition_changes.change([own(subject="甲 {{name}}")], reason="一")
    made = newest_change()
    with CaptureQueriesContext(connection) as asked:
        definition_changes.undo(made)
    said = [query["sql"] for query in asked]
    locked = next(n for n, text in enumerate(said) if text.endswith("FOR UPDATE") and "definitionversion" in text)
    looked = [n for n, text in enumerate(said) if '"kernel_definitionchange"' in text or "definitionrevision" in text]
    assert looked and locked < min(looked)


def test_changes_are_taken_back_one_after_the_other():
    """Three changes of one definition, undone from the last to the first, and the first two made again."""
    bodies = [{**RESULTS, "labels": {"zh": text, "en": text}} for text in ("一", "二", "三")]
    for body in bodies:
        definition_changes.change([Edit.of(body)], reason=body["labels"]["zh"])
    third, second, first = (one.change for one in definition_changes.history("result_set", "visit"))
    definition_changes.undo(third)
    definition_changes.undo(second)
    assert definition_changes.export("result_set", "visit") == bodies[0]
    with pytest.raises(AlreadyUndone) as told:
        definition_changes.undo(second)
    definition_changes.undo(first, consent=True)
    with pytest.raises(UnknownDefinition):
        definition_changes.export("result_set", "visit")
    definition_changes.change([Edit.of(bodies[0])], reason="再来")
    definition_changes.undo(UUID(str(told.value.facts["undo"])))
    assert definition_changes.export("result_set", "visit") == bodies[1]


def test_an_undo_restores_what_was_and_refuses_when_a_later_change_touched_it():
    before = written()
    definition_changes.change([Edit.of(RESULTS), own(subject="甲 {{name}}")], reason="一")
    first = newest_change()
    definition_changes.change([own(subject="乙 {{name}}")], reason="二")
    second = newest_change()

    with pytest.raises(ChangedSince) as refused:
        definition_changes.undo(first, consent=True)
    assert refused.value.facts["definition"] == "template service_checkup"

    definition_changes.undo(second)
    assert channels.template("service_checkup").subject == "甲 {{name}}"
    undo_of_second = newest_change()
    with pytest.raises(AlreadyUndone) as again:
        definition_changes.undo(second)
    at = clock.local(again.value.facts["at"]).strftime("%Y-%m-%d %H:%M")
    assert again.value.message("en") == (
        f"Change {second} was already taken back ({at}, {again.value.facts['actor']}); to make it again, take back"
        f" {undo_of_second}"
    )
    assert (again.value.facts["change"], again.value.facts["undo"]) == (str(second), str(undo_of_second))
    assert channels.template("service_checkup").subject == "甲 {{name}}"
    definition_changes.undo(undo_of_second)
    assert channels.template("service_checkup").subject == "乙 {{name}}"
    definition_changes.change([Edit("template", "service_checkup", None)], reason="")
    with pytest.raises(DestructiveChange):
        definition_changes.change([Edit("result_set", "visit", None)], reason="")
    definition_changes.change([Edit("result_set", "visit", None)], reason="", consent=True)
    assert written() == before


def test_a_plan_names_who_uses_what_changes_and_a_running_campaign_keeps_its_template():
    organization.upsert_units(UNITS)
    now = clock.now()
    campaign = Campaign.objects.create(
        uid=uuid7(), name="秋季体检", audience_uid=uuid7(), audience_name="客群", template="service_checkup", goal="x > 0",
        goal_days=5, owner="user:E1", owner_name="甲", created_at=now, updated_at=now, state=Campaign.State.RUNNING,
    )  # fmt: skip
    change = definition_changes.plan([own(subject="新 {{name}}")]).changes[0]
    assert [(user.kind, user.labels["zh"], user.holds) for user in change.users] == [("campaign", "秋季体检", True)]

    gone = Edit("template", "service_checkup", None, "pack", "securities")
    before = written()
    with pytest.raises(DefinitionInUse) as refused:
        definition_changes.change([gone], reason="", consent=True)
    assert refused.value.facts == {"definition": "template service_checkup", "users": ["campaign 秋季体检"]}
    assert written() == before

    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.STOPPED)
    assert definition_changes.change([gone], reason="", consent=True).changes[0].action == "remove"


def test_a_plan_names_the_audiences_that_ask_for_a_tag_and_the_goals_that_count_a_measure():
    now = clock.now()
    asked = {"op": "=", "left": {"field": "value_tier"}, "right": {"value": "gold", "type": "text"}}
    for name, condition in (("黄金客户", {"and": [asked]}), ("其他", {"op": "is_empty", "left": {"field": "email"}})):
        Audience.objects.create(
            uid=uuid7(), name=name, condition=condition, owner_name="甲", created_at=now, updated_at=now
        )
    campaign = {"audience_uid": uuid7(), "audience_name": "客群", "template": "service_checkup", "goal_days": 5}
    Campaign.objects.create(
        uid=uuid7(), name="增资", goal="net_inflow >= 10000", owner="user:E1", owner_name="甲", created_at=now,
        updated_at=now, **campaign,
    )  # fmt: skip

    tag = definition_changes.plan([own("tag", "value_tier", order=2)]).changes[0]
    measure = definition_changes.plan([own("measure", "net_inflow", unit="块")]).changes[0]

    assert [user.labels["zh"] for user in tag.users if user.kind == "audience"] == ["黄金客户"]
    assert [(user.labels["zh"], user.holds) for user in measure.users if user.kind == "campaign"] == [("增资", False)]


def test_a_plan_names_the_definitions_that_use_what_changes():
    change = definition_changes.plan([own("measure", "net_inflow", unit="块")]).changes[0]

    used = {(user.kind, user.key) for user in change.users}
    assert {("indicator", "net_inflow_30d"), ("indicator", "net_inflow_1d")} <= used


def test_faults_are_all_told_and_nothing_is_changed():
    before = written()
    broken = [
        Edit.of({**RESULTS, "result": []}),
        own(body="保本", channel="fax"),
        Edit.of({"kind": "nothing", "key": "x"}),
    ]
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change(broken, reason="")
    assert sorted((f.kind, f.key, f.finding.code, f.finding.where) for f in refused.value.faults) == [
        ("nothing", "x", "definition.unknown_kind", ("kind",)),
        ("result_set", "visit", "definition.unknown_key", ("result",)),
        ("template", "service_checkup", "definition.unknown_value", ("channel",)),
        ("template", "service_checkup", "template.forbidden_word", ("body",)),
    ]
    assert written() == before


@pytest.mark.parametrize(
    ("kind", "key", "where"),
    [("result_set", "call", "key"), ("template", "visit", "kind"), ("nothing", "visit", "kind")],
)
def test_a_definition_is_kept_under_its_own_kind_and_key_only(kind, key, where):
    before = written()
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([Edit(kind, key, RESULTS)], reason="")
    assert [(f.kind, f.key, f.finding.code, f.finding.where) for f in refused.value.faults] == [
        (kind, key, "definition.misnamed", (where,))
    ]
    assert written() == before


def test_a_definition_that_comes_again_with_another_uuid_is_refused():
    definition_changes.change([Edit.of(RESULTS)], reason="")
    before = written()
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([Edit.of({**RESULTS, "uuid": str(uuid7())})], reason="")
    assert [(f.finding.code, f.finding.where) for f in refused.value.faults] == [("definition.uuid_frozen", ("uuid",))]
    assert written() == before


@pytest.mark.parametrize("text", ["a\0b", "a\ud83d"])
def test_a_text_that_no_database_keeps_is_a_finding(text):
    broken = {**RESULTS, "labels": {"zh": "访", "en": text}}
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([Edit.of(broken)], reason="")
    fault = refused.value.faults[0]
    assert (fault.finding.code, fault.finding.where) == ("definition.malformed", ("labels", "en"))


def test_a_pack_whose_last_definition_is_gone_loses_it_by_plan(tmp_path):
    pack = _pack(
        tmp_path,
        "kind: result_set\nkey: visit\nlabels: {zh: 拜访, en: Visit}\nresults: [{key: met, labels: {zh: 见, en: Met}}]\n",
    )
    packs.apply([pack])
    (tmp_path / "one.yaml").unlink()

    change = packs.plan([pack]).changes[0]
    assert (change.action, change.key, change.destructive) == ("remove", "visit", True)
    packs.apply([pack], yes=True)
    assert "visit" not in definitions.all_of(ResultSet)


def test_a_stored_definition_that_fits_no_model_is_set_aside_and_the_others_stay():
    others = set(definitions.all_of(ResultSet))
    definition_changes.change([Edit.of(RESULTS)], reason="")
    row = StoredDefinition.objects.get(kind="result_set", key="visit")
    row.body, row.digest = {**RESULTS, "colour": "red", "results": []}, "changed by an older product"
    row.save()
    definitions.forget()

    assert set(definitions.all_of(ResultSet)) == others
    assert [(kind, key) for kind, key, _why in definition_store.set_aside()] == [("result_set", "visit")]


#: Any text that a database keeps.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)


def test_two_definitions_of_one_uuid_are_a_finding_and_no_database_error(tmp_path):
    one = "kind: result_set\nuuid: 7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e0aa\nkey: {}\nlabels: {{zh: 访, en: V}}\nresults: [{{key: met, labels: {{zh: 见, en: Met}}}}]\n"
    pack = _pack(tmp_path, one.format("visit"))
    (tmp_path / "two.yaml").write_text(one.format("call"), encoding="utf-8")

    found = packs.check([pack])
    assert [(Path(f.path).name, f.code, "result_set visit" in f.message) for f in found] == [
        ("two.yaml", "definition.key_frozen", True)
    ]


THING = {
    "kind": "object",
    "key": "thing",
    "labels": {"zh": "物", "en": "Thing"},
    "display": "name",
    "fields": [
        {"key": "name", "type": "text", "labels": {"zh": "名", "en": "Name"}, "mask": "name"},
        {"key": "of", "type": "reference", "target": "product", "labels": {"zh": "属", "en": "Of"}},
    ],
}


def _changed_field(number, **changes):
    fields = [dict(field) for field in THING["fields"]]
    fields[number] = {key: value for key, value in {**fields[number], **changes}.items() if value is not None}
    return Edit.of({**THING, "fields": fields})


@pytest.mark.parametrize(
    ("number", "changes", "name"),
    [
        (1, {"target": "employee"}, "target"),
        (0, {"type": "long_text"}, "type"),
        (0, {"unique": True}, "unique"),
    ],
)
def test_a_field_whose_rows_cannot_follow_needs_a_new_key(number, changes, name):
    definition_changes.change([Edit.of(THING)], reason="")
    before = written()
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([_changed_field(number, **changes)], reason="", consent=True)
    assert ("object.needs_new_field", ("fields", number, name)) in [
        (fault.finding.code, fault.finding.where) for fault in refused.value.faults
    ]
    assert written() == before


def test_a_field_that_is_searched_otherwise_needs_a_new_key():
    definition_changes.change([_changed_field(0, searchable="name")], reason="")
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([_changed_field(0, searchable="number")], reason="", consent=True)
    [fault] = refused.value.faults
    assert (fault.finding.code, fault.finding.where) == ("object.needs_new_field", ("fields", 0, "searchable"))


def test_a_field_that_is_searched_from_now_on_is_found_by_from_the_night_on():
    definition_changes.change([Edit.of(THING)], reason="")
    made = objects.create("thing", {"name": "青瓷"}, principal=SYSTEM)
    edit = _changed_field(0, searchable="name")
    [planned] = definition_changes.plan([edit]).changes
    assert (planned.notes[0].zh, planned.destructive) == ("按字段 name 可以搜索；已有记录当晚起可按它找到", False)
    definition_changes.change([edit], reason="")

    def found(text):
        return [row.uid for row in objects.page(RecordQuery("thing", text=text), principal=SYSTEM).rows]

    later = objects.create("thing", {"name": "青花"}, principal=SYSTEM)
    assert (found("青瓷"), found("青花")) == ([], [later.uid])
    assert refolding.refold(SimpleNamespace(progress=lambda *_said: None)) == 1
    assert found("青瓷") == [made.uid]


def _indexes():
    """The indexes of THING's fields as PostgreSQL has them: field, whether its values are unique, name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select f.key, i.indisunique, c.relname from objects_physicalfield f"
            " join objects_physicalobject o on o.id = f.object_id and o.key = 'thing'"
            " join pg_class t on t.relname = o.table join pg_index i on i.indrelid = t.oid"
            " join pg_class c on c.oid = i.indexrelid"
            " join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0] and a.attname = left(f.column, 63)"
            " order by 1, 3"
        )
        return cursor.fetchall()


def _column(key):
    with connection.cursor() as cursor:
        cursor.execute(
            'select f."column", o."table" from objects_physicalfield f join objects_physicalobject o on o.id = f.object_id'
            " where o.key = 'thing' and f.key = %s",
            [key],
        )
        return cursor.fetchone()


@pytest.fixture(params=["our names", "names of before"])
def indexed_thing(request):
    """THING with a unique name, in a home of today or with the names PostgreSQL gives."""
    definition_changes.change([_changed_field(0, unique=True)], reason="")
    column, table = _column("name")
    if request.param == "names of before":
        with connection.cursor() as cursor:
            cursor.execute(f"drop index {column}_unique")
            cursor.execute(f"create unique index on {table} ({column}) where deleted_at is null")
        definitions.renew()
    [(_key, _unique, name)] = [found for found in _indexes() if found[0] == "name"]
    assert (name == f"{column}_unique") == (request.param == "our names")
    return column


def test_a_field_that_need_not_be_unique_any_more_loses_its_index(indexed_thing):
    objects.create("thing", {"name": "甲"}, principal=SYSTEM)
    with pytest.raises(Invalid) as invalid, transaction.atomic():
        objects.create("thing", {"name": "甲"}, principal=SYSTEM)
    assert [(f["code"], f["field"]) for f in invalid.value.findings] == [("record.duplicate", "name")]
    with pytest.raises(DestructiveChange):
        definition_changes.change([_changed_field(0)], reason="")

    change = definition_changes.change([_changed_field(0)], reason="", consent=True).changes[0]

    assert english(change.notes) == ("drop unique index of name; it may occur twice",)
    assert [found[:2] for found in _indexes()] == [("of", False)]
    objects.create("thing", {"name": "甲"}, principal=SYSTEM)
    assert objects.count(RecordQuery("thing"), principal=SYSTEM).count == 2
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([_changed_field(0, unique=True)], reason="", consent=True)
    assert [(f.finding.code, f.finding.where) for f in refused.value.faults] == [
        ("object.needs_new_field", ("fields", 0, "unique"))
    ]


def test_a_unique_field_may_be_looked_up_by_instead(indexed_thing):
    change = definition_changes.change([_changed_field(0, index=True)], reason="", consent=True).changes[0]
    assert english(change.notes) == (
        "drop unique index of name; it may occur twice",
        "create index of name; whoever writes waits while it is built",
    )
    assert [found for found in _indexes() if found[0] == "name"] == [("name", False, f"{indexed_thing}_index")]


def test_rows_follow_an_index_that_comes_or_goes_and_references_keep_theirs():
    definition_changes.change([Edit.of(THING)], reason="")
    [of] = _indexes()
    notes = []
    for changed in (_changed_field(0, index=True), _changed_field(1, index=True), _changed_field(1)):
        found = definition_changes.change([changed], reason="").changes[0]
        notes.append((english(found.notes), [index[0] for index in _indexes()]))
    assert notes == [
        (("create index of name; whoever writes waits while it is built",), ["name", "of"]),
        (("drop index of name",), ["of"]),
        ((), ["of"]),
    ]
    assert _indexes() == [of] and of == ("of", False, f"{_column('of')[0]}_index")


def test_a_field_that_was_hidden_comes_back_unique_only_if_its_rows_were_kept_so():
    more = {"key": "code", "type": "text", "labels": {"zh": "码", "en": "Code"}}
    definition_changes.change([Edit.of({**THING, "fields": [*THING["fields"], more]})], reason="")
    for _twice in range(2):
        objects.create("thing", {"code": "1"}, principal=SYSTEM)
    definition_changes.change([Edit.of(THING)], reason="", consent=True)
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change(
            [Edit.of({**THING, "fields": [*THING["fields"], {**more, "unique": True}]})], reason=""
        )
    assert [(f.finding.code, f.finding.where) for f in refused.value.faults] == [
        ("object.needs_new_field", ("fields", 2, "unique"))
    ]


@pytest.mark.parametrize("before", [False, True], ids=["our names", "names of before"])
def test_of_two_long_keys_a_duplicate_names_the_right_field(before):
    """PostgreSQL cuts names at 63 signs: those of both indexes, and of both columns, are alike for longer than that."""
    keys = ["a" * 62 + last for last in "xy"]
    long = [{"key": key, "type": "money", "labels": {"zh": key[-1], "en": key[-1]}, "index": True} for key in keys]
    text = [{"key": f"b{key[1:]}", "type": "text", "labels": {"zh": "b", "en": "b"}, "unique": True} for key in keys]
    definition_changes.change([Edit.of({**THING, "fields": [*THING["fields"], *long, *text]})], reason="")
    if before:
        with connection.cursor() as cursor:
            for number, key in enumerate(text):
                column, table = _column(key["key"])
                cursor.execute(f"drop index {column}_unique")
                cursor.execute(f"create unique index thing_{number} on {table} ({column}) where deleted_at is null")
        definitions.renew()
    objects.create("thing", {text[0]["key"]: "1", text[1]["key"]: "2"}, principal=SYSTEM)
    for field in text:
        value = "1" if field is text[0] else "2"
        with pytest.raises(Invalid) as invalid, transaction.atomic():
            objects.create("thing", {field["key"]: value}, principal=SYSTEM)
        assert [(f["code"], f["field"]) for f in invalid.value.findings] == [("record.duplicate", field["key"])]


def test_an_object_that_comes_back_keeps_the_types_of_its_columns():
    definition_changes.change([Edit.of(THING)], reason="")
    definition_changes.change([Edit("object", "thing", None)], reason="", consent=True)
    with pytest.raises(DefinitionsBroken) as refused:
        definition_changes.change([_changed_field(0, type="integer", mask=None)], reason="")
    assert [fault.finding.code for fault in refused.value.faults] == ["object.needs_new_field"]


def test_taking_a_mask_away_needs_consent():
    definition_changes.change([Edit.of(THING)], reason="")
    with pytest.raises(DestructiveChange):
        definition_changes.change([_changed_field(0, mask=None)], reason="")
    change = definition_changes.change([_changed_field(0, mask=None)], reason="", consent=True).changes[0]
    assert english(change.notes) == ("field name is no longer masked",)


def test_a_transaction_acts_on_the_version_that_it_begins_with(django_assert_num_queries):
    known = definitions.snapshot()
    with database.writing(), django_assert_num_queries(0):
        assert definitions.snapshot() is known


def test_a_change_acts_on_what_was_committed_while_it_waited_for_its_turn(monkeypatch):
    seen = []
    monkeypatch.setattr(definitions, "row_users", lambda kind, keys: seen.append(definitions.snapshot().version) or {})
    with definitions.pinned():
        definitions.snapshot()
        with connection.cursor() as cursor:  # as another process does
            cursor.execute("update kernel_definitionversion set version = nextval('kernel_definition_versions')")
        committed = definitions.version()
        definition_changes.change([own(subject="您好")], reason="更短")

    assert seen == [committed]


def test_many_definitions_are_stored_in_no_more_statements_than_one():
    def counted(number, name):
        edits = [Edit.of({**RESULTS, "key": f"{name}_{n}", "labels": {"zh": name, "en": name}}) for n in range(number)]
        renamed = [Edit.of({**edit.body, "labels": {"zh": "改", "en": "New"}}) for edit in edits]
        found = []
        for step in (edits, renamed, [Edit(edit.kind, edit.key, None) for edit in edits]):
            with CaptureQueriesContext(connection) as queries:
                definition_changes.change(step, reason="试", consent=True)
            found.append(sum("kernel_" in query["sql"] for query in queries))
        return found

    few, many = counted(1, "one"), counted(40, "many")
    assert max(many) <= max(few) + 2, "the definitions may be read once more, as a whole"
    assert [(one.revision, one.before is None, one.after is None) for one in definition_changes.history("result_set", "many_39")] == [
        (3, False, True), (2, False, False), (1, True, False),
    ]  # fmt: skip
    assert not StoredDefinition.objects.filter(key__startswith="many_").exists()


def test_a_version_of_work_that_was_rolled_back_never_comes_again():
    seen = []
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        definition_changes.change([Edit.of(RESULTS)], reason="")
        seen.append(definitions.version())
        assert "visit" in definitions.all_of(ResultSet)
        _ = 1 / 0
    definitions.renew()
    assert definitions.version() > seen[0]
    assert "visit" not in definitions.all_of(ResultSet)


CODES = st.sampled_from(["met", "absent", "moved", "refused"])
RESULT = st.fixed_dictionaries(
    {"key": CODES, "labels": st.fixed_dictionaries({"zh": TEXT, "en": TEXT})},
    optional={"positive": st.booleans()},
)
EDIT = st.builds(
    lambda key, results, gone: Edit(
        "result_set", key, None if gone else {**copy.deepcopy(RESULTS), "key": key, "results": results}
    ),
    st.sampled_from(["visit", "call", "follow_up"]),
    st.lists(RESULT, min_size=1, max_size=3, unique_by=lambda result: result["key"]),
    st.booleans(),
)


# Shrinking asks the database thousands of times: a failing case is small as it is.
@settings(
    max_examples=examples(40),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=st.lists(EDIT, max_size=3, unique_by=lambda edit: edit.key))
def test_applying_twice_changes_nothing_and_undo_restores_and_what_is_exported_is_what_was_applied(edits, db):
    before = written()
    done = definition_changes.change(edits, reason="", consent=True)
    after = written()

    assert definition_changes.plan(edits).edits == ()
    for edit in done.edits:
        if edit.body is not None:
            assert definition_changes.export(edit.kind, edit.key) == edit.body
    assert (
        definition_changes.plan([Edit.of(body) for (_k, _n, layer), body in after.items() if layer == "own"]).edits
        == ()
    )
    if done.edits:
        definition_changes.undo(newest_change(), consent=True)
    assert written() == before


def _pack(folder, text):
    (folder / "pack.yaml").write_text("name: trial\nversion: 1.0.0\nlabels: {zh: 试, en: Trial}\n", encoding="utf-8")
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    return folder
