"""JSON files, and files that a person sends on the loads page: judged by their content, by operators only."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.records import UNITS
from tests.integration.insight.test_loading import SYSTEM, codes, definition, load
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.models import Load
from zhike.kernel.files import FileStore
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User

BRANCHES = "机构代码,机构名称,机构类型,上级机构代码\nHQ,知客证券,总部,\nR9,华南分公司,分公司,HQ\n"
ROWS = [
    {"客户号": "0001", "姓名": "张三", "证件号码": "990101199001011234", "开户日期": "20200102", "资产": 1.5},
    {"客户号": "0002", "姓名": None, "证件号码": None, "开户日期": "20200103", "资产": "2"},
    {"客户号": None, "姓名": "王五", "证件号码": None, "开户日期": "20200104", "资产": 3},
]


@pytest.fixture(autouse=True)
def _database(installation):
    return installation


def stored(path, text):
    path.write_text(text, encoding="utf-8")
    return load(path, definition(format="json", file="customers_{business_date:%Y%m%d}.json"))


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
    with warehouse.session() as connection:
        rows = connection.execute(
            f"select no, name, length(certificate), opened, asset from {warehouse.relation('test.customers')} order by no"
        ).fetchall()
    assert [tuple(map(str, row)) for row in rows] == [
        ("0001", "张三", "32", "2020-01-02", "1.50"),
        ("0002", "None", "None", "2020-01-03", "2.00"),
    ]
    found = warehouse.rejected(result.uid, principal=SYSTEM)
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
    organization.upsert_units(UNITS)
    made = {}
    for number, role in (("E1001", "account_manager"), ("E2001", "branch_head"), ("E3001", "operator")):
        organization.add_user(employee_no=number, name="某人", role=role, unit="HQ")
        made[role] = Client()
        made[role].force_login(User.objects.get(employee_no=number))
    return made


def send(client, content, name="counter_branch_20260317.csv"):
    upload = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode("gb18030"))
    return client.post("/api/v1/loads", {"source": "counter_branch", "file": upload})


def test_an_operator_sends_a_file_and_sees_what_became_of_it(clients, installation):
    answer = send(clients["operator"], BRANCHES)

    found = answer.json()
    assert (answer.status_code, found["state"], found["rows_loaded"], found["business_date"]) == (
        200,
        "done",
        2,
        "2026-03-17",
    )
    assert FileStore(installation / "files").open(found["file_hash"]).read() == BRANCHES.encode("gb18030")
    assert clients["operator"].get(f"/api/v1/loads/{found['uid']}").json()["file"] == "counter_branch_20260317.csv"
    assert send(clients["operator"], BRANCHES).json()["uid"] == found["uid"]


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

    found = send(clients["operator"], content, "counter_branch_20260318.csv").json()

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
    found = send(clients["operator"], BRANCHES, "../../etc/counter_branch_20260319.csv").json()
    assert (found["file"], found["state"]) == ("counter_branch_20260319.csv", "done")

    upload = SimpleUploadedFile("a.csv", b"1")
    answer = clients["operator"].post("/api/v1/loads", {"source": "nothing", "file": upload})
    assert (answer.status_code, answer.json()["code"]) == (404, "load.unknown_source")
