"""What a user may do and why is told from the rule itself, to whoever manages the user, and nothing besides."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from tests.factories.records import build_firm, customer, holding
from zhike.kernel import clock, context, definition_changes, definitions
from zhike.kernel.definition_changes import Edit
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import Post as PostRow
from zhike.platform.organization.models import User
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions import explaining
from zhike.platform.permissions.logic import limits
from zhike.platform.permissions.logic.grants import refinement_text
from zhike.platform.permissions.types import Post, Role
from zhike.platform.records import shares

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return build_firm()


def define(kind, key, **more):
    body = {"kind": kind, "key": key, "labels": {"zh": key, "en": key}, **more}
    definition_changes.change([Edit.of(body)], reason="test")
    return key


def user(number):
    return User.objects.get(employee_no=number)


def ask(asker, number):
    client = Client()
    client.force_login(user(asker))
    answer = client.get(f"/api/v1/users/{user(number).uid}/rights")
    return answer.status_code, answer.json()


def things(asker, number):
    status, answer = ask(asker, number)
    assert status == 200
    return {one["key"]: one for one in answer["things"]}, [one["zh"] for one in answer["nothing"]]


def said(thing):
    """Operation → role, unit, how narrowed, until, by their Chinese names."""
    return {
        operation["zh"]: [
            (r["role"]["zh"], r["unit"], (r["where"] or {}).get("zh"), r["until"]) for r in right["reasons"]
        ]
        for right in thing["rights"]
        for operation in right["operations"]
    }


def test_what_is_explained_is_what_the_rule_says(firm):
    """Whatever posts: an operation is explained where it is allowed, in its units, by the conditions of its scope."""
    define(
        "role",
        "walled",
        grants=[{"on": "party", "operations": ["read"], "where": "dormant"}],
        walls=[{"on": "party", "where": "my_branch"}],
    )
    objects = set(definitions.snapshot().named("object"))
    posts = [replace(firm.manager.posts[0], role=role) for role in definitions.all_of(Role)]
    posts += [replace(firm.other_manager.posts[0], role=role) for role in ("account_manager", "branch_head")]
    held = [(), *((post,) for post in posts), *itertools.combinations(posts, 2)]
    explained = 0
    for of_one in held:
        principal = replace(firm.manager, posts=of_one)
        for one in explaining.explain(principal):
            for operation in ("read", "update", "export", "share", "launch", "complete", "retry"):
                reasons = one.operations.get(operation, ())
                name = f"{one.resource}.{operation}"
                assert bool(reasons) == permissions.allowed(principal, name), (of_one, name)
                units = {unit for reason in reasons for post in reason.posts for unit in post.units}
                assert tuple(sorted(units)) == permissions.units_of(principal, name)
                explained += len(reasons)
                if one.resource in objects:
                    scope = permissions.scope(principal, operation, one.resource)
                    narrowed = {refinement_text(one.resource, r.where) for r in reasons if r.where != "all"}
                    assert scope.everything == any(reason.where == "all" for reason in reasons)
                    assert {condition.text for condition in scope.conditions} == narrowed
                    walls = {refinement_text(one.resource, where) for _role, where in one.walls}
                    assert {denial.text for denial in scope.denials} == walls
    assert explained > 500


def test_each_right_has_its_reason(firm):
    end = clock.today() + timedelta(days=40)
    PostRow.objects.filter(user=user("E1001")).update(valid_to=end)
    found, nothing = things("E3001", "E1001")
    mine = [("客户经理", "世纪大道营业部", "我的客户", str(end))]
    assert said(found["party"])["查看"] == said(found["party"])["导出"] == mine
    assert said(found["contact_point"])["查看"] == [("客户经理", "世纪大道营业部", None, str(end))]
    assert found["contact_point"]["follows"]["zh"] == "客户"
    assert said(found["work"])["办理"] == [("客户经理", "世纪大道营业部", "本人的", str(end))]
    assert (found["party"]["walls"], found["party"]["shared"], found["party"]["refused"]) == ([], 0, [])
    assert {"手机", "姓名"} <= {one["zh"] for one in found["party"]["masked"]}
    assert found["party"]["unmask"]
    assert {"用户", "后台任务", "客群"} <= set(nothing) and "客户" not in nothing


def test_two_posts_give_two_reasons_each_with_its_unit_and_a_post_that_is_over_gives_none(firm):
    uid = user("E1001").uid
    organization.give_post(uid, role="branch_head", unit="B2")
    found, _nothing = things("E3001", "E1001")
    assert said(found["party"])["查看"] == [
        ("客户经理", "世纪大道营业部", "我的客户", None),
        ("营业部负责人", "陆家嘴营业部", "我营业部", None),
    ]
    with clock.travel(clock.now() + timedelta(days=3)):
        organization.end_post(
            uid, role="branch_head", unit="B2", valid_from=clock.today() - timedelta(days=3), valid_to=clock.today()
        )
        found, _nothing = things("E3001", "E1001")
        assert said(found["party"])["查看"] == [("客户经理", "世纪大道营业部", "我的客户", None)]


def test_shares_walls_and_refused_fields_are_told(firm):
    party = customer("张三丰")
    with context.acting(actor="user:E1001"):
        shares.share(
            "party", party.uid, user=user("E1002").uid, until=clock.today() + timedelta(days=5), principal=firm.manager
        )
    define("role", "guarded", walls=[{"on": "party", "where": "dormant"}], fields={"party": {"refused": ["mobile"]}})
    organization.give_post(user("E1002").uid, role="guarded", unit="B2")
    gives = ["account_manager", "guarded"]
    define("role", "giver", gives=gives, grants=[{"on": "user", "operations": ["read", "update"]}])
    organization.add_user(employee_no="E9999", name="总管", role="giver", unit="HQ")
    found, _nothing = things("E9999", "E1002")
    assert found["party"]["shared"] == 1
    assert [(wall["role"]["zh"], wall["where"]["zh"]) for wall in found["party"]["walls"]] == [("guarded", "休眠客户")]
    assert [field["zh"] for field in found["party"]["refused"]] == ["手机"]
    assert "手机" not in [field["zh"] for field in found["party"]["masked"]]
    with clock.travel(clock.now() + timedelta(days=6)):
        assert things("E9999", "E1002")[0]["party"]["shared"] == 0


def test_what_follows_records_that_are_not_read_is_nothing(firm):
    define("role", "cards", grants=[{"on": "contact_point", "operations": ["read"]}])
    organization.add_user(employee_no="E5001", name="只见卡", role="cards", unit="B1")
    define("role", "giver", gives=["cards"], grants=[{"on": "user", "operations": ["read", "update"]}])
    organization.add_user(employee_no="E9999", name="总管", role="giver", unit="HQ")
    found, nothing = things("E9999", "E5001")
    assert found == {}
    assert "联系方式" in nothing


def test_who_ended_may_do_nothing(firm):
    organization.change_user(user("E1001").uid, active=False)
    found, nothing = things("E3001", "E1001")
    assert found == {} and "客户" in nothing


def test_only_whoever_manages_a_user_is_told_and_of_oneself_whoever_manages_any(firm):
    define("role", "branch_admin", gives=["account_manager"], grants=[{"on": "user", "operations": ["read", "update"]}])
    organization.add_user(employee_no="E4001", name="管理员", role="branch_admin", unit="B1")
    statuses = {
        (asker, number): ask(asker, number)[0]
        for asker in ("E1001", "E2001", "E3001", "E4001")
        for number in ("E1001", "E1002", "E2001", "E3001", "E4001")
    }
    assert {pair for pair, status in statuses.items() if status == 200} == {
        ("E3001", "E1001"),
        ("E3001", "E1002"),
        ("E3001", "E2001"),
        ("E3001", "E3001"),
        ("E4001", "E1001"),
        ("E4001", "E4001"),
    }
    assert statuses["E4001", "E1002"] == statuses["E4001", "E3001"] == 404
    assert {statuses["E2001", "E1001"], statuses["E1001", "E1001"], statuses["E4001", "E2001"]} == {403}
    client = Client()
    for asker, number, shown in (("E3001", "E1001", True), ("E4001", "E2001", False), ("E2001", "E1001", False)):
        client.force_login(user(asker))
        assert client.get(f"/api/v1/users/{user(number).uid}").json()["explained"] is shown
    assert Client().get(f"/api/v1/users/{user('E1001').uid}/rights").status_code == 401


def test_a_field_that_the_asker_may_not_know_of_is_not_named(firm, monkeypatch):
    """A field in use in B1 only is refused in B2; whoever administers both hears that, whoever does B2 nothing of it."""
    limit = frozenset({organization.unit_by_code("B1").id})
    limited = lambda resource: {"remark": limit} if resource == "party" else {}
    monkeypatch.setattr(limits, "_limits", [*limits._limits, limited])
    grants = [{"on": "user", "operations": ["read", "update"]}]
    define("role", "branch_admin", gives=["account_manager"], grants=grants)
    organization.add_user(employee_no="E4001", name="管理员", role="branch_admin", unit="R1")
    organization.add_user(employee_no="E4002", name="管理员", role="branch_admin", unit="B2")
    assert [field["zh"] for field in things("E4001", "E1002")[0]["party"]["refused"]] == ["备注"]
    assert things("E4002", "E1002")[0]["party"]["refused"] == []


def test_a_part_is_told_as_it_is_narrowed(firm):
    grants = [{"on": "campaign", "operations": ["read"], "where": where} for where in ("mine", "my_units")]
    define("role", "narrow", grants=grants)
    [campaign] = [one for one in explaining.explain(holding(firm.manager, "narrow")) if one.resource == "campaign"]
    post = replace(firm.manager.posts[0], role="narrow")
    assert isinstance(post, Post)
    assert [(r.role, r.where, r.posts) for r in campaign.operations["read"]] == [
        ("narrow", "mine", (post,)),
        ("narrow", "my_units", (post,)),
    ]
