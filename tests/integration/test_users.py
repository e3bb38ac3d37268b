"""Users on screen: new ones, posts with dates, passwords shown once, ends and returns, a file of many."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.records import SYSTEM, build_firm, customer, unit_uid
from tests.integration.test_users_file import sent_file
from zhike.kernel import clock, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import ZhikeError
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.errors import UnlikelyDay
from zhike.platform.organization.logic import lockout, passwords
from zhike.platform.organization.models import Post, Unit, User
from zhike.platform.organization.types import UnitRow
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.platform.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """The operator's signed-in client."""
    build_firm()
    return client_of("E3001")


def client_of(number):
    client = Client()
    client.force_login(User.objects.get(employee_no=number))
    return client


def ask(client, method, path, body=None):
    answer = getattr(client, method)(
        f"/api/v1{path}", json.dumps(body) if body is not None else None, content_type="application/json"
    )
    return answer.status_code, answer.json()


def uid(number):
    return User.objects.get(employee_no=number).uid


NEWCOMER = {"employee_no": "E1009", "name": "苏念", "role": "account_manager", "unit": "B1"}


def test_somebody_new_signs_in_once_with_the_given_password(desk):
    status, made = ask(desk, "post", "/users", NEWCOMER)
    assert status == 201
    assert [(post["role"], post["unit"], post["state"]) for post in made["user"]["posts"]] == [
        ("account_manager", "B1", "holds")
    ]
    assert made["user"]["password_due"] == "given"
    client = Client()
    body = json.dumps({"username": "e1009", "password": made["password"]})
    assert client.post("/_allauth/browser/v1/auth/login", body, content_type="application/json").status_code == 200
    assert client.get("/api/v1/me").json()["password_due"] == "given"


def test_a_number_is_given_once_whatever_its_letter_case(desk):
    for number in ("E1001", "e1001"):
        status, refused = ask(desk, "post", "/users", {**NEWCOMER, "employee_no": number})
        assert (status, refused["code"]) == (409, "organization.user_exists")
        assert "林晓岚" not in refused["message"]  # somebody of another unit may have it


def test_a_number_that_differs_by_zeros_in_front_is_refused(desk):
    for number, status in (("317", 201), ("00317", 409), ("0", 201), ("000", 409), ("3170", 201), ("E1", 201)):
        assert ask(desk, "post", "/users", {**NEWCOMER, "employee_no": number})[0] == status, number
    status, refused = ask(desk, "post", "/users", {**NEWCOMER, "employee_no": "0317"})
    assert (refused["code"], refused["message"]) == (
        "organization.zeros_differ",
        "工号“0317”与已有工号“317”仅差前导零，请核对",
    )
    assert not User.objects.filter(employee_no__in=["0317", "00317", "000"]).exists()


@pytest.mark.parametrize(
    "name",
    [
        "=HYPERLINK(1)",
        "+1",
        "-甲",
        "@甲",
        " =甲",
        "＝甲",
        "\x01甲",
        "\u200b",
        "甲\u202e乙",
        "\ufeff甲",
        "甲\u2028乙",
        "甲\u200d乙",
    ],
)
def test_a_name_that_a_spreadsheet_would_calculate_is_refused(desk, name):
    assert ask(desk, "post", "/users", {**NEWCOMER, "name": name})[0] == 422
    assert ask(desk, "patch", f"/users/{uid('E1001')}", {"name": name})[0] == 422
    assert not User.objects.filter(employee_no="E1009").exists()
    assert User.objects.get(employee_no="E1001").name == "林晓岚"


def test_a_given_password_begins_with_a_letter(desk):
    """A spreadsheet takes what begins with a sign for a formula."""
    assert all(passwords.random_password()[0].isalpha() for _ in range(300))


def test_a_post_begins_and_ends_on_its_days(desk):
    today = clock.today()
    path = f"/users/{uid('E1001')}"
    later = {"role": "branch_head", "unit": "B2", "valid_from": str(today + timedelta(days=2))}
    status, user = ask(desk, "post", f"{path}/posts", later)
    assert status == 200
    assert [(post["role"], post["state"]) for post in user["posts"]] == [
        ("branch_head", "coming"),
        ("account_manager", "holds"),
    ]
    first = next(post for post in user["posts"] if post["role"] == "account_manager")
    end = {"role": "account_manager", "unit": "B1", "valid_from": first["valid_from"]}
    status, user = ask(desk, "post", f"{path}/posts/end", {**end, "valid_to": str(today + timedelta(days=2))})
    assert status == 200

    def roles():
        return permissions.principal_of_user(User.objects.get(employee_no="E1001").pk).roles

    assert roles() == ("account_manager",)
    with clock.travel(clock.now() + timedelta(days=2)):
        assert roles() == ("branch_head",)
        status, refused = ask(desk, "post", f"{path}/posts/end", {**end, "valid_to": str(today + timedelta(days=9))})
        assert (status, refused["code"]) == (409, "organization.post_ended")


@pytest.mark.parametrize(
    ("days", "code"),
    [((0, None), "post_twice"), ((-5, 3), "post_twice"), ((3, 3), "wrong_dates"), ((3, 1), "wrong_dates")],
)
def test_posts_of_a_role_and_unit_do_not_overlap_and_end_after_they_begin(desk, days, code):
    since, until = (clock.today() + timedelta(days=n) if n is not None else None for n in days)
    post = {
        "role": "account_manager",
        "unit": "B1",
        "valid_from": str(since),
        "valid_to": str(until) if until else None,
    }
    status, refused = ask(desk, "post", f"/users/{uid('E1001')}/posts", post)
    assert (status >= 400, refused["code"]) == (True, f"organization.{code}")
    assert len(organization.person(uid("E1001")).every_post) == 1


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2100-01-01"])
def test_posts_begin_and_end_on_days_that_somebody_means(desk, day):
    path = f"/users/{uid('E1001')}/posts"
    for key in ("valid_from", "valid_to"):
        status, refused = ask(desk, "post", path, {"role": "branch_head", "unit": "B1", key: day})
        assert (status, [one["field"] for one in refused["findings"]]) == (422, [key])
        assert refused["findings"][0]["message"] == "须在 1990-01-01 至 2099-12-31 之间"
    held = str(organization.person(uid("E1001")).every_post[0].valid_from)
    end = {"role": "account_manager", "unit": "B1", "valid_from": held, "valid_to": day}
    assert ask(desk, "post", f"{path}/end", end)[1]["findings"][0]["field"] == "valid_to"
    with pytest.raises(UnlikelyDay):
        organization.give_post(uid("E1001"), role="branch_head", unit="B1", valid_from=date.fromisoformat(day))
    with pytest.raises(UnlikelyDay):
        organization.end_post(
            uid("E1001"), **(end | {"valid_from": date.fromisoformat(held), "valid_to": date.fromisoformat(day)})
        )
    assert [post.valid_to for post in organization.person(uid("E1001")).every_post] == [None]


def test_an_ended_user_is_signed_out_and_comes_back_without_posts(desk):
    manager, path = client_of("E1001"), f"/users/{uid('E1001')}"
    assert manager.get("/api/v1/me").status_code == 200
    status, user = ask(desk, "patch", path, {"active": False, "reason": "离职"})
    assert (status, user["active"], user["permitted"]) == (200, False, ["return"])
    assert [post["state"] for post in user["posts"]] == ["cancelled"], "it ends on its first day"
    assert manager.get("/api/v1/me").status_code == 401
    line = next(
        entry
        for entry in audit.history(subject="user", subject_id=User.objects.get(employee_no="E1001").pk)
        if entry.operation == "end"
    )
    assert (line.reason, line.actor) == ("离职", "user:E3001")

    status, user = ask(desk, "patch", path, {"active": True})
    assert (status, user["active"], user["roles"]) == (200, True, [])


def test_a_reset_password_is_shown_once_and_ends_every_session(desk):
    manager = client_of("E1001")
    status, given = ask(desk, "post", f"/users/{uid('E1001')}/password")
    assert (status, given["user"]["password_due"]) == (200, "given")
    assert manager.get("/api/v1/me").status_code == 401
    assert User.objects.get(employee_no="E1001").check_password(given["password"])


def test_nobody_changes_themselves_but_for_the_name(desk):
    path = f"/users/{uid('E3001')}"
    post = {"role": "branch_head", "unit": "B1"}
    for method, address, body in (
        ("patch", path, {"active": False}),
        ("post", f"{path}/posts", post),
        ("post", f"{path}/password", None),
    ):
        status, refused = ask(desk, method, address, body)
        assert (status, refused["code"]) == (409, "organization.own_account")
    status, user = ask(desk, "patch", path, {"name": "沈聿之"})
    assert (status, user["name"], user["permitted"]) == (200, "沈聿之", ["rename"])


def test_who_may_not_change_users_is_refused_and_another_units_are_unknown(desk):
    head = client_of("E2001")
    assert ask(head, "get", f"/users/{uid('E1001')}")[0] == 200
    assert ask(head, "get", f"/users/{uid('E1002')}")[0] == 404
    assert ask(head, "post", "/users", NEWCOMER)[0] == 403
    assert ask(head, "patch", f"/users/{uid('E1001')}", {"active": False})[0] == 403
    assert not User.objects.filter(employee_no="E1009").exists()
    assert User.objects.get(employee_no="E1001").is_active


def posts_of(number):
    return [(post.role, post.unit.code) for post in organization.person(uid(number)).every_post]


def test_a_role_is_given_and_its_holders_are_managed_by_whose_role_says_so(desk):
    """The head of a branch who may change users may not make operators, nor take over the account of one."""
    body = {
        "kind": "role",
        "key": "branch_admin",
        "labels": {"zh": "管理员", "en": "Admin"},
        "gives": ["account_manager"],
    }
    body["grants"] = [{"on": "user", "operations": ["read", "create", "update"]}]
    definition_changes.change([Edit.of(body)], reason="测试")
    organization.add_user(employee_no="E4001", name="管理员", role="branch_admin", unit="B1")
    admin = client_of("E4001")

    status, refused = ask(admin, "post", "/users", {**NEWCOMER, "role": "operator"})
    assert (status, refused["code"]) == (403, "organization.role_not_given")
    assert ask(admin, "post", "/users", {**NEWCOMER, "unit": "HQ"})[0] == 403
    organization.give_post(uid("E3001"), role="account_manager", unit="B1")
    for path in (f"/users/{uid('E3001')}/password", f"/users/{uid('E2001')}/password"):
        assert ask(admin, "post", path)[0] == 403
    assert ask(admin, "patch", f"/users/{uid('E3001')}", {"active": False})[0] == 403
    assert User.objects.get(employee_no="E3001").is_active
    assert ask(admin, "post", "/users", NEWCOMER)[0] == 201
    assert ask(admin, "post", f"/users/{uid('E1001')}/password")[0] == 200


def test_users_are_managed_in_the_units_of_the_post_that_says_so(desk):
    """An operator of the region who heads a branch of another region gives posts in the own region only."""
    organization.upsert_units(
        [UnitRow("R2", "北京分公司", "region", "HQ"), UnitRow("B9", "朝阳营业部", "branch", "R2")]
    )
    organization.add_user(employee_no="E3009", name="两岗", role="operator", unit="R1")
    organization.give_post(uid("E3009"), role="branch_head", unit="HQ", valid_from=None, valid_to=None)
    organization.add_user(employee_no="E9001", name="远方", role="account_manager", unit="B9")
    both = client_of("E3009")
    assert [unit["code"] for unit in ask(both, "get", "/users/options")[1]["units"]] == ["R1", "B1", "B2"]
    assert ask(both, "post", "/users", NEWCOMER)[0] == 201
    for path, body in (
        ("/users", {**NEWCOMER, "employee_no": "E1010", "unit": "B9"}),
        (f"/users/{uid('E9001')}/password", None),
    ):
        status, refused = ask(both, "post", path, body)
        assert (status, refused["code"]) == (403, "refused"), path
    assert "E9001" in {item["employee_no"] for item in ask(both, "get", "/users")[1]["items"]}


def test_any_user_can_be_ended_whatever_posts_there_are(desk):
    until = str(clock.today() + timedelta(days=30))
    assert ask(desk, "post", "/users", {**NEWCOMER, "valid_to": until})[0] == 201
    organization.add_user(employee_no="e1009", name="苏念", role="account_manager", unit="B1")
    assert posts_of("E1009") == [("account_manager", "B1")]
    later = {"role": "branch_head", "unit": "B2", "valid_from": str(clock.today() + timedelta(days=9))}
    assert ask(desk, "post", f"/users/{uid('E1009')}/posts", later)[0] == 200
    assert ask(desk, "patch", f"/users/{uid('E1009')}", {"active": False})[0] == 200
    for method, path, body in (("post", "posts", later), ("post", "password", None)):
        status, refused = ask(desk, method, f"/users/{uid('E1009')}/{path}", body)
        assert (status, refused["code"]) == (409, "organization.user_ended")
    assert ask(desk, "patch", f"/users/{uid('E1009')}", {"active": True})[0] == 200
    assert ask(desk, "post", f"/users/{uid('E1009')}/posts", {"role": "branch_head", "unit": "B2"})[0] == 200


def test_a_post_whose_role_is_gone_gives_nothing(desk):
    body = {"kind": "role", "key": "guest", "labels": {"zh": "访客", "en": "Guest"}}
    body["grants"] = [{"on": "party", "operations": ["read"]}]
    definition_changes.change([Edit.of(body)], reason="测试")
    organization.add_user(employee_no="E4002", name="访客", role="guest", unit="B1")
    guest = client_of("E4002")
    assert guest.get("/api/v1/me").json()["operations"] == ["party.read"]
    gone = Edit("role", "guest", None)
    assert [user.labels["zh"] for step in definition_changes.plan([gone]).changes for user in step.users] == [
        "1 名用户"
    ]
    definition_changes.change([gone], reason="撤销", consent=True)
    me = guest.get("/api/v1/me")
    assert (me.status_code, me.json()["roles"], me.json()["operations"]) == (200, [], [])
    assert ask(desk, "get", f"/users/{uid('E4002')}")[1]["posts"][0]["labels"]["zh"] == "guest"


def run(*words):
    """The command, inside the test's own transaction."""
    from zhike.cli import main
    from zhike.cli.output import Output

    options = main._parser().parse_args(["user", *words])
    try:
        return main._run(options, Output(as_json=getattr(options, "json", False)))
    except ZhikeError:
        return 1


def test_the_command_line_lists_everybody_with_their_posts(desk, capsys):
    assert run("end", "E1002") == 0
    capsys.readouterr()
    assert run("list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["users"] == [
        {"employee_no": "E1001", "name": "林晓岚", "posts": "account_manager@B1", "active": True},
        {"employee_no": "E1002", "name": "唐若谷", "posts": "", "active": False},
        {"employee_no": "E2001", "name": "许知行", "posts": "branch_head@B1", "active": True},
        {"employee_no": "E3001", "name": "沈聿", "posts": "operator@HQ", "active": True},
    ]
    assert run("list") == 0
    shown = capsys.readouterr().out
    assert "停用" in shown and "account_manager@B1" in shown


def test_the_command_line_does_the_same(desk, capsys, tmp_path):
    today = clock.today()
    assert run("post", "e1001", "--role", "branch_head", "--unit", "B2", "--since", str(today)) == 0
    assert run("post", "E1001", "--role", "branch_head", "--unit", "B2", "--end", str(today)) == 0
    assert [post.role for post in organization.person(uid("E1001")).every_post if post.holds(today)] == [
        "account_manager"
    ]
    assert run("end", "E1001", "--reason", "离职") == 0
    assert not User.objects.get(employee_no="E1001").is_active
    assert run("return", "E1001") == 0
    file = tmp_path / "users.csv"
    file.write_text("employee_no,name,role,unit\nE2301,甲,operator,HQ\nE2302,乙,operator,B99\n")
    capsys.readouterr()
    assert run("import", str(file), "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert [one["employee_no"] for one in said["made"]] == ["E2301"]
    assert [one["line"] for one in said["refused"]] == [3]
    assert run("end", "E7777") == 1


def test_the_list_says_the_next_post_of_somebody_who_holds_none_yet(desk):
    today = clock.today()
    first, later = (str(today + timedelta(days=days)) for days in (3, 9))
    assert ask(desk, "post", "/users", {**NEWCOMER, "valid_from": later})[0] == 201
    post = {"role": "branch_head", "unit": "B2", "valid_from": first}
    status, user = ask(desk, "post", f"/users/{uid('E1009')}/posts", post)
    cancelled = {"role": "operator", "unit": "B2", "valid_from": str(today + timedelta(days=1))}
    assert ask(desk, "post", f"/users/{uid('E1009')}/posts", cancelled)[0] == 200
    assert (
        ask(desk, "post", f"/users/{uid('E1009')}/posts/end", {**cancelled, "valid_to": cancelled["valid_from"]})[0]
        == 200
    )

    def coming():
        rows = {row["employee_no"]: row for row in ask(desk, "get", "/users")[1]["items"]}
        assert rows["E1001"]["coming"] is None
        return rows["E1009"]["coming"]

    assert (status, user["coming"]) == (200, coming())
    assert (coming()["role"], coming()["unit_name"], coming()["valid_from"]) == ("branch_head", "陆家嘴营业部", first)
    with clock.travel(clock.now() + timedelta(days=3)):
        assert coming() is None, "the post of that day holds, the one after it is no news"
    assert ask(desk, "patch", f"/users/{uid('E1009')}", {"active": False})[0] == 200
    assert coming() is None


def listed(client, query=""):
    status, answer = ask(client, "get", f"/users{query}")
    assert status == 200
    return [item["employee_no"] for item in answer["items"]], answer


def test_the_list_says_who_wants_attention_and_why(desk, settings):
    """Each part of the list is counted and asked for by its own condition; who has ended wants nothing any more."""
    today, now = clock.today(), clock.now()
    User.objects.update(last_login=now)
    for number in ("E1010", "E1011", "E1012", "E1013"):
        ask(desk, "post", "/users", {**NEWCOMER, "employee_no": number})
    User.objects.filter(employee_no__in=["E1011", "E1012", "E1013"]).update(must_change=False, last_login=now)
    User.objects.filter(employee_no="E1011").update(password_set_at=now - timedelta(days=settings.PASSWORD_DAYS))
    for _ in range(settings.SIGN_IN_FAILURES):
        lockout.failed("e1012")
        lockout.failed("e1013")
    assert ask(desk, "patch", f"/users/{uid('E1013')}", {"active": False})[0] == 200
    Post.objects.filter(user__employee_no="E1002").update(valid_to=today + timedelta(days=30))
    Post.objects.filter(user__employee_no="E1001").update(valid_to=today + timedelta(days=31))
    everybody, answer = listed(desk)
    assert answer["counts"] == {
        "active": 7,
        "attention": 4,
        "locked": 1,
        "password": 2,
        "ending": 1,
        "never": 1,
        "ended": 1,
    }
    assert (answer["total"], answer["ending_days"], len(everybody)) == (8, 30, 8)
    parts = {key: listed(desk, f"?show={key}")[0] for key in answer["counts"]}
    assert parts["attention"] == ["E1002", "E1010", "E1011", "E1012"]
    assert (parts["locked"], parts["ending"], parts["never"]) == (["E1012"], ["E1002"], ["E1010"])
    assert (parts["password"], parts["ended"]) == (["E1010", "E1011"], ["E1013"])
    rows = {item["employee_no"]: item for item in answer["items"]}
    assert {number: row["password_due"] for number, row in rows.items() if row["password_due"]} == {
        "E1010": "given",
        "E1011": "age",
    }
    until = now + timedelta(seconds=settings.SIGN_IN_LOCK_SECONDS)
    assert [n for n, row in rows.items() if row["locked_until"]] == ["E1012"]
    assert abs(datetime.fromisoformat(rows["E1012"]["locked_until"]) - until) < timedelta(minutes=1)
    assert rows["E1002"]["ending"]["valid_to"] == str(today + timedelta(days=30))
    with clock.travel(until + timedelta(minutes=1)):
        assert listed(client_of("E3001"), "?show=locked")[0] == []


def test_a_post_that_goes_on_does_not_end(desk):
    end = clock.today() + timedelta(days=9)
    Post.objects.filter(user__employee_no="E1001").update(valid_to=end)
    assert listed(desk, "?show=ending")[0] == ["E1001"]
    organization.give_post(uid("E1001"), role="account_manager", unit="B1", valid_from=end)
    assert listed(desk, "?show=ending")[0] == []
    Post.objects.filter(user__employee_no="E1001", valid_to=None).update(valid_to=end)  # it was never held
    assert listed(desk, "?show=ending")[0] == ["E1001"]


def test_the_list_comes_in_pages_of_as_many_queries_for_few_as_for_many(desk):
    listed(desk)  # what is kept with the definitions is made
    with CaptureQueriesContext(connection) as few:
        listed(desk)
    unit = Unit.objects.get(code="B2")
    made = [User(uid=uuid7(), employee_no=f"F{n:04}", name="众人", must_change=n % 3 == 0) for n in range(120)]
    User.objects.bulk_create(made)
    Post.objects.bulk_create(
        Post(user=one, unit=unit, role="account_manager", valid_from=clock.today()) for one in made
    )
    with CaptureQueriesContext(connection) as many:
        found, answer = listed(desk)
    assert len(many) == len(few)
    numbers = list(found)
    while answer["next_cursor"]:
        found, answer = listed(desk, f"?cursor={quote(answer['next_cursor'])}")
        numbers += found
    assert numbers == sorted(User.objects.values_list("employee_no", flat=True))
    assert (answer["total"], answer["counts"]["password"]) == (124, 40)
    assert listed(desk, "?q=f0007")[0] == ["F0007"]
    assert [listed(desk, query)[1]["found"] for query in ("?q=众人", "?q=nobody", "?q=众人&show=password")] == [
        120,
        0,
        40,
    ]
    nobody = listed(desk, "?q=nobody")[1]  # what is due does not go away with what is looked for
    assert (nobody["total"], nobody["counts"]) == (124, answer["counts"])
    assert listed(client_of("E2001"))[0] == ["E1001", "E2001"]
    assert ask(desk, "get", "/users?cursor=x")[1]["code"] == "bad_cursor"
    assert ask(desk, "get", "/users?show=some")[0] == 422
    assert ask(client_of("E1001"), "get", "/users")[0] == 403


@pytest.mark.django_db
def test_a_password_made_at_random_costs_little_and_what_is_chosen_after_it_as_much_as_ever(settings):
    """A file of 5,000 users is one request; nobody guesses 70 random bits from a list."""
    from zhike.platform.organization.logic import passwords

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    firm = build_firm()
    given = organization.staff(firm.manager.user_id)
    _staff, random = organization.set_password(given.employee_no)
    kept = User.objects.get(pk=given.id)
    assert kept.password.split("$")[:2] == ["pbkdf2_sha256", str(passwords._OfRandom.iterations)]
    assert kept.check_password(random)

    organization.change_password(given.id, current=random, new="Lantern-41-river")
    iterations = int(User.objects.get(pk=given.id).password.split("$")[1])
    assert iterations >= 600_000  # OWASP's Password Storage Cheat Sheet for PBKDF2-SHA256, 2023


@pytest.fixture
def employee(desk):
    """An employee who is kept under a number and is no user yet."""
    values = {"employee_no": "E1009", "name": "苏念", "branch": unit_uid("B1")}
    objects.create("employee", values, principal=SYSTEM)
    return values


@pytest.mark.parametrize(("number", "name"), [("E1009", "苏念"), ("e1009", "苏 念")])
def test_a_number_with_the_name_of_its_employee_is_given(desk, employee, number, name):
    status, _made = ask(desk, "post", "/users", {**NEWCOMER, "employee_no": number, "name": name})
    assert status == 201


@pytest.mark.parametrize("number", ["E1009", "e1009"])
def test_the_number_of_another_employee_is_refused_with_their_name(desk, employee, number):
    status, refused = ask(desk, "post", "/users", {**NEWCOMER, "employee_no": number, "name": "苏年"})
    assert (status, refused["code"]) == (409, "user.other_name")
    assert refused["message"] == f"工号“{number}”在员工资料中是“苏念”，不是“苏年”。请核对工号与姓名"
    assert not User.objects.filter(employee_no__iexact=number).exists()


def test_whoever_may_not_read_employees_is_not_told_whose_the_number_is(desk, employee, monkeypatch):
    allowed = permissions.allowed
    monkeypatch.setattr(
        permissions,
        "allowed",
        lambda who, operation: allowed(who, operation) and (who.kind == "system" or operation != "employee.read"),
    )
    status, refused = ask(desk, "post", "/users", {**NEWCOMER, "name": "苏年"})
    assert (status, refused["code"], refused["facts"]["known"]) == (409, "user.other_name", "")
    assert refused["message"] == "工号“E1009”在员工资料中不是“苏年”。请核对工号与姓名"


def test_a_line_of_a_file_with_the_number_of_another_employee_is_refused(desk, employee, tmp_path):
    answer = sent_file(desk, "E1009,苏年,客户经理,B1,", "E2401,甲,客户经理,B1,")
    assert [one["message"] for one in answer["refused"]] == [
        "工号“E1009”在员工资料中是“苏念”，不是“苏年”。请核对工号与姓名"
    ]
    assert [one["employee_no"] for one in answer["made"]] == ["E2401"]
    file = tmp_path / "users.csv"
    file.write_text("工号,姓名,角色,机构\nE1009,苏年,客户经理,B1\n")
    assert run("import", str(file)) == 1
    assert run("add", "E1009", "苏年", "--role", "account_manager", "--unit", "B1") == 1
    assert not User.objects.filter(employee_no="E1009").exists()


def test_a_post_that_ends_before_it_begins_is_cancelled(desk):
    path, later = f"/users/{uid('E1001')}", str(clock.today() + timedelta(days=14))
    post = {"role": "branch_head", "unit": "B2", "valid_from": later}
    assert ask(desk, "post", f"{path}/posts", post)[1]["posts"][0]["state"] == "coming"
    status, user = ask(desk, "patch", path, {"active": False, "reason": "离职"})
    shown = {post["role"]: (post["valid_from"], post["valid_to"], post["state"]) for post in user["posts"]}
    assert (status, shown["branch_head"]) == (200, (later, later, "cancelled"))
    ask(desk, "patch", path, {"active": True})
    status, refused = ask(desk, "post", f"{path}/posts/end", {**post, "valid_to": str(clock.today() + timedelta(90))})
    assert (status, refused["code"]) == (409, "organization.post_ended")
    with clock.travel(clock.now() + timedelta(days=30)):
        assert ask(desk, "get", path)[1]["posts"][0]["state"] == "cancelled"


def test_who_ends_somebody_is_told_what_stays_behind(desk):
    for name in ("顾言", "沈知"):
        customer(name, manager="E1001")
    work.create("task", subject="回访", assignee="E1001", principal=SYSTEM)
    done = work.create("task", subject="已办", assignee="E1001", principal=SYSTEM)
    WorkItem.objects.filter(uid=done.uid).update(state="done")
    assert ask(desk, "get", f"/users/{uid('E1001')}/left") == (200, {"served": 2, "work": 1})
    # A service that has ended is no longer served; whoever may not end the user is told nothing.
    with clock.travel(clock.now() + timedelta(days=1)):
        coverage = objects.page(RecordQuery("coverage"), principal=SYSTEM).rows[0]
        objects.update(
            "coverage", coverage.uid, {"valid_to": str(clock.today())}, revision=coverage.revision, principal=SYSTEM
        )
        assert ask(desk, "get", f"/users/{uid('E1001')}/left")[1]["served"] == 1
    assert ask(client_of("E1001"), "get", f"/users/{uid('E1001')}/left")[0] == 403
