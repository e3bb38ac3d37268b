"""Every route keeps what the document says: requests made up from the document, for three roles, on the golden day."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import zhike.server.urls  # noqa: F401  (adds the routers)
from tests.contract.conftest import EVERYBODY, ROLES
from tests.depth import examples
from zhike.engagement.campaigns.models import Campaign
from zhike.insight.warehouse.logic import effects
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.types import Effect
from zhike.kernel import clock, event_delivery, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.ids import uuid7
from zhike.kernel.models import HeldEvent
from zhike.platform.exchange.definitions import ExportRule
from zhike.platform.exchange.logic import large_exports
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.work.models import WorkItem
from zhike.server import openapi
from zhike.server.http import api
from zhike.server.wsgi import application

#: Requests a route and role: as the document says, and otherwise.
EXAMPLES, BROKEN = examples(3), examples(1)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OBJECTS = ("party", "coverage", "interaction", "product", "employee", "account_role")
PAGES = ("customer", "home_manager", "home_branch_head", "home_operator")
#: What a made-up body is too unlikely to hold.
KNOWN = {
    "condition": (EVERYBODY, {"op": "=", "left": {"field": "name"}, "right": {"value": "甲", "type": "text"}}),
    "sort": ([], [{"field": "status", "direction": "desc"}, {"field": "total_asset", "direction": "asc"}]),
    "columns": (["name", "mobile", "total_asset"], []),
    "refinement": ("", "all", "mine"),
    "cursor": (None, ""),
    "template": ("service_checkup",),
    "goal": ({"expression": "net_inflow >= 10000", "days": 5},),
    "result_set": ("follow_up",),
    "result": ("interested", "refused"),
    "field": ("mobile", "name"),
    "reason": ("回访客户",),
    "lang": ("zh", "en"),
    "revision": (1, 2, 3),
}


@pytest.fixture(scope="module")
def schema():
    found = schemathesis.openapi.from_dict(json.loads(openapi.text(api)))
    found.app = application
    return found


def operations(schema):
    """The operations, those last that end or delete something."""
    order = {"get": 0, "post": 1, "patch": 2, "delete": 3}
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda one: ("sign-out" in one.path or "stop" in one.path, order[one.method], one.path))


def known_parts(house, path):
    """The uids and keys that a path may name."""
    kind = path.removeprefix("/api/v1/").split("/")[0]
    uids = {"objects": house.parties, "campaigns": house.campaigns, "audiences": house.audiences, "loads": house.loads}
    uids |= {"runs": house.runs, "work": house.work, "users": house.guests}
    return {"object": OBJECTS, "key": PAGES, "party": house.parties, "uid": uids.get(kind, house.parties)}


def filled(case, house, draw):
    """Put what exists into a made-up request, most of the time."""
    for name, values in known_parts(house, case.path).items():
        if name in (case.path_parameters or {}) and values and draw(st.integers(0, 4)):
            case.path_parameters[name] = draw(st.sampled_from(values))
            if name == "uid" and "object" in case.path_parameters:
                case.path_parameters["object"] = "party"
    for name, value in (("record", house.parties), ("unit", [house.unit]), ("state", ["", "sent", "open", "done"])):
        if name in (case.query or {}) and draw(st.booleans()):
            case.query[name] = draw(st.sampled_from(value))
    if isinstance(case.body, dict):
        uids = {"audience": house.audiences, "party": house.parties, "product": [None]}
        for name in case.body.keys() & (KNOWN.keys() | uids.keys()):
            if draw(st.integers(0, 4)):
                case.body[name] = draw(st.sampled_from(KNOWN.get(name) or uids[name]))
        if case.path.endswith("/confirm"):
            case.body |= {"count": house.count, "business_date": str(house.day)}
    return case


def signed_in(user_id):
    """Return the cookies and headers of a new session."""
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    token = client.get("/api/v1/session").json()["csrf"]
    cookies = {name: client.cookies[name].value for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)}
    return cookies, {"X-CSRFToken": token}


class Desk:
    """Sends the requests that pages send, and keeps what each route answered."""

    def __init__(self, schema, house):
        self._operations = {one.definition.raw["operationId"]: one for one in operations(schema)}
        self._sessions = {role: signed_in(user) for role, user in house.users.items()}
        self.succeeded = set()

    def again(self, role, user_id):
        """Sign in again, where a session has ended."""
        self._sessions[role] = signed_in(user_id)

    def ask(self, role, name, path=None, query=None, body=NOT_SET, media="application/json"):
        """Return a route's answer to one request, held against what the route declares."""
        cookies, headers = self._sessions[role]
        case = self._operations[name].Case(
            path_parameters=path or {}, query=query or {}, body=body, media_type=media if body is not NOT_SET else None
        )
        response = case.call(cookies=cookies, headers=headers)
        case.validate_response(response, checks=CHECKS)
        assert response.headers["cache-control"] == ["no-store"], name
        assert response.status_code < 300, f"{name} {response.status_code}: {response.text}"
        self.succeeded.add(name)
        return response.json() if response.content and "json" in response.headers["content-type"][0] else None

    def missing(self):
        """Return the routes that were not asked."""
        return sorted(self._operations.keys() - self.succeeded)


def test_every_route_answers_what_it_declares(schema, house, monkeypatch):
    desk = Desk(schema, house)
    of_everybody(desk, house)
    of_records(desk, house)
    of_work(desk, house)
    of_exports(desk, monkeypatch)
    of_corrections(desk, house)
    of_audiences(desk, house)
    of_campaigns(desk, house)
    of_loads(desk, house)
    of_jobs(desk)
    of_users(desk, house)
    desk.ask("branch_head", "signOutEverywhere")
    assert desk.missing() == []


def of_everybody(desk, house):
    for role in ROLES.values():
        desk.ask(role, "getSession")
        home = desk.ask(role, "getMe")["home"]
        blocks = desk.ask(role, "getPage", {"key": f"home_{home}"})["blocks"]
        assert {block["state"] for block in blocks.values()} <= {"ok", "empty"}
        desk.ask(role, "getPage", {"key": "customer"}, {"record": house.served})
        desk.ask(role, "search", query={"q": "1"})
        desk.ask(role, "setLanguage", body={"lang": "zh"})
    desk.ask("operator", "listUsers")
    for place in ("unit", "user"):
        desk.ask("operator", "listPlaces", {"place": place})


def of_records(desk, house):
    for role in ROLES.values():
        for one in desk.ask(role, "listObjectTypes"):
            desk.ask(role, "getObjectType", {"object": one["key"]})
            desk.ask(role, "queryRecords", {"object": one["key"]}, body={})
            desk.ask(role, "countRecords", {"object": one["key"]}, body={"exact": True})
    narrowed = {"condition": EVERYBODY, "sort": [{"field": "total_asset", "direction": "desc"}], "limit": 1}
    desk.ask("operator", "findAlike", {"object": "party"}, body={"values": {"mobile": "13800001234", "name": "张三"}})
    page = desk.ask("operator", "queryRecords", {"object": "party"}, body=narrowed)
    desk.ask("operator", "queryRecords", {"object": "party"}, body=narrowed | {"cursor": page["next_cursor"]})
    desk.ask("operator", "groupRecords", {"object": "party"}, body={"by": "status", "sums": ["total_asset"]})
    desk.ask("operator", "exportRecords", {"object": "party"}, body={"columns": ["name", "total_asset"]})
    served = {"object": "party", "uid": house.served}
    desk.ask("account_manager", "getRecord", served)
    desk.ask("account_manager", "unmaskField", served, body={"field": "mobile", "reason": "回访客户"})
    desk.ask("account_manager", "getRecordHistory", served)
    desk.ask("branch_head", "getRecordAccess", served)
    body = {"unit": house.unit, "until": "2026-03-20"}
    shared = desk.ask("account_manager", "shareRecord", served, body=body)
    desk.ask("account_manager", "listShares", served)
    desk.ask("account_manager", "listShareCandidates", served, {"q": "E"})
    desk.ask("account_manager", "withdrawShare", served | {"share": shared["uid"]})
    given = {"party": house.served, "channel": "phone", "subject": "回访", "at": "2026-03-18T09:00:00+08:00"}
    made = desk.ask("account_manager", "createRecord", {"object": "interaction"}, body={"values": given})
    made_at = {"object": "interaction", "uid": made["uid"]}
    changed = {"values": {"subject": "回访二"}, "revision": made["revision"]}
    made = desk.ask("account_manager", "updateRecord", made_at, body=changed)
    desk.ask("account_manager", "deleteRecord", made_at, {"revision": made["revision"]})


def of_work(desk, house):
    manager = User.objects.get(pk=house.users["account_manager"])
    unit = manager.posts.first().unit.code
    organization.add_user(employee_no="E07777", name="同事", role="account_manager", unit=unit)
    work = desk.ask("account_manager", "listWork")["items"][0]
    desk.ask("account_manager", "getWork", {"uid": work["uid"]})
    done = {"result": work["results"][0]["key"], "note": "已联系", "revision": work["revision"]}
    desk.ask("account_manager", "completeWork", {"uid": work["uid"]}, body=done)
    desk.ask("account_manager", "listWork", query={"state": "done"})

    desk.ask("account_manager", "listColleagues", query={"q": "同事"})
    due = (clock.now() + timedelta(days=3)).isoformat()
    task = {"kind": "task", "subject": "补充资料", "about": {"object": "party", "uid": house.served}, "due_at": due}
    uid = {"uid": desk.ask("account_manager", "createWork", body=task)["uid"]}
    desk.ask("account_manager", "commentWork", uid, body={"text": "好"})
    desk.ask("account_manager", "pauseWork", uid, body={"reason": "等客户补件"})
    desk.ask("account_manager", "resumeWork", uid)
    desk.ask("account_manager", "delegateWork", uid, body={"to": "E07777"})
    desk.ask("account_manager", "releaseWork", uid)
    WorkItem.objects.filter(uid=uid["uid"]).update(unit_id=manager.posts.first().unit_id)
    desk.ask("branch_head", "reassignWork", uid, body={"to": "E07777", "reason": "休假"})
    several = {"uids": [uid["uid"], str(uuid7())], "to": "E07777", "reason": "休假"}
    answer = desk.ask("branch_head", "reassignEachWork", body=several)
    assert (answer["given"], [one["code"] for one in answer["refused"]]) == (1, ["not_found"])


def of_exports(desk, monkeypatch):
    """A file above the limit: asked for, taken up by the head of the branch, agreed to, made, fetched."""
    rule = ExportRule(
        kind="export_rule",
        key="default",
        labels=Labels("规则", "Rule"),
        rows=1,
        most=1000,
        growth_percent=0,
        keep_days=1,
        approval="approval",
        roles=("branch_head",),
    )
    monkeypatch.setattr(large_exports, "rule", lambda: rule)
    asked_for = {"columns": ["name"], "reason": "季度服务回访"}
    asked = {"uid": desk.ask("account_manager", "askForExport", {"object": "party"}, body=asked_for)["work"]}
    item = desk.ask("branch_head", "claimWork", asked)
    agreed = {"result": "agreed", "note": "", "revision": item["revision"]}
    desk.ask("branch_head", "completeWork", asked, body=agreed)
    made = desk.ask("account_manager", "getWork", asked)["outcome"]
    jobs.execute.func(run=made["run"])
    desk.ask("account_manager", "getExport", {"uid": made["export"]})
    desk.ask("account_manager", "takeExport", {"uid": made["export"]})


def of_corrections(desk, house):
    """A number that a source keeps: another one asked for, seen by whoever answers."""
    served = {"object": "party", "uid": house.served}
    body = {"values": {"mobile": "13911112222"}, "reason": "客户换了号码"}
    asked = {"uid": desk.ask("account_manager", "askCorrection", served, body=body)["work"]}
    assert desk.ask("data_steward", "getWork", asked)["proposed"]["proposed"]["mobile"] == "139****2222"
    desk.ask("data_steward", "unmaskProposed", asked, body={"field": "mobile", "reason": "与柜台核对"})


def of_audiences(desk, house):
    desk.ask("operator", "getVocabulary")
    desk.ask("operator", "previewCondition", body={"condition": EVERYBODY, "nodes": True})
    desk.ask("operator", "previewCondition", body={"condition": EVERYBODY, "nodes": True, "unknown": True})
    desk.ask("operator", "wordCondition", body={"condition": EVERYBODY})
    desk.ask("operator", "foreseeRefusals", body={"channel": "email", "parties": [house.served]})
    desk.ask("operator", "sampleCondition", body={"condition": EVERYBODY})
    desk.ask("operator", "explainParty", body={"condition": {"and": [EVERYBODY, EVERYBODY]}, "party": house.served})
    made = desk.ask("operator", "createAudience", body={"name": "有资产", "condition": EVERYBODY})
    uid = {"uid": made["uid"]}
    changed = {"revision": made["revision"], "name": "有资产的客户"}
    made = desk.ask("operator", "updateAudience", uid, body=changed)
    desk.ask("operator", "getAudience", uid)
    desk.ask("operator", "takeSnapshot", uid)
    desk.ask("operator", "listSnapshots", uid)
    desk.ask("operator", "listAudiences")
    desk.ask("operator", "deleteAudience", uid, {"revision": made["revision"]})


def of_campaigns(desk, house):
    desk.ask("operator", "getCampaignOptions")
    desk.ask("operator", "listProducts")
    plan = {"name": "体检", "audience": house.audiences[0], "template": "service_checkup", "script": "您好"}
    plan |= {"goal": {"expression": "net_inflow >= 10000", "days": 5}}
    made = desk.ask("operator", "createCampaign", body=plan)
    uid = {"uid": made["uid"]}
    made = desk.ask("operator", "changeCampaign", uid, body=plan | {"revision": made["revision"], "due_days": 5})
    work_off(desk.ask("operator", "estimateCampaign", uid)["run"])
    seen = desk.ask("operator", "getCampaignEstimate", uid)["estimate"]
    desk.ask("operator", "previewMessage", uid, body={})
    desk.ask("operator", "sendTestMail", uid)
    confirmed = {"revision": made["revision"], "count": seen["count"], "business_date": seen["business_date"]}
    work_off(desk.ask("operator", "confirmCampaign", uid, body=confirmed)["confirmation"])
    revision = desk.ask("operator", "getCampaign", uid)["revision"]
    for act in ("launch", "pause", "resume", "stop"):
        revision = desk.ask("operator", f"{act}Campaign", uid, body={"revision": revision})["revision"]
    desk.ask("operator", "listCampaigns")
    for running in house.campaigns:
        desk.ask("operator", "getCampaign", {"uid": running})
        desk.ask("operator", "getCampaignEffect", {"uid": running})
        desk.ask("operator", "listMembers", {"uid": running})
    Campaign.objects.filter(uid=house.campaigns[0]).update(reach_date=house.day - timedelta(days=7))
    measured = {"uid": house.campaigns[0]}
    work_off(desk.ask("operator", "measureCampaign", measured)["run"])
    assert desk.ask("operator", "getCampaignEffect", measured)["current"]
    desk.ask("operator", "deleteCampaign", {"uid": house.draft}, {"revision": 1})
    unknown = house.unknown_message()
    desk.ask("operator", "resendMessage", unknown, body={"reason": "客户说没有收到"})


def work_off(started):
    """Do a queued run as a worker would."""
    jobs.execute(run=started["uid"])


def of_loads(desk, house):
    desk.ask("operator", "listSources")
    desk.ask("operator", "getSource", {"key": "counter_branch"})
    desk.ask("operator", "getTemplate", {"key": "counter_branch"})
    looked = {"source": "counter_branch", "file": "机构代码,机构名称\n".encode()}
    desk.ask("operator", "previewFile", body=looked, media="multipart/form-data")
    desk.ask("operator", "listLoads")
    desk.ask("operator", "getLoad", {"uid": house.loads[0]})
    desk.ask("operator", "getRejectedRows", {"uid": house.loads[0]})
    form = {"source": "counter_branch", "file": b"x", "business_date": str(house.day)}
    queued = desk.ask("operator", "uploadFile", body=form, media="multipart/form-data")
    desk.ask("operator", "getNight", {}, {"day": str(house.day)})
    stranger = Path(settings.HOME) / "inbox" / "unknown.csv"
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_text("x", encoding="utf-8")
    os.utime(stranger, (0, 0))  # nobody writes to it any more
    body = {"file": stranger.name, "source": "counter_branch", "business_date": str(house.day)}
    desk.ask("operator", "loadStranger", body=body)
    desk.ask("operator", "runNight")
    desk.ask("operator", "computeDay", body={"business_date": str(house.day)})
    desk.ask("operator", "listRuns")
    desk.ask("operator", "cancelRun", {"uid": queued["run"]})
    jobs.execute.func(run=queued["run"])
    desk.ask("operator", "repeatRun", {"uid": queued["run"]})
    newest = Load.objects.filter(state=Load.State.DONE, rows_loaded__gt=0).order_by("id").last()
    said, records = Labels("柜台客户", "Counter customers"), {"records": (1,), "records_of": "party"}
    effect = Effect("leave", said, 40, 100, 0.05, object="party", units={None: 40}, **records)
    for answer, state in (("discardLoad", "waiting"), ("acceptLoad", "waiting"), ("undoLoad", "done")):
        Load.objects.filter(pk=newest.pk).update(state=state, effects=effects.as_json([effect]))
        assert desk.ask("operator", "getLoad", {"uid": newest.uid})["effects"][0]["waits"]
        desk.ask("operator", answer, {"uid": newest.uid})


def of_jobs(desk):
    """What an operator sees of background work, and does about two events that a subscriber failed at."""
    failed = {"name": "record.updated", "subject": "nothing", "attempts": 10, "due_at": clock.now(), "dead": True}
    for position, error in ((10**9, "ValueError: a"), (10**9 + 1, "ValueError: b")):
        HeldEvent.objects.create(
            subscriber="work.following", position=position, subject_id=position, error=error, **failed
        )
    letters = [row for row in desk.ask("operator", "getJobs")["letters"] if row["reason"].startswith("ValueError: ")]
    one, other = ({key: row[key] for key in ("source", "key", "reason", "up_to")} for row in letters)
    desk.ask("operator", "retryLetters", body=one)
    desk.ask("operator", "passOverLetters", body={"letters": other, "because": "数据已更正"})
    since = clock.now().isoformat()
    event_delivery.number()  # whoever hears of events has a place in their order
    key = {"key": "work.following"}
    found = desk.ask("operator", "countReplay", key, {"at": since})
    again = {"since": since, "events": found["events"], "because": "重新同步"}
    desk.ask("operator", "replaySubscriber", key, body=again)


def of_users(desk, house):
    unit = desk.ask("operator", "getUserOptions")["units"][0]["code"]
    post = {"role": "account_manager", "unit": unit}
    made = desk.ask("operator", "addUser", body={"employee_no": "E08888", "name": "新人", **post})
    uid = {"uid": made["user"]["uid"]}
    desk.ask("operator", "getUser", uid)
    desk.ask("operator", "getUserRights", uid)
    desk.ask("operator", "getLeftBehind", uid)
    desk.ask("operator", "listUsers", query={"show": "attention", "q": "新"})
    desk.ask("operator", "changeUser", uid, body={"name": "新人二"})
    held = desk.ask("operator", "addPost", uid, body=post | {"role": "branch_head"})["posts"][0]
    ended = {"role": "branch_head", "unit": unit, "valid_from": held["valid_from"], "valid_to": held["valid_from"]}
    desk.ask("operator", "endPost", uid, body=ended)
    desk.ask("operator", "resetPassword", uid)
    desk.ask("operator", "importUsers", body={"file": "工号,姓名,角色,机构\n".encode()}, media="multipart/form-data")
    manager = User.objects.get(pk=house.users["account_manager"])
    _staff, current = organization.set_password(manager.employee_no)
    desk.again("account_manager", manager.pk)
    desk.ask("account_manager", "changePassword", body={"current": current, "new": "Kong-Shan-2026"})


@pytest.mark.parametrize("role", ROLES.values())
def test_no_request_gets_a_fault_or_an_answer_that_was_not_declared(schema, house, role):
    statuses, faults = Counter(), []
    for operation in operations(schema):
        session = signed_in(house.users[role])
        for status, fault in asked(operation, operation.as_strategy(), EXAMPLES, house, session):
            statuses[operation.definition.raw["operationId"], status] += 1
            faults += [f"{operation.label} {status}: {fault}"] if fault else []
    assert faults == []
    allowed = Counter({asked: n for asked, n in statuses.items() if asked[1] != 403})
    succeeded = sum(n for (_name, status), n in allowed.items() if status < 300)
    assert succeeded > allowed.total() / 4, "too few requests came past the checks of their input"


@pytest.mark.parametrize("role", ROLES.values())
def test_a_request_that_the_document_does_not_allow_is_refused_as_declared(schema, house, role):
    statuses, faults = Counter(), []
    for operation in operations(schema):
        if not (operation.body or operation.query or operation.path_parameters):
            continue
        session = signed_in(house.users[role])
        broken = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        for status, fault in asked(operation, broken, BROKEN, house, session):
            statuses[operation.definition.raw["operationId"], status] += 1
            faults += [f"{operation.label} {status}: {fault}"] if fault else []
    assert faults == []
    refused = sum(n for (_name, status), n in statuses.items() if 400 <= status < 500)
    assert refused > statuses.total() * 0.7, "too few of the broken requests were refused"


def asked(operation, strategy, examples, house, session):
    """Send made-up requests; return the status of each and what is wrong with its answer, if anything."""
    found = []
    cookies, headers = session

    @hypothesis_settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def send(data):
        case = data.draw(strategy)
        case = filled(case, house, data.draw) if examples == EXAMPLES else case
        response = case.call(cookies=cookies, headers=headers)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            found.append((response.status_code, "; ".join(f"{one.title} {one.message}" for one in group.exceptions)))
        else:
            found.append((response.status_code, ""))

    send()
    return found
