"""A page says to each block what that block reads, of fields that exist; everything else is a finding at its place."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from zhike.kernel import definition_changes, definitions, providers
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_checks import parsed
from zhike.platform.packs import api as packs
from zhike.platform.permissions.logic.resources import in_menus
from zhike.platform.permissions.types import Role
from zhike.server import routes
from zhike.server.kinds import check_page

pytestmark = pytest.mark.django_db
PAGES = Path("packs/securities/pages")


def body(name):
    """A shipped page as it is written."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load((PAGES / f"{name}.yaml").read_text(encoding="utf-8"))


def findings(found):
    """Return (code, place) of what is wrong with a page."""
    kind = definitions.kind_named("page")
    page, faults = parsed(found, kind)
    faults += list(check_page(page, definitions.snapshot())) if page else []
    return [(fault.code, untagged(fault.where)) for fault in faults]


def untagged(place):
    """A place without the block that the model names between the settings' key and what is in them."""
    return place[:2] + place[3:] if place[0] == "blocks" and len(place) > 2 and place[2] in providers.blocks else place


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.yaml")))
def test_the_shipped_pages_say_nothing_that_nobody_reads(name):
    assert findings(body(name)) == []


def changed(name, place, value):
    """A shipped page with another value at a place; without the key where the value is None."""
    found = copy.deepcopy(body(name))
    inner = found
    for step in place[:-1]:
        inner = inner[step]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return found


HELD = ("blocks", "party_holdings")
FIGURE = ("blocks", "party_identity", "figures", 0)


@pytest.mark.parametrize(
    ("name", "place", "value", "code", "where"),
    [
        ("customer", ("blocks", "party_identity", "fact"), ["sex"], "definition.unknown_key", None),
        ("customer", ("blocks", "party_facts", "columns"), ["sex"], "definition.unknown_key", None),
        ("customer", ("blocks", "party_identity", "facts", 0), "sexx", "page.unknown_field", None),
        ("customer", (*FIGURE, "key"), "total_assets", "page.unknown_field", None),
        ("customer", (*FIGURE, "compare", 1, "with"), "asset_change", "page.unknown_field", None),
        ("customer", ("blocks", "party_identity", "consents", "fax"), "consent_fax", "page.unknown_field", None),
        ("customer", ("blocks", "party_accounts", "through"), "partyy", "page.unknown_field", None),
        ("customer", ("blocks", "party_accounts", "columns", 0), "acount", "page.unknown_field", None),
        ("customer", ("blocks", "party_accounts", "fields", 0), "kinds", "page.unknown_field", None),
        ("customer", ("blocks", "party_accounts", "owner"), "account_no", "page.other_target", None),
        ("customer", ("blocks", "party_accounts", "dataset"), "core.app_event", "facts.no_accounts", None),
        ("customer", ("blocks", "party_accounts", "figures", 0, "key"), "curency", "facts.unknown_column", None),
        ("customer", (*HELD, "dataset"), "core.counter_holdin", "dataset.unknown", None),
        ("customer", (*HELD, "dataset"), "core.counter_account", "facts.no_subject", None),
        ("customer", (*HELD, "beside", 0, "dataset"), "core.counter_account_role", "facts.no_master", None),
        ("customer", (*HELD, "beside", 0, "of"), "instrumen", "facts.unknown_column", None),
        (
            "customer",
            (*HELD, "beside", 0, "columns"),
            {"price": "last_price"},
            "facts.doubled_column",
            (*HELD, "beside", 0, "columns", "price"),
        ),
        (
            "customer",
            (*HELD, "beside", 0),
            {"dataset": "core.counter_customer", "of": "instrument", "columns": {"paper": "certificate_number"}},
            "facts.unknown_column",
            (*HELD, "beside", 0, "columns", "paper"),
        ),
        ("customer", (*HELD, "columns", 1, "key"), "instrumen", "facts.unknown_column", None),
        ("customer", (*HELD, "columns", 1, "key"), "price", "facts.doubled_column", (*HELD, "columns", 10, "key")),
        ("customer", (*HELD, "columns", 0, "value"), "name + 1", "expression.invalid", None),
        ("customer", (*HELD, "columns", 1, "total"), True, "expression.type", None),
        ("customer", (*HELD, "columns", 7, "of"), "value", "facts.unknown_column", None),
        ("customer", (*HELD, "columns", 5, "labels"), None, "facts.nameless_column", None),
        ("customer", (*HELD, "order"), "share", "facts.unknown_column", None),
        ("customer", (*HELD, "where"), "quantity + 1", "expression.type", None),
        (
            "customer",
            ("blocks", "party_kinds", "columns", 1, "total"),
            None,
            "definition.malformed",
            ("blocks", "party_kinds", "rest"),
        ),
        (
            "customer",
            ("blocks", "party_kinds", "columns", 5, "total"),
            None,
            "facts.no_total",
            ("blocks", "party_kinds", "columns", 5),
        ),
        ("customer", ("blocks", "party_kinds", "group"), "kind", "facts.unknown_column", None),
        ("customer", ("blocks", "party_facts", "use"), "record_facts", "definition.unknown_value", None),
        ("customer", ("columns", 0, 0), "asset_over_time", "page.unknown_block", None),
        ("customer", ("record",), None, "page.no_record", ("blocks", "party_identity")),
        ("customer", ("record",), "product", "page.other_object", None),
        ("customer", ("record",), "product", "page.other_record", ("blocks", "assets_over_time")),
        ("customer", ("record",), "product", "page.other_target", ("blocks", "party_accounts", "through")),
        ("customer", ("blocks", "party_accounts", "through"), "account", "page.other_target", None),
        ("home_manager", ("columns", 0, 0), "party_tags", "page.no_record", None),
        ("home_manager", ("blocks", "movers", "refinement"), "my", "page.unknown_refinement", None),
        ("home_manager", ("blocks", "movers", "by"), "asset_change", "page.unknown_field", None),
        ("home_manager", ("blocks", "book_figures", "count", "group_by"), "tier", "page.unknown_field", None),
        ("home_branch_head", ("blocks", "per_manager", "columns", 0, "key"), "assets", "page.unknown_field", None),
        ("home_branch_head", ("blocks", "per_manager"), None, "page.unset_block", ("columns", 0, 1)),
        ("home_operator", ("blocks", "last_load", "empty", "titel"), {}, "definition.unknown_key", None),
        (
            "home_operator",
            ("blocks", "last_load", "empty", "actions", 0, "operation"),
            "load.creat",
            "role.unknown_operation",
            None,
        ),
        ("home_operator", ("blocks", "extra"), {"use": "due_work"}, "page.unplaced_block", None),
    ],
)
def test_a_slip_in_what_a_page_says_to_a_block_is_found_at_its_place(name, place, value, code, where):
    assert (code, where or place) in findings(changed(name, place, value))


def test_the_menu_has_the_parts_that_roles_may_name(db):
    packs.apply([Path("packs")])
    role = definitions.all_of(Role)["operator"].model_dump(mode="json", by_alias=True, exclude_unset=True)
    definition_changes.change([Edit.of(role | {"menu": [*in_menus()]})], reason="test")
    assert {entry["key"]: entry["path"] for entry in routes._menu(("operator",))} == {
        "home": "/",
        "work": "/work",
        "audience": "/audiences",
        "campaign": "/campaigns",
        "load": "/loads",
        "night": "/night",
        "user": "/users",
        "job": "/jobs",
    }


def test_a_comparison_names_both_of_its_parts():
    half = changed("customer", (*FIGURE, "compare", 1, "with"), None)
    assert [code for code, _where in findings(half)] == ["definition.malformed"]


def test_every_block_tells_by_its_model_what_may_be_said_to_it():
    model = definitions.kind_named("page").model
    described = model.model_json_schema()["$defs"]
    assert {f"{key}_block" for key in providers.blocks} <= described.keys()
    assert all(described[f"{key}_block"]["additionalProperties"] is False for key in providers.blocks)
