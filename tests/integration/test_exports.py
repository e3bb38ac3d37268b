"""Lists as Excel files: masked, marked with who took them, harmless to open, limited, written down."""

from __future__ import annotations

import io
import re
import uuid
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from urllib.parse import unquote

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.factories.records import SYSTEM, build_firm, customer, signed_in
from tests.factories.work import open_work
from zhike.expressions import api as expressions
from zhike.kernel import clock, event_delivery, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound, Refused, SignInRequired
from zhike.kernel.models import Run
from zhike.platform.audit.models import Entry
from zhike.platform.exchange import exports
from zhike.platform.exchange.definitions import ExportRule
from zhike.platform.exchange.errors import (
    ApprovalNeeded,
    ExporterLeft,
    ExportGrew,
    ExportNotReady,
    ExportOutdated,
    NoApproval,
    TooManyRows,
)
from zhike.platform.exchange.logic import exporting, large_exports
from zhike.platform.exchange.models import Export
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.logic import catalogue
from zhike.platform.objects.types import RecordQuery, SideColumn
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.records import api as records
from zhike.platform.records.errors import ReasonRequired
from zhike.platform.work import api as work
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import WorkQuery

pytestmark = pytest.mark.django_db
PARTIES = RecordQuery("party", columns=("name", "certificate_number", "mobile", "risk_level"))


@pytest.fixture
def firm():
    return build_firm()


def sheet(principal, query=PARTIES):
    return load_workbook(io.BytesIO(exports.export_xlsx(query, principal=principal))).worksheets[0]


def names_in(found):
    return sorted(row[0] for row in found.iter_rows(min_row=3, values_only=True))


def names(principal):
    return names_in(sheet(principal))


def test_values_are_masked_like_the_screen_and_options_are_words(firm):
    customer("张三丰", mobile="13800001234", certificate_number="310101199001011234")

    _mark, head, *rows = sheet(firm.operator).iter_rows(values_only=True)

    assert head == ("姓名", "证件号码", "手机", "风险承受等级")
    assert rows == [("张*丰", "310***********1234", "138****1234", "C3 稳健型")]


def test_the_file_says_who_took_it_and_when(firm):
    found = sheet(firm.manager)

    assert re.fullmatch(r"知客 · E1001 · \d{4}-\d\d-\d\d \d\d:\d\d · 内部资料，禁止外传", found["A1"].value)
    assert re.fullmatch(r"E1001 \d{4}-\d\d-\d\d \d\d:\d\d", found.oddFooter.center.text)


def test_an_export_is_written_down(firm):
    customer("张三丰")
    sheet(firm.manager)

    [entry] = Entry.objects.filter(operation="export")
    assert (entry.subject, entry.subject_id) == ("party", None)
    assert entry.changes == {
        "rows": 1,
        "columns": ["name", "certificate_number", "mobile", "risk_level"],
        "refinement": "",
        "condition": None,
        "text": False,
    }


def test_what_was_chosen_is_exported_alone_and_only_what_one_may_export(firm):
    chosen, _left = customer("张三丰"), customer("李四海")
    other = customer("王五", branch="B2", manager="E1002")
    query = replace(PARTIES, uids=(chosen.uid, other.uid))

    assert names_in(sheet(firm.manager, query)) == ["张*丰"]
    assert names_in(sheet(firm.operator, query)) == ["张*丰", "王*"]
    assert objects.count(query, principal=firm.manager).count == 1
    assert names_in(sheet(firm.operator, replace(PARTIES, uids=()))) == []
    assert [entry.changes["chosen"] for entry in Entry.objects.filter(operation="export").order_by("pk")] == [2, 2, 0]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_formula_is_text(firm, name):
    customer(name)

    cell = sheet(firm.operator)["A3"]

    assert (cell.value, cell.data_type) == (f"'{name[0]}***", "s")


def test_the_limit_is_told_and_nothing_is_written_down(firm, monkeypatch):
    monkeypatch.setattr(exporting, "LIMIT", 2)
    monkeypatch.setattr(large_exports, "rule", lambda: None)
    customer("张三丰")
    customer("李四海")
    assert names(firm.operator) == ["张*丰", "李*海"]
    customer("王五")

    with pytest.raises(TooManyRows) as refused:
        exports.export_xlsx(PARTIES, principal=firm.operator)

    assert (refused.value.code, refused.value.facts) == ("export.too_many", {"limit": 2, "count": 3})
    assert Entry.objects.filter(operation="export").count() == 1


def test_everybody_exports_their_own_part(firm):
    customer("张三丰")
    customer("李四海", branch="B2", manager="E1002")

    assert names(firm.manager) == ["张*丰"]
    assert names(firm.other_manager) == ["李*海"]
    assert names(firm.branch_head) == ["张*丰"]
    assert names(firm.operator) == ["张*丰", "李*海"]
    with pytest.raises(SignInRequired):
        exports.export_xlsx(PARTIES, principal=firm.signed_out)


def test_more_rows_than_a_page_are_all_there_once(firm):
    made = sorted(f"客户{n:03d}" for n in range(203))
    for name in made:
        customer(name, manager="", remark=name)

    query = RecordQuery("party", columns=("remark",))
    assert sorted(row[0] for row in sheet(SYSTEM, query).iter_rows(min_row=3, values_only=True)) == made


def test_without_the_right_nothing_leaves(firm):
    with pytest.raises(Refused):
        exports.export_xlsx(RecordQuery("coverage"), principal=firm.manager)
    assert not Entry.objects.filter(operation="export").exists()


@pytest.mark.parametrize(
    ("object", "column", "values"), [("coverage", "party", {}), ("party", "email", {"email": "=a+b@example.com"})]
)
def test_a_formula_behind_a_reference_or_in_an_address_is_text(firm, object, column, values):
    customer("=1+1", **values)

    cell = sheet(SYSTEM, RecordQuery(object, columns=(column,)))["A3"]

    assert (cell.value[:2], cell.data_type) == ("'=", "s")


def test_served_figures_can_be_added_up(firm, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(f"id,total_asset\n{customer('张三丰').id},3910427.34\n")
    column = SideColumn("total_asset", {"zh": "总资产", "en": "Total assets"}, "money", "indicator")
    bulk.prepare("party", business_date=date(2026, 3, 17), columns=[column], csv=path, indexed=())
    bulk.publish("party", business_date=date(2026, 3, 17))

    cell = sheet(firm.operator, RecordQuery("party", columns=("total_asset",)))["A3"]

    assert (cell.value, cell.data_type) == (3910427.34, "n")


def rule(rows=2, most=4):
    return ExportRule(
        kind="export_rule",
        key="default",
        labels=Labels("导出规则", "Rule on exports"),
        rows=rows,
        most=most,
        growth_percent=0,
        keep_days=7,
        approval="approval",
        roles=("compliance", "branch_head"),
    )


@pytest.fixture
def three(firm, monkeypatch):
    """Three customers of a manager who exports two alone, four with an approval."""
    monkeypatch.setattr(large_exports, "rule", rule)
    for name in ("张三丰", "李四海", "王五"):
        customer(name)
    return firm


def decide(firm, uid, result, note=""):
    return work.complete(uid, result=result, note=note, revision=1, principal=firm.branch_head)


def finished(uid, principal):
    """Do the run that an approval set off; return where the export stands."""
    jobs.execute.func(run=work.get(uid, principal=principal).outcome["run"])
    return exports.get(uuid.UUID(work.get(uid, principal=principal).outcome["export"]), principal=principal)


def test_an_export_above_the_limit_is_made_once_somebody_else_agrees(three):
    with pytest.raises(ApprovalNeeded):
        exports.export_xlsx(PARTIES, principal=three.manager)
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    item = work.get(asked, principal=three.branch_head)
    said = "季度服务回访\n字段：姓名、证件号码、手机、风险承受等级"
    assert (item.subject, item.script, item.kind) == ("导出“客户”3 行", said, "approval")

    decide(three, asked, "agreed")
    made = finished(asked, three.manager)
    assert (made.state, made.rows) == ("done", 3)
    path, name = exports.file(made.uid, principal=three.manager)
    found = load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
    assert sorted(row[0] for row in found.iter_rows(min_row=3, values_only=True)) == ["张*丰", "李*海", "王*"]
    assert re.fullmatch(r"知客 · E1001 · .*", found["A1"].value)
    assert re.fullmatch(r"客户-\d{8}-\d{4}\.xlsx", name)
    lines = Entry.objects.filter(subject="party", operation__startswith="export").order_by("id")
    assert [line.operation for line in lines] == ["export_asked", "export", "export_taken"]
    run = Run.objects.get(kind="records.export")
    assert (run.actor, run.title, run.title_en) == ("user:E1001", "导出“客户”", "Export of Customer")
    assert (run.step, run.step_en) == ("导出", "Exporting")
    english = replace(three.manager, language="en")
    assert exports.file(made.uid, principal=english)[1].startswith("Customer-")


def test_numbers_of_rows_are_exact_and_grouped(firm, monkeypatch):
    monkeypatch.setattr(large_exports, "rule", lambda: rule(rows=10_000, most=100_000))
    with pytest.raises(ApprovalNeeded) as needed:
        large_exports.require_allowed(12_345)
    assert needed.value.message("zh") == "超过 10,000 行的导出需要审批，当前条件有 12,345 行"
    assert needed.value.message("en") == "An export above 10,000 rows needs an approval; this one has 12,345"
    owner = catalogue.object_type("party")
    said = large_exports.subject(owner, 12_345)
    assert (said.zh, said.en) == ("导出“客户”12,345 行", "Export of 12,345 rows of Customer")


def test_a_list_is_saved_under_what_its_object_is_called(firm):
    client = signed_in({"E1001": "account_manager"})["account_manager"]
    answer = client.post("/api/v1/objects/party/export", {}, content_type="application/json")
    encoded = re.fullmatch(r"attachment; filename\*=utf-8''(.*)", answer["Content-Disposition"])
    assert encoded and re.fullmatch(r"客户-\d{8}-\d{4}\.xlsx", unquote(encoded[1]))


def test_what_one_asked_for_is_no_work_of_ones_own_until_it_is_decided(three):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    mine = partial(open_work, three.manager)
    assert (work.counts(principal=three.manager).open, mine(), mine(whose="asked")) == (0, [], [asked])
    assert work.counts(principal=three.branch_head).open == 1

    decide(three, asked, "refused", "范围过大")
    assert (work.counts(principal=three.manager).done, mine(state="done")) == (1, [asked])
    for how, rows in (
        ({}, 0),
        ({"whose": "asked"}, 0),
        ({"state": "any", "whose": "asked"}, 1),
        ({"state": "done"}, 1),
    ):
        assert (work.counts(WorkQuery(**how), principal=three.manager).shown, len(mine(**how))) == (rows, rows), how


def test_a_file_is_its_askers_and_only_for_some_days(three):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    uid = uuid.UUID(work.get(asked, principal=three.manager).outcome["export"])
    with pytest.raises(ExportNotReady):
        exports.file(uid, principal=three.manager)
    finished(asked, three.manager)
    for other in (three.branch_head, three.operator):
        with pytest.raises(NotFound):
            exports.file(uid, principal=other)

    path, _name = exports.file(uid, principal=three.manager)
    with clock.travel(clock.now() + timedelta(days=8)):
        assert exports.get(uid, principal=three.manager).state == "expired"
        with pytest.raises(ExportNotReady):
            exports.file(uid, principal=three.manager)
        assert large_exports.forget_expired() == 1
        assert not path.exists()
        assert large_exports.forget_expired() == 0


def test_a_finished_export_says_that_all_its_rows_are_done(three, monkeypatch):
    monkeypatch.setattr(large_exports, "_STRIDE", 2)
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    made = finished(asked, three.manager)
    assert (made.state, made.rows, made.done, made.total) == ("done", 3, 3, 3)


def test_a_refused_export_is_not_made(three):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "refused", "范围过大")

    assert (Export.objects.count(), Run.objects.filter(kind="records.export").count()) == (0, 0)


def test_what_no_approval_allows_is_not_asked_for(three, monkeypatch):
    with pytest.raises(ReasonRequired):
        exports.ask(PARTIES, reason="x", principal=three.manager)
    for name in ("赵六", "钱七"):
        customer(name)
    with pytest.raises(TooManyRows) as refused:
        exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    assert refused.value.facts == {"limit": 4, "count": 5}
    monkeypatch.setattr(large_exports, "rule", lambda: None)
    with pytest.raises(NoApproval):
        exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    assert not WorkItem.objects.exists()


def test_the_file_shows_what_its_asker_sees_when_it_is_made(three):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    customer("周一", branch="B2", manager="E1002")
    organization.change_user(organization.staff(three.manager.user_id).uid, active=False)
    with pytest.raises(ExporterLeft):
        jobs.run_now("records.export", "x", {"export": str(Export.objects.get().uid)})


def test_an_approver_reads_which_columns_of_which_records_are_asked_for(three):
    named = {"op": "=", "left": {"field": "risk_level"}, "right": {"value": "C3", "type": "text"}}
    customer("赵六")
    asked = exports.ask(
        RecordQuery("party", refinement="mine", columns=("name", "mobile"), condition=named),
        reason="季度服务回访",
        principal=three.manager,
    )
    assert work.get(asked, principal=three.branch_head).script.splitlines() == [
        "季度服务回访",
        "字段：姓名、手机",
        "范围：我的客户（以申请人身份）",
        "条件：风险承受等级 = 'C3'",
    ]


def test_an_approver_reads_that_records_were_chosen_and_approves_those(three):
    chosen = customer("赵六")
    query = RecordQuery("party", columns=("name",), uids=(chosen.uid,))
    asked = exports.ask(query, reason="季度服务回访", principal=three.manager)

    assert work.get(asked, principal=three.branch_head).script.splitlines()[-1] == "仅逐条选中的"
    kept = large_exports.ExportList.model_validate_json(large_exports.ExportList.of_query(query).model_dump_json())
    assert kept.query() == query


@pytest.mark.parametrize("asker", ["zh", "en"])
def test_whoever_decides_reads_it_in_their_own_language(three, asker):
    """The reason is the asker's own words; what is composed beside it is in the language of whoever reads it."""
    condition = {"op": "=", "left": {"field": "risk_level"}, "right": {"value": "C3", "type": "text"}}
    query = RecordQuery("party", refinement="mine", columns=("name", "mobile"), condition=condition)
    asked = exports.ask(query, reason="季度服务回访", principal=replace(three.manager, language=asker))
    client = Client()
    client.force_login(User.objects.get(employee_no="E2001"))

    def read():
        found = client.get(f"/api/v1/work/{asked}").json()
        [listed] = client.get("/api/v1/work?whose=free").json()["items"]
        assert (listed["subject"], listed["script"]) == (found["subject"], found["script"])
        return [found["subject"], *found["script"].splitlines()]

    chinese = [
        "导出“客户”3 行",
        "季度服务回访",
        "字段：姓名、手机",
        "范围：我的客户（以申请人身份）",
        "条件：风险承受等级 = 'C3'",
    ]
    assert read() == chinese
    organization.set_language(three.branch_head.user_id, "en")
    english = ["Columns: Name, Mobile", "Of: My customers (as the asker sees them)", "Where: `Risk level` = 'C3'"]
    assert read() == ["Export of 3 rows of Customer", "季度服务回访", *english]

    WorkItem.objects.update(subject_en="", script_en="")  # as it was kept before
    assert read() == chinese


def test_nobody_is_named_in_what_is_kept_of_an_export(three):
    """Whoever is erased is not found in an approval, an export or the journal: they hold no word to look people up by."""
    schema = catalogue.expression_schema(catalogue.catalogue(), "party")
    said = "remark = '张三丰的妹妹' or risk_level = 'C3' and exists(interactions where starts_with(subject, '李四海'))"
    condition = expressions.to_json(expressions.parse(said, schema))
    query = RecordQuery("party", columns=("name",), condition=condition)
    for name in ("赵六", "钱七", "周一"):
        objects.update("party", customer(name).uid, {"remark": "张三丰的妹妹"}, revision=1, principal=SYSTEM)
    asked = exports.ask(query, reason="季度服务回访", principal=three.manager)
    script = work.get(asked, principal=three.branch_head).script.splitlines()[-1]
    assert script == "条件：备注 = '…' or 风险承受等级 = 'C3' and exists(服务记录 where starts_with(主题, '…'))"
    decide(three, asked, "agreed")
    assert finished(asked, three.manager).rows == 3
    kept = [list(rows) for rows in (WorkItem.objects.values(), Export.objects.values())]
    kept.append(list(Entry.objects.filter(operation="export").values()))
    assert not any(word in str(kept) for word in ("妹妹", "李四海"))


def erase(row):
    """Erase somebody, and let everybody hear of it."""
    records.erase("party", row.uid, reason="客户要求删除", principal=SYSTEM)
    event_delivery.deliver_all()


def test_an_approval_is_for_as_many_rows_as_were_approved(three, monkeypatch):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    customer("赵六")
    with pytest.raises(ExportGrew) as refused:
        jobs.run_now("records.export", "x", {"export": str(Export.objects.get().uid)})
    assert refused.value.facts == {"approved": 3, "count": 4}

    grown = rule().model_copy(update={"growth_percent": 34})
    monkeypatch.setattr(large_exports, "rule", lambda: grown)
    assert finished(asked, three.manager).rows == 4


def test_whoever_asked_for_an_export_that_grew_reads_why_there_is_none(three):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    customer("赵六")
    found = finished(asked, three.manager)
    assert (found.state, found.error) == (
        "failed",
        {"zh": ExportGrew(approved=3, count=4).message("zh"), "en": ExportGrew(approved=3, count=4).message("en")},
    )


def test_whoever_changes_posts_does_not_fetch_what_the_old_ones_saw(three):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    made = finished(asked, three.manager)
    moved = replace(three.manager, posts=(replace(three.manager.posts[0], unit=three.manager.posts[0].unit + 1),))
    both = replace(three.manager, posts=(*three.manager.posts, *moved.posts))

    with pytest.raises(ExportOutdated):
        exports.file(made.uid, principal=moved)
    assert exports.file(made.uid, principal=both)


def test_no_file_holds_somebody_who_was_erased(three):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    made = finished(asked, three.manager)
    path, _name = exports.file(made.uid, principal=three.manager)
    erase(customer("赵六"))

    assert not path.exists()
    assert exports.get(made.uid, principal=three.manager).state == "expired"
    with pytest.raises(ExportOutdated):
        exports.file(made.uid, principal=three.manager)


def test_a_file_that_is_being_made_while_somebody_is_erased_is_not_given_out(three, monkeypatch):
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    gone, read = customer("赵六"), exporting.rows
    monkeypatch.setattr(large_exports, "rule", lambda: rule(most=9).model_copy(update={"growth_percent": 100}))

    def rows(query, principal):
        yield from read(query, principal)
        erase(gone)

    monkeypatch.setattr(exporting, "rows", rows)
    made = finished(asked, three.manager)
    assert (made.rows, made.state) == (4, "expired")
    with pytest.raises(ExportOutdated):
        exports.file(made.uid, principal=three.manager)


def test_who_was_erased_before_the_file_is_made_hinders_nobody(three):
    gone = customer("赵六")
    asked = exports.ask(PARTIES, reason="季度服务回访", principal=three.manager)
    decide(three, asked, "agreed")
    erase(gone)
    made = finished(asked, three.manager)
    assert (made.rows, made.state) == (3, "done")
    assert exports.file(made.uid, principal=three.manager)
