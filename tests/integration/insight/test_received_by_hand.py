"""JSON files, and files that a person sends on the loads page: judged by their content, by operators only."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.lake import asked
from tests.factories.records import signed_in
from tests.integration.insight.conftest import never_ask
from tests.integration.insight.test_loading import SYSTEM, codes, definition, load
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import received
from zhike.insight.warehouse.models import Load
from zhike.kernel import clock, jobs
from zhike.kernel.files import FileStore
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Run

BRANCHES = "机构代码,机构名称,机构类型,上级机构代码\nHQ,知客证券,总部,\nR9,华南分公司,分公司,HQ\n"
ROWS = [
    {"客户号": "0001", "姓名": "张三", "证件号码": "990101199001011234", "开户日期": "20200102", "资产": 1.5},
    {"客户号": "0002", "姓名": None, "证件号码": None, "开户日期": "20200103", "资产": "2"},
    {"客户号": None, "姓名": "王五", "证件号码": None, "开户日期": "20200104", "资产": 3},
]


@pytest.fixture(autouse=True)
def _database(installation, monkeypatch):
    """One dataset serves all: what a file does to what another test loaded is not the matter here."""
    never_ask(monkeypatch)
    return installation


def stored(path, text):
    path.write_text(text, encoding="utf-8")
    return load(path, definition(file="customers_{business_date:%Y%m%d}.json"))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS, ensure_ascii=False),
        json.dumps(ROWS, ensure_ascii=False, indent=2),
        "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS),
    ],
    ids=["array", "indented", "lines"],
)
def test_json_is_typed_and_its_bad_rows_are_kept(tmp_path, text):
    result = stored(tmp_path / "customers_20260317.json", text)

    assert (result.state, result.rows_read, result.rows_loaded, result.rows_rejected) == ("done", 3, 2, 1)
    rows = asked("select no, name, length(certificate), opened, asset from _rows order by no", rows="test.customers")
    assert [tuple(map(str, row)) for row in rows] == [
        ("0001", "张三", "32", "2020-01-02", "1.50"),
        ("0002", "None", "None", "2020-01-03", "2.00"),
    ]
    found = received.rejected(result.uid, principal=SYSTEM)
    assert [(row.line, row.reason_code, row.values["姓名"]) for row in found] == [(3, "missing_value", "王***")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"客户号": "0001"', "load.not_json"),
        ("客户号,姓名\n0001,张三\n", "load.not_json"),
        ('[{"客户号": "0001", "姓名": "张三"}]', "load.missing_column"),
    ],
)
def test_what_is_no_such_json_changes_nothing(tmp_path, text, code):
    before = warehouse.table_version("test.customers")

    result = stored(tmp_path / "customers_20260318.json", text)

    assert (result.state, code in codes(result)) == ("failed", True)
    assert warehouse.table_version("test.customers") == before


@pytest.fixture(scope="module")
def clients(installation):
    """A signed-in client per role."""
    return signed_in({"E1001": "account_manager", "E2001": "branch_head", "E3001": "operator"})


def send(client, content, name="counter_branch_20260317.csv", **given):
    upload = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode("gb18030"))
    return client.post("/api/v1/loads", {"source": "counter_branch", "file": upload, **given})


def loaded(client, answer):
    """What became of a file that was sent, once the worker has taken it."""
    assert answer.status_code == 202, answer.json()
    jobs.execute(run=answer.json()["run"])
    run = next(run for run in client.get("/api/v1/runs").json()["items"] if run["uid"] == answer.json()["run"])
    found = client.get(f"/api/v1/loads/{run['load']}").json()
    assert run["state"] == found["state"]
    return found


def test_an_operator_sends_a_file_and_sees_what_became_of_it(clients, installation):
    operator = clients["operator"]
    found = loaded(operator, send(operator, BRANCHES))

    assert (found["state"], found["rows_loaded"], found["business_date"]) == ("done", 2, "2026-03-17")
    assert FileStore(installation / "files").open(found["file_hash"]).read() == BRANCHES.encode("gb18030")
    assert found["file"] == "counter_branch_20260317.csv"
    assert loaded(operator, send(operator, BRANCHES))["uid"] == found["uid"]


def test_the_day_is_in_the_name_or_given(clients):
    operator = clients["operator"]
    nameless = send(operator, BRANCHES, "机构.csv")
    assert (nameless.status_code, nameless.json()["code"]) == (422, "load.no_business_date")
    assert f"counter_branch_{clock.today():%Y%m%d}.csv" in nameless.json()["message"]
    differing = send(operator, BRANCHES, business_date="2026-03-16")
    assert (differing.status_code, differing.json()["code"]) == (422, "load.date_differs")

    found = loaded(operator, send(operator, BRANCHES.replace("华南", "华中"), "机构.csv", business_date="2026-03-18"))
    assert (found["state"], found["business_date"], found["file"]) == ("done", "2026-03-18", "机构.csv")


def test_a_load_whose_process_died_is_ended_by_the_next_one(clients):
    operator = clients["operator"]
    answer = send(operator, BRANCHES.replace("华南", "西南"), "counter_branch_20260320.csv")
    run = Run.objects.get(uid=answer.json()["run"])
    assert (run.title, run.title_en) == (
        "文件导入 counter_branch_20260320.csv",
        "File load counter_branch_20260320.csv",
    )
    died = Load.objects.create(
        uid=uuid7(),
        source="counter_branch",
        dataset="core.counter_branch",
        file="counter_branch_20260320.csv",
        file_hash=run.params["hash"],
        started_at=clock.now(),
    )

    assert loaded(operator, answer)["state"] == "done"

    died.refresh_from_db()
    assert (died.state, died.error["code"]) == ("failed", "load.interrupted")


def test_a_file_most_of_whose_rows_are_rejected_changes_nothing(clients):
    before = warehouse.table_version("core.counter_branch")
    bad = "".join(f"B{n:03d},,营业部,HQ\n" for n in range(20))

    found = loaded(clients["operator"], send(clients["operator"], BRANCHES + bad, "counter_branch_20260323.csv"))

    assert (found["state"], found["rows_read"], found["rows_rejected"], found["rows_loaded"]) == ("failed", 22, 20, 0)
    assert [finding["code"] for finding in found["findings"]] == ["load.too_many_rejected"]
    assert found["rejected"][0]["reason_en"] == "required column '机构名称' is empty"
    assert warehouse.table_version("core.counter_branch") == before


def test_a_whole_state_without_rows_changes_nothing(clients):
    before = warehouse.table_version("core.counter_branch")
    header = BRANCHES.partition("\n")[0] + "\n"

    found = loaded(clients["operator"], send(clients["operator"], header, "counter_branch_20260324.csv"))

    assert (found["state"], [finding["code"] for finding in found["findings"]]) == ("failed", ["load.empty"])
    assert warehouse.table_version("core.counter_branch") == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + bytes(2000), "load.not_text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "load.not_text"),
        (BRANCHES.replace("华南", "华\0南"), "load.not_text"),
        ("甲,乙\n1,2\n", "load.missing_column"),
    ],
    ids=["zip", "picture", "zero byte", "other table"],
)
def test_what_is_inside_decides_not_the_name(clients, content, code):
    before = warehouse.table_version("core.counter_branch")

    found = loaded(clients["operator"], send(clients["operator"], content, "counter_branch_20260318.csv"))

    assert (found["state"], found["error"]["code"]) == ("failed", "load.unreadable")
    assert code in {finding["code"] for finding in found["findings"]}
    assert warehouse.table_version("core.counter_branch") == before


@pytest.mark.parametrize("role", ["account_manager", "branch_head", None])
def test_nobody_else_may_send_a_file(clients, role):
    before = Load.objects.count()

    answer = send(clients[role] if role else Client(), BRANCHES.replace("华南", "华北"))

    assert (answer.status_code, answer.json()["code"]) == ((403, "refused") if role else (401, "sign_in_required"))
    assert Load.objects.count() == before


def test_a_path_in_the_name_is_no_path_and_an_unknown_source_is_named(clients):
    operator = clients["operator"]
    found = loaded(operator, send(operator, BRANCHES, "../../etc/counter_branch_20260319.csv"))
    assert (found["file"], found["state"]) == ("counter_branch_20260319.csv", "done")

    upload = SimpleUploadedFile("a.csv", b"1")
    answer = operator.post("/api/v1/loads", {"source": "nothing", "file": upload})
    assert (answer.status_code, answer.json()["code"]) == (404, "load.unknown_source")
