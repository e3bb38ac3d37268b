"""A page about records of any object: a pack brings one for products, with facts, related records and the journal."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.factories.packs import pack
from tests.factories.records import SYSTEM, build_firm
from zhike.platform.objects import api as objects
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.packs import api as packs

pytestmark = pytest.mark.django_db

NOTE = """kind: object
key: product_note
labels: {zh: 产品点评, en: Product note}
display: title
fields:
  - {key: title, type: text, required: true, labels: {zh: 标题, en: Title}}
  - {key: product, type: reference, target: product, required: true, labels: {zh: 产品, en: Product}}
  - {key: about, type: reference, target: product, labels: {zh: 对照产品, en: Compared with}}
"""
WIDER = """kind: extension
key: product_shown
of: product
labels: {zh: 产品页, en: Product page}
page: product_sheet
detail:
  sections:
    - {labels: {zh: 要素, en: Terms}, fields: [code, name, kind, risk_level, minimum, status]}
"""
SHEET = """kind: page
key: product_sheet
labels: {zh: 产品全景, en: Product sheet}
record: product
operation: product.read
header: who
columns:
  - [notes, journal]
  - [facts]
blocks:
  who: {use: record_identity, number: code, facts: [kind], figures: [{key: minimum}]}
  facts: {use: record_fields, without: [code]}
  notes: {use: related_records, object: product_note, through: product, columns: [title, about]}
  journal: {use: record_history}
"""
READER = """kind: role
key: note_reader
labels: {zh: 点评读者, en: Note reader}
home: manager
menu: [home]
grants:
  - {on: product, operations: [read]}
  - {on: product_note, operations: [read, create]}
  - {on: home, operations: [manager]}
"""
AUTHOR = READER.replace("note_reader", "note_author").replace("  - {on: product, operations: [read]}\n", "")


@pytest.fixture
def firm(tmp_path):
    made = build_firm()
    files = {"product_note": NOTE, "product_shown": WIDER, "product_sheet": SHEET, "reader": READER, "author": AUTHOR}
    assert packs.apply([Path("packs"), pack(tmp_path / "sheet", requires="[core, securities]", **files)]) is not None
    return made


@pytest.fixture
def product(firm):
    known = {"code": "F0001", "name": "示例稳健债券", "kind": "bond_fund", "risk_level": "R2", "minimum": "1000"}
    return objects.create("product", known, principal=SYSTEM)


def client_of(employee_no):
    client = Client()
    client.force_login(User.objects.get(employee_no=employee_no))
    return client


def page(client, record):
    return client.get(f"/api/v1/pages/product_sheet?record={record.uid}")


def test_its_blocks_show_the_record_what_points_at_it_and_its_journal(firm, product):
    other = objects.create("product", {"code": "F0002", "name": "示例成长混合", "risk_level": "R3"}, principal=SYSTEM)
    note = objects.create(
        "product_note",
        {"title": "回撤小于同类", "product": str(product.uid), "about": str(other.uid)},
        principal=SYSTEM,
    )
    objects.create("product_note", {"title": "另一只", "product": str(other.uid)}, principal=SYSTEM)
    organization.add_user(employee_no="E4001", name="顾言", role="note_reader", unit="HQ")

    answer = page(client_of("E4001"), product).json()
    blocks = answer["blocks"]

    assert (answer["title"], {key: block["state"] for key, block in blocks.items()}) == (
        "示例稳健债券",
        {"who": "ok", "notes": "ok", "journal": "ok", "facts": "ok"},
    )
    who = blocks["who"]["data"]
    assert (who["object"], who["number"], who["facts"][0]["value"]) == ("product", "F0001", "债券型")
    assert who["figures"][0]["value"] == "1000"
    facts = [fact["key"] for section in blocks["facts"]["data"]["sections"] for fact in section["fields"]]
    assert facts == ["name", "kind", "risk_level", "minimum", "status"]
    rows = blocks["notes"]["data"]["rows"]
    assert [(row["key"], row["cells"]) for row in rows] == [
        (str(note.uid), {"title": "回撤小于同类", "about": "示例成长混合"})
    ]
    assert rows[0]["path"] == f"/records/product/{other.uid}"
    assert blocks["notes"]["data"]["create"] == f"/records/product_note/new?product={product.uid}"
    journal = blocks["journal"]["data"]
    assert (journal["object"], [entry["operation"] for entry in journal["entries"]]) == ("product", ["create"])


def test_whoever_may_not_read_the_related_object_is_refused_that_block_only(firm, product):
    blocks = page(client_of("E1001"), product).json()["blocks"]

    assert blocks["notes"]["state"] == "refused"
    assert {key for key, block in blocks.items() if block["state"] == "refused"} == {"notes"}


def test_whoever_may_not_read_the_object_gets_no_page(firm, product):
    organization.add_user(employee_no="E4002", name="无权", role="note_author", unit="HQ")
    answer = page(client_of("E4002"), product)
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")


def test_its_object_shows_its_records_by_it(firm, product):
    assert client_of("E1001").get("/api/v1/meta/objects/product").json()["page"] == "product_sheet"
