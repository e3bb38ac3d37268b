"""Records behind an information wall are nowhere to be found, whatever else their viewer is granted."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.factories.records import SYSTEM, build_firm, cover, customer, holding
from zhike.expressions import api as expressions
from zhike.kernel.errors import Invalid, NotFound
from zhike.kernel.providers import searches
from zhike.platform.exchange import exports
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.types import PARAMS, UNREADABLE, RecordQuery
from zhike.platform.packs import api as packs
from zhike.platform.records import api as record_door

pytestmark = pytest.mark.django_db

_ALL = "[read, find_by_number, create, update, delete, unmask, export, share, access_log, erase]"
_READ = ("party", "party_relationship", "remark", "coverage", "employee")


@pytest.fixture
def records(tmp_path):
    """Two customers, the second behind a wall, each with a relationship to the other and a remark about that."""
    (tmp_path / "pack.yaml").write_text(
        "name: walls\nversion: 1.0.0\nrequires: [core, securities]\nlabels: {zh: 墙, en: Walls}\n"
    )
    (tmp_path / "remark.yaml").write_text(
        "kind: object\nkey: remark\nlabels: {zh: 备注, en: Remark}\ndisplay: text\naccess: {through: about}\nfields:\n"
        "  - {key: about, type: reference, target: party_relationship, labels: {zh: 关系, en: Relationship}}\n"
        "  - {key: text, type: text, labels: {zh: 内容, en: Text}}\n"
        "  - {key: author, type: reference, target: employee, labels: {zh: 作者, en: Author}}\n"
        "  - {key: seen, type: reference, target: party_relationship, labels: {zh: 见, en: See}}\n"
    )
    (tmp_path / "employee.yaml").write_text(
        "kind: extension\nkey: employee_walls\nof: employee\nlabels: {zh: 墙, en: Walls}\n"
        "refinements:\n  - {key: silent, labels: {zh: 沉默, en: Silent}, condition: \"employee_no = 'E1002'\"}\n"
    )
    (tmp_path / "coverage.yaml").write_text(
        "kind: extension\nkey: coverage_walls\nof: coverage\nlabels: {zh: 墙, en: Walls}\n"
        "refinements:\n  - {key: silent, labels: {zh: 沉默, en: Silent}, condition: \"employee_no = 'E2001'\"}\n"
    )
    (tmp_path / "party.yaml").write_text(
        "kind: extension\nkey: party_walls\nof: party\nlabels: {zh: 墙, en: Walls}\n"
        "refinements:\n  - {key: insider, labels: {zh: 内幕, en: Insiders}, condition: \"customer_no = 'C002'\"}\n"
    )
    grants = "".join(f"  - {{on: {key}, operations: {_ALL}}}\n" for key in _READ)
    clear = "fields: {party: {clear: [name, customer_no]}}\n"
    (tmp_path / "walled.yaml").write_text(
        f"kind: role\nkey: walled\nlabels: {{zh: 隔离, en: Walled}}\ngrants:\n{grants}{clear}"
        "walls:\n  - {on: party, where: insider}\n  - {on: employee, where: silent}\n  - {on: coverage, where: silent}\n"
    )
    (tmp_path / "open.yaml").write_text(
        f"kind: role\nkey: open\nlabels: {{zh: 开放, en: Open}}\ngrants:\n{grants}{clear}"
    )
    firm = build_firm()
    packs.apply([Path("packs"), tmp_path])
    seen, hidden = customer("李四海", customer_no="C001"), customer("张三丰", customer_no="C002", mobile="13800001234")
    found = {"firm": firm, "seen": seen, "hidden": hidden}
    for name, one, other in (("ours", seen, hidden), ("theirs", hidden, seen), ("own", seen, seen)):
        given = {"party": str(one.uid), "other": str(other.uid), "kind": "spouse"}
        found[name] = objects.create("party_relationship", given, principal=SYSTEM)
        remark = {"about": str(found[name].uid), "text": name}
        found[f"remark_{name}"] = objects.create("remark", remark, principal=SYSTEM)
    return found


@pytest.fixture(params=[("walled",), ("open", "walled"), ("walled", "operator")], ids="+".join)
def walled(request, records):
    """A principal with the wall; no other role of theirs takes it away."""
    return holding(records["firm"].operator, *request.param)


@pytest.fixture
def free(records):
    return holding(records["firm"].operator, "open")


def asked(owner, text):
    return expressions.to_json(expressions.parse(text, catalogue.schema(owner), PARAMS))


def listed(owner, who, **query):
    return [row.display for row in objects.page(RecordQuery(owner, **query), principal=who).rows]


def test_lists_counts_searches_and_exports_leave_it_out(records, walled, free):
    assert sorted(listed("party", free)) == ["张三丰", "李四海"]
    assert listed("party", walled) == ["李四海"]
    for query in ({}, {"text": "张三丰"}, {"text": "13800001234"}, {"condition": asked("party", "name = '张三丰'")}):
        found = RecordQuery("party", **query)
        assert objects.count(found, principal=walled, exact=True).count == (0 if query else 1)
        assert objects.count(found, principal=free, exact=True).count == (1 if query else 2)
    assert objects.summarize(RecordQuery("party"), principal=walled) == [(None, 1, [])]
    sheet = load_workbook(io.BytesIO(exports.export_xlsx(RecordQuery("party"), principal=walled))).worksheets[0]
    assert sheet.max_row == 3
    assert searches["records"](walled, "张三丰") == []
    [group] = searches["records"](free, "张三丰")
    assert (group.key, [hit.title for hit in group.hits]) == ("party", ["张三丰"])


def test_of_whom_nobody_knows_whether_the_wall_is_around_them_is_there(records, walled):
    """A wall is around the records that its condition is true of; where it is not known, it is not true."""
    customer("王五")
    assert sorted(listed("party", walled)) == ["李四海", "王五"]


def test_columns_orders_and_groups_over_references_leave_it_out(records, walled, free):
    query = RecordQuery("party_relationship", columns=("other.name",), sort=(("other.name", "asc"),))
    assert [row.values["other.name"] for row in objects.page(query, principal=walled).rows] == ["李四海", None]
    assert {row.values["other.name"] for row in objects.page(query, principal=free).rows} == {"李四海", "张三丰"}
    for by, seen in (("other", records["seen"].uid), ("other.name", None)):
        groups = objects.groups(query, by, principal=walled).groups
        assert sorted((group.value is None, group.count) for group in groups) == [(False, 1), (True, 1)]
        assert seen is None or {group.value["uid"] for group in groups if group.value} == {str(seen)}
        assert all(group.value for group in objects.groups(query, by, principal=free).groups)


def test_nobody_reads_or_changes_it_alone(records, walled, free):
    uid, record_id = records["hidden"].uid, records["hidden"].id
    assert record_door.get("party", uid, principal=free).display == "张三丰"
    for act in (
        lambda: record_door.get("party", uid, principal=walled),
        lambda: record_door.history("party", uid, principal=walled),
        lambda: record_door.access("party", uid, principal=walled),
        lambda: objects.ids("party", [uid], principal=walled),
        lambda: objects.update("party", uid, {"email": "a@example.com"}, revision=1, principal=walled),
        lambda: objects.delete("party", uid, revision=1, principal=walled),
        lambda: record_door.erase("party", uid, reason="客户要求", principal=walled),
        lambda: record_door.unmask("party", uid, "mobile", reason="客户来电", principal=walled),
    ):
        with pytest.raises(NotFound):
            act()
    assert objects.records_by_id("party", [record_id], principal=walled) == {}
    assert list(bulk.scope("party", principal=walled)) == [records["seen"].id]
    assert record_door.get("party", uid, principal=SYSTEM).revision == 1


def test_what_follows_it_is_hidden_with_it_however_far(records, walled, free):
    assert objects.count(RecordQuery("party_relationship"), principal=free).count == 3
    assert objects.count(RecordQuery("party_relationship"), principal=walled).count == 2
    assert sorted(listed("remark", free)) == ["ours", "own", "theirs"]
    assert sorted(listed("remark", walled)) == ["ours", "own"]
    with pytest.raises(NotFound):
        record_door.get("remark", records["remark_theirs"].uid, principal=walled)


def test_a_reference_to_it_shows_nothing(records, walled, free):
    query = RecordQuery("party_relationship", columns=("party", "other"), sort=(("id", "asc"),))

    def others(who):
        return [
            row.values["other"] and row.values["other"]["display"] for row in objects.page(query, principal=who).rows
        ]

    assert others(free) == ["张三丰", "李四海", "李四海"]
    assert others(walled) == [None, "李四海"]
    ours = records["ours"].uid
    assert record_door.get("party_relationship", ours, principal=walled).values["other"] is None
    told = [
        change for line in record_door.history("party_relationship", ours, principal=walled) for change in line.changes
    ]
    assert ("other", None, None) in told
    assert "张三丰" not in str(told)
    ids = [records["hidden"].id, records["seen"].id]
    assert set(objects.displays("party", ids, principal=walled)) == {records["seen"].id}
    assert set(objects.displays("party", ids, principal=free)) == set(ids)
    sheet = load_workbook(io.BytesIO(exports.export_xlsx(query, principal=walled))).worksheets[0]
    assert [row[1].value for row in sheet.iter_rows(min_row=3)] == [None, "李四海"]


def test_a_reference_to_what_follows_it_shows_nothing(records, walled, free):
    given = {"about": str(records["own"].uid), "text": "see", "seen": str(records["theirs"].uid)}
    made = objects.create("remark", given, principal=SYSTEM).uid
    assert record_door.get("remark", made, principal=free).values["seen"] is not None
    assert record_door.get("remark", made, principal=walled).values["seen"] is None


def test_groups_count_it_under_what_is_not_readable(records, walled, free):
    query = RecordQuery("party_relationship")

    def groups(who):
        found = objects.summarize(query, principal=who, group_by="other")
        return {value: count for value, count, _sums in found}

    assert groups(free) == {records["hidden"].id: 1, records["seen"].id: 2}
    assert groups(walled) == {UNREADABLE: 1, records["seen"].id: 1}


@pytest.mark.parametrize(
    "text", ["other = 'C002'", "other.name = '张三丰'", "other in ('C002', 'x')", "other.customer_no = 'C002'"]
)
def test_no_condition_reaches_it(records, walled, free, text):
    query = RecordQuery("party_relationship", condition=asked("party_relationship", text))
    assert objects.count(query, principal=free).count == 1
    assert objects.count(query, principal=walled).count == 0


def test_nothing_new_points_at_it(records, walled, free):
    given = {"party": str(records["seen"].uid), "other": str(records["hidden"].uid), "kind": "child"}
    with pytest.raises(Invalid) as refused:
        objects.create("party_relationship", given, principal=walled)
    assert [finding["code"] for finding in refused.value.findings] == ["record.no_target"]
    assert objects.create("party_relationship", given, principal=free).uid


def test_sums_by_coverage_leave_out_walled_parties_services_and_names(records, walled, free):
    cover(records["seen"], "E1002")
    cover(records["seen"], "E2001")

    def covered(who):
        rows = objects.summary_by_coverage(RecordQuery("party"), principal=who)
        return {number: count for number, _name, count, _sums in rows if number is not None}

    assert covered(free) == {"E1001": 2, "E1002": 1, "E2001": 1}
    assert covered(walled) == {"E1001": 1, "E1002": 1}
