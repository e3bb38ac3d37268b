"""What people type into the search, and what they find first: the golden day, who is written otherwise, and why."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.factories.records import SYSTEM, holding, unit_uid
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization.models import User
from zhike.platform.permissions import api as permissions
from zhike.platform.records import finding

#: Who is there beside the golden day: name, customer number, mobile.
MORE = (
    ("王洁丽", "000700006", "10100000026"),
    ("李　明一", "000700005", "10100000025"),
    ("JOHN SMITH", "000700001", "10100000021"),
    ("José García", "000700002", "10100000022"),
    ("买买提·艾力", "000700003", "10100000023"),
    ("龍在田", "000700004", "10100000024"),
    ("钱尾号", "000700007", "10100000015"),  # the end of the certificate of 张伟
)
OU, SUN, ZHANG = "000000002", "000000008", "000000001"
#: What is typed, the customer that is found first, by what, its value as it is shown.
FINDS = (
    ("3100001002", OU, "资金账号", "3100****1002"),
    ("3200001005", "000000005", "资金账号", "3200****1005"),
    ("10100000008", SUN, "手机", "101****0008"),
    ("10100000026", "000700006", "手机", "101****0026"),
    ("101-0000-0008", SUN, "手机", "101****0008"),
    ("+8610100000008", SUN, "手机", "101****0008"),
    ("+86 101 0000 0008", SUN, "手机", "101****0008"),
    ("c000000002@example.com", OU, "邮箱", "c***@example.com"),
    ("C000000002@EXAMPLE.COM", OU, "邮箱", "c***@example.com"),
    ("000000008", SUN, "客户号", "0000****0008"),
    ("700006", "000700006", "客户号", "0007****0006"),
    ("000000000700006", "000700006", "客户号", "0007****0006"),
    ("990101198502020028", OU, "证件号码", "990***********0028"),
    ("0008", SUN, "手机尾号", "101****0008"),
    ("0028", OU, "证件号码尾号", "990***********0028"),
    ("0015", "000700007", "手机尾号", "101****0015"),
    ("张伟", ZHANG, "姓名", ""),
    ("zw", ZHANG, "姓名", ""),
    ("ouyangna", OU, "姓名", ""),
    ("王 洁丽", "000700006", "姓名", ""),
    ("王洁丽", "000700006", "姓名", ""),
    ("李　明一", "000700005", "姓名", ""),
    ("李明一", "000700005", "姓名", ""),
    ("smith", "000700001", "姓名", ""),
    ("José", "000700002", "姓名", ""),
    ("jose", "000700002", "姓名", ""),
    ("买买提艾力", "000700003", "姓名", ""),
    ("龙在田", "000700004", "姓名", ""),
    ("歐陽娜", OU, "姓名", ""),
)
#: Names of what is no customer: what is typed, the group and the title that are found first, where it leads.
NAMED = (
    ("服务体检", "campaign", "服务体检", "/campaigns/"),
    ("全部客戶", "audience", "全部客户", "/audiences/"),
    ("示例银行", "product", "示例银行", "/records/product/"),
    ("S00031", "product", "示例现金宝", "/records/product/"),
    ("營銷", "menu", "营销", "/campaigns"),
)
#: What is known whole only to whom it is said, and found by no one who may not find by number.
WHOLE = [text for text, _number, by, _value in FINDS if by in ("资金账号", "手机", "邮箱", "客户号", "证件号码")]


@pytest.fixture(scope="module")
def people(house):
    """The uids of the customers by number, those of `MORE` among them."""
    made = [
        objects.create(
            "party",
            {"name": name, "customer_no": number, "mobile": mobile, "branch": unit_uid("B001")},
            principal=SYSTEM,
        )
        for name, number, mobile in MORE
    ]
    rows = objects.page(RecordQuery("party", columns=("customer_no",), limit=100), principal=SYSTEM).rows
    assert {one.uid for one in made} <= {row.uid for row in rows}
    return SimpleNamespace(uids={row.values["customer_no"]: str(row.uid) for row in rows})


def masked(number):
    return f"{number[:4]}****{number[-4:]}"


def desk(employee_no="E90001"):
    client = Client()
    client.force_login(User.objects.get(employee_no=employee_no))
    return client


def groups(client, text):
    answer = client.get("/api/v1/search", {"q": text})
    assert answer.status_code == 200, answer.content
    return {group["key"]: group for group in answer.json()["groups"]}


def first(client, text, key="party"):
    return groups(client, text)[key]["items"][0]


def by(hit):
    return hit["by"]["labels"]["zh"] + ("尾号" if hit["by"]["tail"] else ""), hit["by"]["value"]


def test_what_is_typed_finds_whom_it_means_first_and_says_why(people):
    client, told = desk(), {}
    for text, *_more in FINDS:
        hit = first(client, text)
        told[text] = (hit["path"].rpartition("/")[2], *by(hit))
    assert told == {text: (people.uids[masked(number)], *wanted) for text, number, *wanted in FINDS}


def test_a_list_finds_what_the_search_of_everything_finds(people):
    client = desk()
    for text, number, *_more in FINDS:
        body = {"q": text, "refinement": "all", "limit": 100}
        listed = client.post("/api/v1/objects/party/query", body, content_type="application/json").json()["rows"]
        assert people.uids[masked(number)] in [row["uid"] for row in listed], text


def test_campaigns_audiences_products_and_pages_are_found_by_name(people):
    client = desk()
    for text, key, title, path in NAMED:
        hit = first(client, text, key)
        assert (hit["title"], hit["path"].startswith(path)) == (title, True), text
    # Whoever may not read them finds none.
    assert not groups(desk("E00101"), "服务体检").keys() & {"campaign", "audience"}


def test_telephones_come_before_papers(people):
    items = groups(desk(), "0015")["party"]["items"]
    assert [by(hit) for hit in items] == [("手机尾号", "101****0015"), ("证件号码尾号", "990***********0015")]


def test_a_name_that_is_the_text_itself_comes_before_longer_ones(people):
    objects.create("party", {"name": "王洁丽雅", "customer_no": "000700008"}, principal=SYSTEM)
    assert [hit["title"] for hit in groups(desk(), "王洁丽")["party"]["items"]] == ["王*丽", "王*雅"]


def test_namesakes_are_told_apart_by_number_tier_branch_and_who_serves_them(people):
    hit = first(desk(), "张伟")
    assert (hit["title"], hit["subtitle"]) == ("张*", "0000****0001  101****0001  钻石  临江中山路营业部  陈静")


def test_what_a_searcher_may_not_read_tells_nothing_apart(house, people):
    body = {
        "kind": "role", "key": "looker", "labels": {"zh": "看", "en": "Looker"},
        "grants": [{"on": "party", "operations": ["read"]}],
        "fields": {"party": {"refused": ["mobile", "branch"]}},
    }  # fmt: skip
    definition_changes.change([Edit.of(body)], reason="test")
    looker = holding(permissions.principal_of_user(house.users["operator"]), "looker")
    [group] = finding.search(looker, "张伟")
    assert [(hit.title, hit.subtitle) for hit in group.hits] == [("张*", "0000****0001  钻石")]


def test_whole_numbers_are_found_by_whom_they_may_be_and_are_one_question_each(people):
    told = {text: groups(desk("E00100"), text).get("party") for text in WHOLE}  # a head calls nobody back by a number
    assert told == dict.fromkeys(WHOLE)
    # A manager finds their own customers, and no others.
    manager = desk("E00101")
    assert by(first(manager, "3100001002")) == ("资金账号", "3100****1002")
    assert groups(manager, "10100000008") == groups(manager, "3100001008") == {}
    before = Entry.objects.filter(operation="find_by_number").count()
    first(desk(), "3100001003")
    [line] = Entry.objects.filter(operation="find_by_number").order_by("id")[before:]
    assert (line.subject, line.changes["field"]) == ("financial_account", "account_no")
    assert "3100001003" not in str(line.changes) + line.reason


def test_no_answer_holds_what_its_reader_sees_masked(people):
    hidden = [number for _name, *numbers in MORE for number in numbers] + [
        "10100000002",
        "c000000002@",
        OU,
        "3100001002",
    ]
    for text, *_more in FINDS:
        said = str([group["items"] for group in groups(desk(), text).values()])
        assert not [number for number in hidden if number in said]


def test_an_account_beyond_ones_customers_finds_nobody_by_the_list_either(people):
    manager = desk("E00101")
    body = {"q": "3100001008", "refinement": "all"}
    assert manager.post("/api/v1/objects/party/query", body, content_type="application/json").json()["rows"] == []


def test_all_results_are_in_a_list_whose_address_says_no_number(people):
    found = groups(desk(), "3100001002")["party"]
    address = urlsplit(found["path"])
    assert (address.path, parse_qs(address.query)) == ("/records/party", {"tab": ["all"]})
    assert [group["path"] for group in groups(desk(), "服务体检").values()] == [None]


def test_what_belongs_to_a_customer_finds_them_by_the_number_that_it_has_now(people):
    given = {"party": people.uids[masked("000700006")], "account_no": "3100007001"}
    account = objects.create("financial_account", given, principal=SYSTEM)
    assert by(first(desk(), "3100007001")) == ("资金账号", "3100****7001")
    objects.update(
        "financial_account", account.uid, {"account_no": "3100007002"}, revision=account.revision, principal=SYSTEM
    )
    assert by(first(desk(), "3100007002")) == ("资金账号", "3100****7002")
    assert groups(desk(), "3100007001") == {}
