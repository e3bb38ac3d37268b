"""Sign-in over HTTP: lock-out, idle time-out, sign out everywhere, and no way to sign up."""

from __future__ import annotations

import json
import re
import time
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import zhike.server.urls  # noqa: F401  (adds the routers)
from tests.factories.records import build_firm
from zhike.kernel import clock
from zhike.platform.organization import api as organization
from zhike.platform.organization.errors import WeakPassword
from zhike.platform.organization.logic import passwords
from zhike.platform.organization.models import SignInFailures, User
from zhike.server.http import api

pytestmark = pytest.mark.django_db
LOGIN = "/_allauth/browser/v1/auth/login"


@pytest.fixture
def password():
    build_firm()
    return organization.add_user(employee_no="E1001", name="林晓岚", role="account_manager", unit="B1")[1]


def sign_in(client, number, password):
    body = json.dumps({"username": number, "password": password})
    return client.post(LOGIN, body, content_type="application/json")


def test_the_right_password_opens_a_session(password):
    client = Client()
    assert sign_in(client, "E1001", password).status_code == 200
    me = client.get("/api/v1/me").json()
    assert (me["employee_no"], me["name"], me["home"]) == ("E1001", "林晓岚", "manager")
    assert [entry["key"] for entry in me["menu"]] == ["home", "party", "work", "interaction", "consent"]


def test_the_moment_of_a_sign_in_is_the_installations(password):
    morning = clock.at(date(2026, 3, 17), 9, 5)
    with clock.travel(morning):
        assert sign_in(Client(), "E1001", password).status_code == 200
    assert User.objects.get(employee_no="E1001").last_login == morning


def test_five_wrong_passwords_lock_the_number_even_for_the_right_one(password):
    client = Client()
    for _n in range(5):
        assert sign_in(client, "E1001", "wrong").status_code == 400
    assert sign_in(client, "E1001", password).status_code == 400
    assert client.get("/api/v1/me").status_code == 401

    with clock.travel(clock.now() + timedelta(minutes=16)):
        assert sign_in(client, "E1001", password).status_code == 200


def test_a_number_is_locked_whatever_its_letter_case(password):
    client = Client()
    for number in ("E1001", "e1001", " E1001", "e1001", "E1001 "):
        assert sign_in(client, number, "wrong").status_code == 400
    assert sign_in(client, "E1001", password).status_code == 400


def test_a_lock_tells_nobody_whether_there_is_such_a_user(password):
    def answers(number):
        client = Client()
        return [
            (a.status_code, a.json()["errors"][0]["code"]) for a in (sign_in(client, number, "x") for _n in range(7))
        ]

    assert answers("E1001") == answers("E9999")


@pytest.mark.parametrize("number", ["x" * 20_000, "\ud800", "E1\x00001"])
def test_what_can_be_no_number_is_refused_as_a_wrong_one(password, number):
    assert sign_in(Client(), number, "wrong").status_code == 400
    assert not SignInFailures.objects.exists()


def test_failures_of_a_day_ago_are_forgotten(password):
    client = Client()
    for _n in range(4):
        sign_in(client, "E1001", "wrong")
    with clock.travel(clock.now() + timedelta(days=1, minutes=1)):
        sign_in(client, "E7777", "wrong")
        assert list(SignInFailures.objects.values_list("number", flat=True)) == ["e7777"]


def change(client, current, new):
    body = json.dumps({"current": current, "new": new})
    return client.post("/api/v1/me/password", body, content_type="application/json")


NEW = "Kong-Shan-2026"


def test_a_password_is_changed_and_other_sessions_end(password):
    first, second = Client(), Client()
    sign_in(first, "E1001", password)
    sign_in(second, "E1001", password)

    assert change(first, password, NEW).status_code == 204
    assert first.get("/api/v1/me").status_code == 200
    assert second.get("/api/v1/me").status_code == 401
    assert sign_in(Client(), "E1001", password).status_code == 400
    assert sign_in(Client(), "E1001", NEW).status_code == 200


def test_a_wrong_current_password_counts_as_at_a_sign_in(password):
    client = Client()
    sign_in(client, "E1001", password)
    answers = [change(client, "wrong", NEW) for _n in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert (answers[0].json()["code"], answers[5].json()["code"]) == (
        "organization.wrong_password",
        "organization.locked",
    )
    assert change(client, password, NEW).status_code == 429
    assert sign_in(Client(), "E1001", password).status_code == 400


def test_an_earlier_password_is_not_chosen_again(password, settings):
    settings.PASSWORD_HISTORY = 2
    client = Client()
    sign_in(client, "E1001", password)
    assert change(client, password, NEW).status_code == 204
    for used in (NEW, password):
        answer = change(client, NEW, used)
        assert (answer.status_code, answer.json()["code"]) == (422, "organization.weak_password")
        assert "最近 2 次" in answer.json()["message"]
    assert change(client, NEW, "Kong-Shan-2027").status_code == 204
    assert change(client, "Kong-Shan-2027", password).status_code == 204


def test_whoever_was_given_a_password_changes_it_before_anything_else(password):
    _staff, given = organization.set_password("E1001")
    client = Client()
    assert sign_in(client, "E1001", given).status_code == 200
    assert client.get("/api/v1/me").json()["password_due"] == "given"
    refused = client.get("/api/v1/work")
    assert (refused.status_code, refused.json()["code"]) == (403, "organization.password_due")

    assert change(client, given, NEW).status_code == 204
    assert client.get("/api/v1/me").json()["password_due"] == ""
    assert client.get("/api/v1/work").status_code == 200


def test_an_old_password_is_changed_before_anything_else(password, settings):
    client = Client()
    with clock.travel(clock.now() + timedelta(days=settings.PASSWORD_DAYS) - timedelta(minutes=1)):
        sign_in(client, "E1001", password)
        assert client.get("/api/v1/work").status_code == 200
    with clock.travel(clock.now() + timedelta(days=settings.PASSWORD_DAYS, minutes=1)):
        assert client.get("/api/v1/me").json()["password_due"] == "age"
        assert client.get("/api/v1/work").status_code == 403


def test_an_expired_session_is_told_so_in_the_one_error_shape(password, settings):
    client = Client()
    sign_in(client, "E1001", password)
    session = client.session
    session["seen_at"] = int(time.time()) - settings.IDLE_SECONDS - 5
    session.save()

    answer = client.get("/api/v1/me")

    assert answer.status_code == 401
    assert answer.json()["code"] == "sign_in_required"
    assert answer.headers["X-Request-Id"]


def test_sign_out_everywhere_ends_other_sessions(password):
    first, second = Client(), Client()
    sign_in(first, "E1001", password)
    sign_in(second, "E1001", password)

    assert first.post("/api/v1/me/sign-out-everywhere").status_code == 204

    assert second.get("/api/v1/me").status_code == 401
    assert first.get("/api/v1/me").status_code == 401


def test_no_address_makes_a_user(password):
    before = User.objects.count()
    client = Client()
    body = json.dumps(
        {
            "username": "X1",
            "employee_no": "X1",
            "password": "Abcdef-12345",
            "password1": "Abcdef-12345",
            "email": "x@example.com",
        }
    )
    for path in _addresses(get_resolver().url_patterns):
        client.post("/" + path, body, content_type="application/json")
    assert User.objects.count() == before
    assert client.post("/_allauth/browser/v1/auth/signup", body, content_type="application/json").status_code == 404


def test_weak_passwords_are_refused(password):
    for weak in ("short-1A", "password1234", "alllowercaseletters"):
        with pytest.raises(WeakPassword):
            organization.add_user(employee_no="E9", name="新人", role="operator", unit="HQ", password=weak)
    assert not User.objects.filter(employee_no="E9").exists()


@pytest.mark.parametrize(
    "own", ["E00103E00103a", "xx-e00103-Wq9", "Zq7!LinXiaolan-", "张小楠Abcdef123", "张 小楠-Abcdef123"]
)
def test_a_password_that_holds_the_number_or_the_name_is_refused(password, own):
    name = "Lin Xiaolan" if own.isascii() else "张小楠"
    with pytest.raises(WeakPassword) as refused:
        organization.add_user(employee_no="E00103", name=name, role="operator", unit="HQ", password=own)
    assert [found["code"] for found in refused.value.findings] == ["password_too_similar"]


def test_a_number_of_two_digits_may_stand_in_a_password(password):
    made, _given = organization.add_user(
        employee_no="12", name="新人", role="operator", unit="HQ", password="Kestrel-12-wood"
    )
    assert made.employee_no == "12"


BROKEN = ["password_too_short", "password_too_uniform", "password_too_common", "password_too_similar", "password_used"]


def test_a_refused_password_is_told_every_rule_it_breaks_in_the_callers_language(password):
    client = Client()
    sign_in(client, "E1001", password)
    body = json.dumps({"current": password, "new": "e1001"})
    answers = {
        lang: client.post(
            "/api/v1/me/password", body, content_type="application/json", headers={"Accept-Language": lang}
        ).json()
        for lang in ("zh", "en")
    }
    assert answers["zh"]["message"] == (
        "密码不符合规则：至少 10 位；小写字母、大写字母、数字、符号中至少 3 类；不含工号、姓名，也不与之相近"
    )
    assert answers["en"]["message"] == (
        "The password breaks the rule: at least 10 characters; at least 3 of: small letters, capitals, digits, signs; "
        "without the employee number or the name, and not close to them"
    )
    assert [found["code"] for found in answers["en"]["findings"]] == [BROKEN[0], BROKEN[1], BROKEN[3]]
    assert answers["en"]["findings"][0]["message"] == "at least 10 characters"
    assert sign_in(Client(), "E1001", password).status_code == 200


def test_every_rule_has_a_sentence_and_is_told_before_a_password_is_typed(password, settings):
    assert list(passwords.rules()) == BROKEN
    assert len(settings.AUTH_PASSWORD_VALIDATORS) == len(BROKEN) - 1
    client = Client()
    sign_in(client, "E1001", organization.set_password("E1001")[1])
    told = client.get("/api/v1/me").json()["password_rules"]
    assert [rule["zh"] for rule in told] == [
        "至少 10 位",
        "小写字母、大写字母、数字、符号中至少 3 类",
        "不是常见密码",
        "不含工号、姓名，也不与之相近",
        "不与最近 5 次用过的相同",
    ]
    for weak, broken in (("Passw0rd", "password_too_common"), ("aB1-", "password_too_short"), ("a" * 12, BROKEN[1])):
        with pytest.raises(WeakPassword) as refused:
            organization.add_user(employee_no="E9", name="新人", role="operator", unit="HQ", password=weak)
        assert broken in [found["code"] for found in refused.value.findings]
    settings.PASSWORD_HISTORY = 0
    assert list(passwords.rules()) == BROKEN[:4]


def test_changes_need_the_csrf_token(password):
    client = Client(enforce_csrf_checks=True)
    client.get("/api/v1/session")
    token = client.cookies["csrftoken"].value
    body = json.dumps({"username": "E1001", "password": password})
    assert client.post(LOGIN, body, content_type="application/json").status_code == 403
    assert client.post(LOGIN, body, content_type="application/json", headers={"X-CSRFToken": token}).status_code == 200
    assert client.post("/api/v1/me/sign-out-everywhere").status_code == 403


def _addresses(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "(" not in route:
            yield route.replace("<", "").replace(">", "")


def test_a_page_of_somebody_else_is_answered_nothing(password):
    """Two windows of a browser have one session: one of them signs out and in as somebody else."""
    other = organization.add_user(employee_no="E1002", name="周一", role="branch_head", unit="B1")[1]
    client = Client(headers={"X-Stands-For": "E1001"})
    assert sign_in(client, "E1001", password).status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    beside = Client()
    beside.cookies = client.cookies
    beside.delete("/_allauth/browser/v1/auth/session")
    assert client.get("/api/v1/me").json()["code"] == "sign_in_required"
    assert sign_in(beside, "E1002", other).status_code == 200

    query, export = "/api/v1/objects/party/query", "/api/v1/objects/party/export"
    refused = [
        client.get("/api/v1/me"),
        client.post(query, {}, content_type="application/json"),
        client.post(export, {}, content_type="application/json"),
        client.patch("/api/v1/me", {"lang": "en"}, content_type="application/json"),
        client.post("/api/v1/loads", {"source": "party", "file": b""}),
        client.delete("/_allauth/browser/v1/auth/session"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "session.other_person")] * len(refused)
    assert all("E1002" not in one.content.decode() and "周一" not in one.content.decode() for one in refused)
    assert beside.get("/api/v1/me").json()["employee_no"] == "E1002"
    assert beside.get("/api/v1/me").json()["lang"] == "zh"
    assert client.get("/healthz").status_code == 200


def test_for_whom_a_page_stands_is_written_as_in_an_address():
    build_firm()
    word = organization.add_user(employee_no="工号 7", name="赵一", role="branch_head", unit="B1")[1]
    client = Client(headers={"X-Stands-For": "%E5%B7%A5%E5%8F%B7%207"})
    assert sign_in(client, "工号 7", word).status_code == 200
    assert client.get("/api/v1/me").status_code == 200


def test_no_route_but_those_of_the_password_answers_whoever_has_to_change_it(password):
    client = Client()
    assert sign_in(client, "E1001", organization.set_password("E1001")[1]).status_code == 200
    answered = set()
    paths = api.get_openapi_schema()["paths"]
    for path, methods in sorted(paths.items(), key=lambda one: "sign-out" in one[0]):
        for method, operation in methods.items():
            address = re.sub(r"\{[^}]+\}", str(uuid.UUID(int=7)), path)
            answer = client.generic(method.upper(), address, b'{"wehre": 1}', content_type="application/json")
            told = answer.json() if answer.content else {}
            if (answer.status_code, told.get("code")) != (403, "organization.password_due"):
                answered.add(operation["operationId"])
    assert answered == {"getSession", "getMe", "setLanguage", "changePassword", "signOutEverywhere"}
