"""A field of every type comes by a file: source column, master, field, list, export; and again, which changes nothing."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.factories.records import SYSTEM, build_firm
from tests.integration.test_field_types import _MORE
from zhike.insight.identity.logic import feeding
from zhike.insight.identity.types import Master
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import received
from zhike.kernel import definitions
from zhike.platform.exchange import exports
from zhike.platform.fields import api as fields
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.packs import api as packs

pytestmark = pytest.mark.django_db

#: Type → (type of the source's column, how the master fills the field, in the file, shown).
TABLE: dict[str, tuple[str, str, str, object]] = {
    "text": ("text", "value: {0}", "甲", "甲"),
    "long_text": ("long_text", "value: {0}", "说明", "说明"),
    "phone": ("phone", "value: {0}", "138 0000 1234", "13800001234"),
    "email": ("email", "value: {0}", "a@example.com", "a@example.com"),
    "url": ("url", "value: {0}", "https://example.com/a", "https://example.com/a"),
    "address": ("text", "parts: {{province: \"'浙江省'\", city: {0}}}", "杭州市", "浙江省\n杭州市\n\n\n"),
    "choice": ("text", "value: {0}", "b", "b"),
    "multi_choice": ("text", "value: {0}", "b;a", ["b", "a"]),
    "integer": ("integer", "value: {0}", "1.234", 1234),
    "duration": ("duration", "value: {0}", "90", 90),
    "decimal": ("decimal", "value: {0}", "12,5", "12.50"),
    "percent": ("percent", "value: {0}", "12,5", "12.50"),
    "money": ("money, currency: ccy", "value: {0}", "1.013,75", {"amount": "1013.75", "currency": "JPY"}),
    "boolean": ("boolean", "value: {0}", "y", True),
    "date": ("date", "value: {0}", "17.03.2026", "2026-03-17"),
    "datetime": ("datetime", "value: {0}", "17.03.2026 10:42", "2026-03-17T02:42:00Z"),
    "identity_number": ("text", "value: {0}", "310101199001011234", "310101199001011234"),
    "reference": ("text", "reference: {0}", "feed:x", "甲"),
    "unit": ("unit", "reference: {0}", "B1", "世纪大道营业部"),
    "user": ("user", "value: {0}", "E1001", "林晓岚"),
}
FIELDS = "\n".join(
    f"  - {{key: {key}, type: {key}, labels: {{zh: {found.labels.zh}, en: Field}}, owner: source"
    f"{_MORE.get(key, '').replace('target: party', 'target: thing')}}}"
    for key, found in fields.value_types().items()
)
OBJECT = f"kind: object\nkey: thing\nlabels: {{zh: 物, en: Thing}}\ndisplay: text\nfields:\n{FIELDS}\n"
SOURCE = """kind: source
key: thing
labels: {zh: 物, en: Things}
system: feed
dataset: feed.thing
grain: master
file: things.csv
date: given
encoding: gb18030
delimiter: "|"
decimal: ","
grouping: "."
date_format: "%d.%m.%Y"
datetime_format: "%d.%m.%Y %H:%M"
footer: {pattern: "^合计"}
keys: [no]
columns:
  - {key: no, from: no, type: text, required: true}
  - {key: ccy, from: ccy, type: text}
""" + "\n".join(f"  - {{key: c_{key}, from: {key}, type: {row[0]}}}" for key, row in TABLE.items())
MASTER = """kind: master
key: thing
labels: {zh: 物, en: Things}
object: thing
dataset: feed.thing
source_key: "concat('feed:', no)"
columns:
""" + "\n".join(f"  - {{field: {key}, {row[1].format(f'c_{key}')}}}" for key, row in TABLE.items())


@pytest.fixture
def feed(installation, tmp_path):
    build_firm()
    (tmp_path / "pack.yaml").write_text("name: all\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 全, en: All}\n")
    for name, text in (("object", OBJECT), ("source", SOURCE), ("master", MASTER)):
        (tmp_path / f"{name}.yaml").write_text(text + "\n")
    assert packs.check([Path("packs"), tmp_path]) == []
    packs.apply([Path("packs"), tmp_path])
    lines = [f"x|CNY|甲{'|' * (len(TABLE) - 1)}", "y|JPY|" + "|".join(row[2] for row in TABLE.values())]

    def load(*more: str, day: date = date(2026, 3, 17)):
        head = "|".join(["no", "ccy", *TABLE])
        text = "\r\n".join([head, *lines, *more, "合计|2"]) + "\r\n"
        (tmp_path / "things.csv").write_text(text, encoding="gb18030", newline="")
        found = received.load_file("thing", tmp_path / "things.csv", business_date=day)
        assert (found.state, found.error) == ("done", None)
        snapshot = definitions.snapshot()
        with warehouse.session() as session:
            feeding.feed_master(session, snapshot.of(Master)["thing"], snapshot, day)
        [newest, *_older] = received.loads(principal=SYSTEM)[0]
        return newest, received.rejected(newest.uid, principal=SYSTEM)

    return load


def shown():
    query = RecordQuery("thing", columns=tuple(TABLE))
    rows = objects.page(query, principal=SYSTEM).rows
    return query, {row.values["integer"]: row for row in rows}


def said(value):
    return value["display"] if isinstance(value, dict) and "display" in value else value


def test_every_type_goes_from_the_file_to_the_export_and_again_changes_nothing(feed):
    assert set(TABLE) == set(fields.value_types())
    load, rejected = feed()
    assert rejected == []
    query, rows = shown()
    assert len(rows) == 2
    found = {key: said(rows[1234].values[key]) for key in TABLE}
    assert found == {key: row[3] for key, row in TABLE.items()}
    sheet = load_workbook(io.BytesIO(exports.export_xlsx(query, principal=SYSTEM))).worksheets[0]
    [line] = [row for row in sheet.iter_rows(min_row=3) if row[list(TABLE).index("integer")].value == 1234]
    cells = dict(zip(TABLE, line, strict=True))
    assert (cells["money"].value, cells["money"].number_format) == (1013.75, '#,##0.00" JPY"')
    assert (cells["address"].value, cells["user"].value, cells["multi_choice"].value) == (
        "浙江省 杭州市",
        "林晓岚",
        "乙、甲",
    )
    before = {key: row.revision for key, row in rows.items()}
    feed(day=date(2026, 3, 18))
    assert {key: row.revision for key, row in shown()[1].items()} == before


def test_a_stranger_and_an_unknown_currency_reject_their_rows(feed):
    values = dict.fromkeys(TABLE, "") | {"text": "乙"}
    stranger = "|".join(["z", "CNY", *{**values, "user": "E9999"}.values()])
    coined = "|".join(["w", "XYZ", *{**values, "money": "1,00"}.values()])
    broken = "|".join(["v", "CNY", *{**values, "url": "javascript:alert(1)"}.values()])
    _load, rejected = feed(stranger, coined, broken)
    assert [(row.line, row.reason_code, row.reason) for row in rejected] == [
        (4, "record.thing.no_target", "用户：指向的记录不存在（E9999）"),
        (5, "unknown_currency", "“money”没有 ISO 4217 币种代码"),
        (6, "bad_url", "“url”不是网址，例如 https://example.com"),
    ]
    given = rejected[0].values
    assert (given["no"], given["ccy"], given["text"], given["user"]) == ("z", "CNY", "乙", "E9999")
