"""Every page for every role, on a desk and on a phone, without a serious or critical finding of axe-core."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e
AXE = Path("web/node_modules/axe-core/axe.min.js")
SIZES = ((1440, 900), (390, 844))
ROLES = ("运营", "客户经理", "营业部负责人", "合规管理")
#: The list that a select of the component library keeps for readers of its own, drawn nowhere.
_NOT_OURS = ".ant-select-dropdown [role=presentation]"
_RUN = """async (exclude) => (await axe.run({exclude: [[exclude]]}, {resultTypes: ['violations']})).violations
  .filter(({impact}) => ['serious', 'critical'].includes(impact))
  .flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.html.slice(0, 120)}`))"""
_GET = "async (path) => (await fetch('/api/v1' + path)).json()"
_POST = """async ([path, body]) => (await fetch('/api/v1' + path, {method: 'POST', body: JSON.stringify(body), headers:
  {'Content-Type': 'application/json', 'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1]}})).json()"""
_LISTED = ("audiences", "campaigns", "loads")


def _findings(page: Page) -> list[str]:
    page.wait_for_load_state("load")
    page.locator("main, .sign-in").first.wait_for()
    page.wait_for_function("() => !document.querySelector('[aria-busy=true], .ant-spin-spinning')")
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(_RUN, _NOT_OURS)
    return found


def _pages(page: Page) -> list[str]:
    """What the menu of a role leads to, and from each list the page of one of its rows, its form and a new one."""
    me = page.evaluate(_GET, "/me")
    paths = ["/", *(item["path"] for item in me["menu"])]
    for path in list(paths):
        name = path.strip("/").split("?")[0]
        if name in _LISTED:
            rows = page.evaluate(_GET, f"/{name}")["items"]
            paths += [f"/{name}/{row['uid']}" for row in rows[:1]]
            paths += [] if name == "loads" else [f"/{name}/new"]
            paths += [
                f"/campaigns/{row['uid']}/{part}"
                for row in rows[:1]
                for part in ("edit", "effect")
                if name == "campaigns"
            ]
        elif name.startswith("records/"):
            key = name.split("/")[1]
            rows = page.evaluate(_POST, [f"/objects/{key}/query", {"limit": 1}]).get("rows", [])
            paths += [f"/{name}/{row['uid']}{part}" for row in rows for part in ("", "/edit")]
            paths.append(f"/{name}/new")
    return list(dict.fromkeys(paths))


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_without_serious_findings(live: Live, page: Page, role: str) -> None:
    sign_in(page, live, role, menu="menu-home" if role != "合规管理" else "menu-work")
    wrong: dict[str, list[str]] = {}
    paths = _pages(page)
    assert len(paths) > 3
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for path in paths:
            page.goto(live.address + path)
            found = _findings(page)
            if found:
                wrong[f"{width} {path}"] = found
    assert wrong == {}


#: What opens over a page, by role: where it stands and what is clicked for it, one after the other.
LAYERS = {
    "运营": [
        ("/", ["global-search"]),
        ("/", ["user-menu"]),
        ("/audiences/", ["explain-open"]),
        ("/audiences/", ["audience-save"]),
        ("/records/party", ["columns"]),
        ("/records/party", ["group-by"]),
        ("/records/party", ["add-condition"]),
        ("/loads", ["upload"]),
        ("/users", ["user-add"]),
        ("/users", ["users-import"]),
    ],
    "客户经理": [
        ("/work", ["work-row"]),
        ("/work", ["work-new"]),
    ],
}


@pytest.mark.parametrize("role", LAYERS)
def test_what_opens_over_a_page_is_without_serious_findings(live: Live, page: Page, role: str) -> None:
    sign_in(page, live, role)
    condition = {"op": ">", "left": {"field": "total_asset"}, "right": {"value": 1000}}
    if role == "运营":
        page.evaluate(_POST, ["/audiences", {"name": "有资产", "description": "", "condition": condition}])
    else:
        page.evaluate(_POST, ["/work", {"kind": "task", "subject": "回访"}])
    wrong: dict[str, list[str]] = {}
    for path, clicked in LAYERS[role]:
        if path.endswith("/") and path != "/":
            path += page.evaluate(_GET, path.rstrip("/"))["items"][0]["uid"]
        page.goto(live.address + path)
        for name in clicked:
            page.get_by_test_id(name).first.click()
        page.locator("[role=dialog], [role=menu], [role=listbox], .ant-popover").first.wait_for()
        found = _findings(page)
        if found:
            wrong[f"{path} {clicked}"] = found
    assert wrong == {}


@pytest.mark.parametrize("size", SIZES)
def test_the_entrance_is_without_serious_findings(live: Live, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(live.address)
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_role("alert").first.wait_for()
    assert _findings(page) == []


def test_the_search_for_findings_finds_them(live: Live, page: Page) -> None:
    page.goto(live.address)
    page.get_by_test_id("sign-in-submit").wait_for()
    page.evaluate("() => { document.querySelector('main').innerHTML += '<input><p style=\"color: #ccc\">text</p>' }")
    assert {line.split(":")[0] for line in _findings(page)} == {"label", "color-contrast"}
