"""The whole main job in a real browser: build an audience, reach it, do the work, let days pass, read the effect."""

from __future__ import annotations

import csv
import hashlib
from decimal import Decimal

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Live, sign_in
from zhike.server.embedded.postgres import EmbeddedPostgres

pytestmark = pytest.mark.e2e
DAYS = 20


def _choose(page: Page, test_id: str, text: str) -> None:
    page.get_by_test_id(test_id).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def _build_audience(page: Page, live: Live) -> int:
    page.goto(f"{live.address}/audiences/new")
    expect(page.get_by_test_id("condition-field").first.locator("input")).to_be_focused()
    page.keyboard.type("总资产")
    page.locator(".ant-select-item-option-active").filter(has_text="总资产").wait_for()
    page.keyboard.press("Enter")
    value = page.get_by_test_id("condition-value").locator("input")
    (value.first if value.count() else page.get_by_test_id("condition-value")).fill("0.1")
    page.keyboard.press("Tab")
    counter = page.get_by_test_id("audience-count")
    expect(counter).not_to_have_text("", timeout=15_000)
    page.wait_for_function("() => !document.querySelector('.stale, [aria-busy=true]')")
    page.get_by_test_id("audience-save").click()
    page.get_by_test_id("audience-name").fill("总资产千元以上")
    page.get_by_test_id("audience-save-confirm").click()
    page.get_by_test_id("use-in-campaign").wait_for()
    return int("".join(c for c in counter.inner_text() if c.isdigit()))


def _launch_campaign(page: Page) -> int:
    page.get_by_test_id("use-in-campaign").click()
    page.get_by_test_id("campaign-name").fill("账户服务体检")
    _choose(page, "campaign-template", "账户服务")
    page.get_by_test_id("campaign-script").fill("您好，邀请您做一次账户服务体检。")
    page.get_by_test_id("goal-example").first.click()
    page.get_by_test_id("campaign-days").fill(str(DAYS))
    page.get_by_test_id("campaign-save").click()
    page.get_by_test_id("estimate").click()
    page.get_by_test_id("estimate-count").wait_for()
    page.get_by_test_id("confirm").click()
    chosen = int("".join(c for c in page.get_by_test_id("confirm-count").inner_text() if c.isdigit()))
    page.get_by_test_id("confirm-ok").click()
    page.get_by_test_id("launch").click()
    said = page.get_by_test_id("launching").locator("p")
    said.first.wait_for()
    assert sum(int("".join(c for c in text if c.isdigit())) for text in said.all_inner_texts()[:2]) == chosen
    page.get_by_test_id("launch-confirm").click()
    page.get_by_test_id("pause").wait_for()
    _look_at_stopping(page)
    _look_at_a_fault(page)
    return chosen


def _look_at_stopping(page: Page) -> None:
    """Whoever is asked whether a campaign is to be stopped reads what that would stop; here it goes on."""
    page.get_by_test_id("stop").click()
    page.get_by_test_id("stopping").locator("p").nth(1).wait_for()
    page.keyboard.press("Escape")
    page.get_by_test_id("stopping").wait_for(state="detached")


def _look_at_a_fault(page: Page) -> None:
    """What a dialog cannot draw is said, and the page is there again when it is loaded anew."""
    address = f"**/api/v1/campaigns/{page.url.rstrip('/').rsplit('/', 1)[-1]}"

    def without_work(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "work": None})

    page.route(address, without_work)
    page.get_by_test_id("stop").click()
    page.get_by_text("这个页面出错了").wait_for()
    page.unroute(address)
    page.get_by_role("button", name="重新载入").click()
    page.get_by_test_id("stop").wait_for()


def _number(page: Page, test_id: str) -> int:
    text = page.get_by_test_id(test_id).inner_text()
    digits = next(part for part in text.replace(",", "").split() if part.isdigit())
    return int(digits)


def test_the_main_job(live: Live, page: Page, browser) -> None:
    sign_in(page, live, "运营")
    counted = _build_audience(page, live)
    chosen = _launch_campaign(page)
    assert counted == chosen
    campaign = page.url.rstrip("/").rsplit("/", 1)[-1]
    effect = f"{live.address}/campaigns/{campaign}/effect"

    page.goto(effect)
    for _attempt in range(120):
        page.reload()
        page.get_by_test_id("effect-waiting").wait_for()
        if _number(page, "effect-waiting") == 0:
            break
    numbers = {
        key: _number(page, f"effect-{key}")
        for key in ("chosen", "control", "refused", "sent", "waiting", "failed", "unknown")
    }
    assert numbers["chosen"] == chosen
    assert numbers["chosen"] == sum(n for key, n in numbers.items() if key != "chosen")
    assert numbers["sent"] > 0 and numbers["refused"] > 0
    mails = live.mails()
    decisions = [line for mail in mails for line in mail.splitlines() if line.startswith("X-Zhike-Decision")]
    assert len(decisions) == len(set(decisions)) == numbers["sent"]

    desk = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    manager = desk.new_page()
    sign_in(manager, live, "客户经理")
    manager.get_by_test_id("menu-work").click()
    manager.get_by_test_id("work-row").first.click()
    expect(manager.get_by_test_id("work-script")).to_contain_text("账户服务体检")
    manager.get_by_test_id("result-interested").click()
    manager.get_by_test_id("work-note").fill("客户愿意本周来网点")
    with manager.expect_response(lambda answer: answer.url.endswith("/complete")) as done:
        manager.get_by_test_id("work-complete").click()
    assert done.value.ok
    desk.close()

    assert live.zhike("sample", "advance", "--days", str(DAYS))["days"] == DAYS
    page.goto(effect)
    expect(page.get_by_test_id("effect-work-done")).to_contain_text("1", timeout=15_000)
    page.get_by_test_id("effect-work-done").click()
    expect(page.get_by_test_id("member-row")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("effect-outdated").or_(page.get_by_test_id("effect-computing"))).to_have_count(
        0, timeout=60_000
    )
    shown = page.evaluate("async (uid) => (await fetch(`/api/v1/campaigns/${uid}/effect`)).json()", campaign)
    assert shown["current"]
    _compare_with_sql_by_hand(live, campaign, shown)


def _compare_with_sql_by_hand(live: Live, campaign: str, shown: dict) -> None:
    """The figures are those of SQL over the files the sample broker exported, to the last shown digit."""
    inflow = _net_inflow_by_person(live, campaign)
    groups = {grp: [value for group, value in inflow.values() if group == grp] for grp in ("treated", "control")}
    measures = {measure["key"]: measure for measure in shown["measures"]}
    assert shown["observed_days"] == DAYS - 1
    inflow = measures["net_inflow"]
    assert (inflow["low"], inflow["significant"]) == (None, False), "amounts are compared on the end day only"
    means = [sum(groups[grp]) / len(groups[grp]) for grp in ("treated", "control")]
    assert [float(inflow[grp]) for grp in ("treated", "control")] == pytest.approx(means, abs=2e-4)
    _same_share(measures["conversion"], {grp: [value >= 10_000 for value in values] for grp, values in groups.items()})


def _same_share(measure: dict, groups: dict[str, list[bool]]) -> None:
    """Agresti and Caffo by hand: one success and one failure more in each group; 3.50 errors before the end day."""
    met, people = ({grp: count(groups[grp]) for grp in groups} for count in (sum, len))
    assert (measure["n_treated"], measure["n_control"]) == (people["treated"], people["control"])
    assert (measure["some_treated"], measure["some_control"]) == (met["treated"], met["control"])
    rates = [100 * met[grp] / people[grp] for grp in ("treated", "control")]
    assert [float(measure[grp]) for grp in ("treated", "control")] == pytest.approx(rates, abs=2e-4)
    if min(sum(met.values()), sum(people.values()) - sum(met.values())) * min(people.values()) < 5 * sum(
        people.values()
    ):
        assert (measure["state"], measure["difference"], measure["low"]) == ("few", None, None)
        return
    a, b = ((met[grp] + 1) / (people[grp] + 2) for grp in ("treated", "control"))
    error = (a * (1 - a) / (people["treated"] + 2) + b * (1 - b) / (people["control"] + 2)) ** 0.5
    wanted = [rates[0] - rates[1], 100 * (a - b - 3.5 * error), 100 * (a - b + 3.5 * error)]
    assert [float(measure[key]) for key in ("difference", "low", "high")] == pytest.approx(wanted, abs=2e-4)


def _net_inflow_by_person(live: Live, campaign: str) -> dict[int, tuple[str, float]]:
    """Group and net inflow of every member: flows of their accounts after the day of reach, from the CSV files."""
    with psycopg.connect(EmbeddedPostgres(live.home).url) as database:
        columns = dict(
            database.execute(
                "select f.key, f.column from objects_physicalfield f join objects_physicalobject o on o.id = f.object_id"
                " where o.key = 'financial_account'"
            ).fetchall()
        )
        table = database.execute(
            "select \"table\" from objects_physicalobject where key = 'financial_account'"
        ).fetchone()[0]
        people = database.execute(
            f'select m.party_id, m."group", a."{columns["account_id"]}" from campaigns_member m'
            f' join campaigns_campaign c on c.id = m.campaign_id left join "{table}" a on a."{columns["party"]}" = m.party_id'
            " and a.deleted_at is null where c.uid = %s",
            [campaign],
        ).fetchall()
        reach = database.execute("select reach_date from campaigns_campaign where uid = %s", [campaign]).fetchone()[0]
    for party, group, _account in people:  # one in ten by hash, the same for everybody who computes it
        drawn = int(hashlib.md5(f"{campaign}:{party}".encode()).hexdigest()[:8], 16) % 10_000
        assert group == ("control" if drawn < 1_000 else "treated")
    flows: dict[int, Decimal] = {}
    for path in (live.home / "sample").glob("counter_cash_flow_????????.csv"):
        for row in csv.DictReader(path.open(encoding="gbk")):
            if row["业务日期"] > f"{reach:%Y%m%d}":
                signed = Decimal(row["发生金额人民币"]) * (1 if row["资金方向"] == "转入" else -1)
                account = int(row["资金账户编号"])
                flows[account] = flows.get(account, Decimal(0)) + signed
    found: dict[int, tuple[str, float]] = {}
    for party, group, account in people:
        found[party] = (group, found.get(party, ("", 0.0))[1] + float(flows.get(account, 0)))
    return found
