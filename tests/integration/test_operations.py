"""What failed is shown with its reason and set right: tried again, passed over, told again; only by whom it is granted to, in the journal."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest

from tests.factories.records import signed_in
from zhike.engagement.channels.models import ChannelAway, Delivery
from zhike.kernel import clock, event_delivery, events, jobs, timers
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.events import Subscriber
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Event, HeldEvent, Run, Subscription, TimerRow
from zhike.kernel.workers import Presence
from zhike.platform.audit.models import Entry
from zhike.platform.organization.models import User

pytestmark = pytest.mark.django_db
API = "/api/v1/jobs"
TEN = event_delivery.TRIES


@pytest.fixture
def clients():
    return signed_in({"E1001": "account_manager", "E2001": "branch_head", "E3001": "operator"})


@pytest.fixture
def operator(clients):
    return clients["operator"]


class Ear:
    """A subscriber that fails at some records."""

    def __init__(self):
        self.heard, self.failing = defaultdict(list), set()
        events.subscribe(Subscriber("ear", Labels("耳朵", "Ear"), ("thing.moved",), self.hear))

    def hear(self, event):
        if event.subject_id in self.failing:
            raise ValueError("金额 12，500.00 不是数")
        self.heard[event.subject_id].append(event.position)


@pytest.fixture
def ear(monkeypatch):
    monkeypatch.setattr(events, "_subscribers", {})
    for model in (HeldEvent, Subscription, Event):
        model.objects.all().delete()
    found = Ear()
    event_delivery.deliver()
    return found


def happen(*records):
    for record in records:
        events.publish("thing.moved", "thing", record)
    event_delivery.deliver_all()
    return list(Event.objects.order_by("position").values_list("position", flat=True))[-len(records) :]


def try_all():
    now = clock.now()
    for number in range(TEN):
        with clock.travel(now + number * event_delivery.LONGEST_RETRY):
            event_delivery.deliver_all()


def post(client, path, body):
    return client.post(f"{API}/{path}", body, content_type="application/json")


def shown(client):
    return [row for row in client.get(API).json()["letters"] if row["reason"]]


def chosen(row):
    return {key: row[key] for key in ("source", "key", "reason", "up_to")}


def journal(operation):
    rows = Entry.objects.filter(subject="job", operation=operation)
    return [(row.actor, row.reason, row.changes) for row in rows.order_by("pk")]


def test_a_poisoned_record_is_shown_with_its_reason_and_passed_over_and_the_rest_goes_on(ear, operator):
    ear.failing = {1}
    poisoned, other, behind = happen(1, 2, 1)
    [row] = shown(operator)
    assert (row["dead"], row["count"], row["attempts"]) == (0, 1, 1)
    try_all()

    answer = operator.get(API).json()
    [row] = [row for row in answer["letters"] if row["reason"]]
    assert row["labels"] == {"zh": "耳朵", "en": "Ear"}
    assert (row["reason"], row["count"], row["dead"], row["attempts"]) == (
        "ValueError: 金额 12，500.00 不是数",
        1,
        1,
        TEN,
    )
    assert (row["up_to"], row["example"], row["next_at"]) == (poisoned, "thing.moved · thing 1", None)
    [subscriber] = answer["subscribers"]
    assert (subscriber["lag"], subscriber["held"], subscriber["dead"]) == (0, 1, 1)
    assert ear.heard == {2: [other]}

    body = {"letters": chosen(row), "because": "供应商已更正"}
    assert post(operator, "letters/pass-over", body).json() == {"count": 1}
    ear.failing = set()
    event_delivery.deliver_all()
    assert ear.heard == {2: [other], 1: [behind]}
    assert operator.get(API).json()["letters"] == []
    facts = {"source": "event", "key": "ear", "error": row["reason"], "count": 1}
    assert journal("pass_over") == [("user:E3001", "供应商已更正", facts)]
    again = post(operator, "letters/pass-over", body)
    assert (again.status_code, again.json()["code"]) == (409, "job.nothing_chosen")


def test_once_the_handler_is_mended_trying_again_delivers(ear, operator):
    ear.failing = {1, 3}
    first, _other, third, behind = happen(1, 2, 3, 1)
    try_all()
    [row] = shown(operator)
    assert (row["count"], row["dead"], row["up_to"]) == (2, 2, third)

    ear.failing = set()
    assert post(operator, "letters/retry", chosen(row)).json() == {"count": 2}
    event_delivery.deliver_all()
    assert (ear.heard[1], ear.heard[3]) == ([first, behind], [third])
    assert [reason for _actor, reason, _facts in journal("retry")] == [""]


def test_what_came_after_the_operator_looked_is_not_given_up(ear, operator):
    ear.failing = {1, 2}
    happen(1)
    [row] = shown(operator)
    [later] = happen(2)
    post(operator, "letters/pass-over", {"letters": chosen(row), "because": "供应商已更正"})
    assert [held.position for held in HeldEvent.objects.all()] == [later]


def test_a_subscriber_is_told_again_of_what_happened_since_an_instant(ear, operator):
    start = clock.now()
    with clock.travel(start - timedelta(hours=2)):
        happen(1)
    with clock.travel(start - timedelta(hours=1)):
        second, third = happen(2, 3)
    since = (start - timedelta(minutes=90)).isoformat()
    assert operator.get(f"{API}/subscribers/ear/since", {"at": since}).json() == {"events": 2, "most": 100_000}

    body = {"since": since, "events": 3, "because": "规则改正后重算"}
    other = post(operator, "subscribers/ear/replay", body)
    assert (other.status_code, other.json()["code"], ear.heard[2]) == (409, "job.other_count", [second])
    assert post(operator, "subscribers/ear/replay", {**body, "events": 2}).status_code == 200
    event_delivery.deliver_all()
    assert (len(ear.heard[1]), ear.heard[2], ear.heard[3]) == (1, [second] * 2, [third] * 2)
    assert journal("replay")[0][1:] == (
        "规则改正后重算",
        {"subscriber": "ear", "since": since.replace("T", " "), "events": 2},
    )
    assert operator.get(f"{API}/subscribers/nobody/since", {"at": since}).status_code == 404


def test_more_than_anybody_can_oversee_is_not_told_again(ear, operator, monkeypatch):
    monkeypatch.setattr("zhike.platform.operations.api.MOST_AGAIN", 1)
    happen(1, 2)
    body = {"since": (clock.now() - timedelta(hours=1)).isoformat(), "events": 2, "because": "规则改正后重算"}
    assert post(operator, "subscribers/ear/replay", body).json()["code"] == "job.too_many_again"
    assert (len(ear.heard[1]), journal("replay")) == (1, [])


def test_a_dead_timer_is_shown_tried_again_and_passed_over(operator, monkeypatch):
    monkeypatch.setattr(timers, "_handlers", {"tea": lambda _timer: 1 / 0})
    for key in ("one", "two"):
        timers.set_timer("tea", key, clock.now())
    for hour in range(1, 30):
        with clock.travel(clock.now() + timedelta(hours=hour)):
            timers.sweep()
    [row] = shown(operator)
    assert (row["source"], row["key"], row["count"], row["dead"]) == ("timer", "tea", 2, 2)
    done = []
    monkeypatch.setattr(timers, "_handlers", {"tea": lambda timer: done.append(timer.key)})
    TimerRow.objects.filter(key="two").update(error="other")
    assert post(operator, "letters/retry", chosen(row)).json() == {"count": 1}
    timers.sweep()
    assert done == ["one"]
    [row] = shown(operator)
    assert post(operator, "letters/pass-over", {"letters": chosen(row), "because": "不再需要"}).json() == {"count": 1}
    assert not TimerRow.objects.exists()


def test_others_see_nothing_and_change_nothing(ear, clients):
    ear.failing = {1}
    happen(1)
    [row] = shown(clients["operator"])
    since = clock.now().isoformat()
    acts = {
        "letters/retry": chosen(row),
        "letters/pass-over": {"letters": chosen(row), "because": "供应商已更正"},
        "subscribers/ear/replay": {"since": since, "events": 0, "because": "供应商已更正"},
    }
    before = list(HeldEvent.objects.values())
    for role in ("account_manager", "branch_head"):
        answers = [post(clients[role], path, body) for path, body in acts.items()]
        answers += [clients[role].get(API), clients[role].get(f"{API}/subscribers/ear/since", {"at": since})]
        assert {answer.status_code for answer in answers} == {403}
    assert (list(HeldEvent.objects.values()), Entry.objects.filter(subject="job").exists()) == (before, False)


def test_without_a_reason_nothing_is_passed_over(ear, operator):
    ear.failing = {1}
    happen(1)
    [row] = shown(operator)
    assert post(operator, "letters/pass-over", {"letters": chosen(row), "because": "  "}).status_code == 422
    assert HeldEvent.objects.count() == 1


def message(state="waiting", minutes=0, **fields):
    at = clock.now() - timedelta(minutes=minutes)
    number = Delivery.objects.count() + 1
    said = {"decision_id": number, "party_id": number, "origin_kind": "campaign", "origin_uid": uuid7()}
    said |= {"channel": "email", "template": "x", "not_before": at, "created_at": at}
    return Delivery.objects.create(uid=uuid7(), state=state, **said, **fields)


def test_messages_wait_for_a_server_that_is_away_and_are_not_failed(operator, settings):
    settings.SMTP = {**settings.SMTP, "patience_hours": 24}
    now = clock.now()
    with clock.travel(now):
        oldest = message(minutes=60)
        message(minutes=5)
        message(minutes=5, held=True)
        message("sent")
        row = {"since": now - timedelta(minutes=50), "retry_at": now + timedelta(minutes=3), "attempts": 9}
        ChannelAway.objects.create(channel="email", error="连接被拒绝", error_en="refused", **row)
        events.publish("delivery.failed", "delivery", 1)
        answer = operator.get(API).json()

    [mail] = answer["channels"]
    assert (mail["waiting"], mail["sent"], mail["failed"], mail["tried"]) == (2, 0, 1, 9)
    assert mail["error"] == {"zh": "连接被拒绝", "en": "refused"}
    expires = oldest.not_before + timedelta(hours=24)
    assert clock.datetime.fromisoformat(mail["expires_at"]) == expires
    [sending] = [row for row in answer["queues"] if row["key"] == "dispatch"]
    assert (sending["queue"], sending["waiting"], sending["failed"], sending["catch_up"]) == ("send", 2, 1, None)


def test_queues_say_what_waits_and_how_long_it_takes(operator, monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {"tea": (lambda _handle: {}, "load")})
    now = clock.now()
    with clock.travel(now - timedelta(minutes=10)):
        for _number in range(4):
            jobs.submit("tea", "茶")
        runs = list(Run.objects.filter(kind="tea").order_by("pk"))
        for run in runs[:2]:
            jobs.execute(run=str(run.uid))
    Run.objects.filter(pk=runs[2].pk).update(state="failed", finished_at=now - timedelta(hours=2))
    with clock.travel(now):
        [line] = [row for row in operator.get(API).json()["queues"] if row["key"] == "load"]
    assert (line["waiting"], line["running"], line["done"], line["failed"], line["catch_up"]) == (1, 0, 2, 0, None)


def test_workers_show_their_age_and_pumps_rest_only_in_those_that_live(operator):
    now = clock.now()
    with clock.travel(now - timedelta(minutes=5)):
        Presence(("load",), name="old:1").beat({"timers": now + timedelta(hours=1)})
    with clock.travel(now):
        Presence(("interactive",), name="new:2").beat({"events": now + timedelta(seconds=40)})
        answer = operator.get(API).json()
    assert [(row["name"], row["silent"]) for row in answer["workers"]] == [("old:1", True), ("new:2", False)]
    rests = {row["key"] for row in answer["queues"] if row["rests_until"]}
    assert rests == {"events"}


def test_a_run_that_failed_is_run_again_and_no_other(clients, monkeypatch):
    answers = iter([RuntimeError("磁盘已满"), {"cups": 1}])

    def make(_handle):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setitem(jobs._handlers, "tea", (make, "interactive"))
    uid = jobs.submit("tea", "茶", {"cups": 1})
    with pytest.raises(RuntimeError):
        jobs.execute(run=str(uid))
    path = f"/api/v1/runs/{uid}/repeat"
    assert clients["branch_head"].post(path).status_code == 403
    shown_run = next(run for run in clients["operator"].get("/api/v1/runs").json()["items"] if run["uid"] == str(uid))
    assert (shown_run["repeatable"], shown_run["error"]["message"]) == (True, "RuntimeError: 磁盘已满")

    answer = clients["operator"].post(path)
    again = Run.objects.get(uid=answer.json()["run"])
    assert (answer.status_code, again.kind, again.params, again.state) == (202, "tea", {"cups": 1}, "waiting")
    jobs.execute(run=str(again.uid))
    assert Entry.objects.filter(subject="run", operation="repeat", subject_id=Run.objects.get(uid=uid).pk).count() == 1
    done = clients["operator"].post(f"/api/v1/runs/{again.uid}/repeat")
    assert (done.status_code, done.json()["code"]) == (409, "run.not_repeatable")


def read(client, uid):
    """A run as somebody reads it."""
    return next(run for run in client.get("/api/v1/runs").json()["items"] if run["uid"] == str(uid))


def test_what_a_run_says_of_itself_is_read_in_both_languages(clients, monkeypatch):
    def make(handle):
        handle.progress(Labels("烧水", "Boiling water"), 1, 2)
        raise NotFound(kind="cup", id="1")

    monkeypatch.setitem(jobs._handlers, "tea", (make, "interactive"))
    uid = jobs.submit("tea", Labels("沏茶", "Making tea"))
    jobs.execute(run=str(uid))

    shown_run = read(clients["operator"], uid)
    assert shown_run["title"] == {"zh": "沏茶", "en": "Making tea"}
    assert shown_run["progress"] == {"done": 1, "total": 2, "step": {"zh": "烧水", "en": "Boiling water"}}
    assert shown_run["error"]["message"] == "“1”不存在，或您无权查看"
    assert shown_run["error"]["message_en"] == "There is no '1', or you may not see it"

    again = clients["operator"].post(f"/api/v1/runs/{uid}/repeat").json()["run"]
    assert read(clients["operator"], again)["title"] == {"zh": "沏茶", "en": "Making tea"}
    for language, said in (("zh", "“沏茶”不能再运行"), ("en", "'Making tea' cannot be run again")):
        User.objects.filter(employee_no="E3001").update(language=language)
        refused = clients["operator"].post(f"/api/v1/runs/{again}/repeat", HTTP_ACCEPT_LANGUAGE=language)
        assert (refused.status_code, refused.json()["message"].startswith(said)) == (409, True)


def test_the_name_of_a_file_and_what_older_runs_say_read_the_same_in_both_languages(operator, monkeypatch):
    monkeypatch.setitem(jobs._handlers, "tea", (lambda handle: handle.progress("茶.csv"), "interactive"))
    run = jobs.run_now("tea", "沏茶")
    Run.objects.filter(pk=run.pk).update(title_en="", step_en="")

    shown_run = read(operator, run.uid)
    assert (shown_run["title"], shown_run["progress"]["step"]) == (
        {"zh": "沏茶", "en": "沏茶"},
        {"zh": "茶.csv", "en": "茶.csv"},
    )
