"""A row of a master file that breaks a rule of its object becomes no record, and its load says so."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.records import SYSTEM
from tests.integration.insight.conftest import never_ask
from zhike.insight.identity import api as identity
from zhike.insight.identity.logic import definitions
from zhike.insight.identity.types import Fed
from zhike.insight.warehouse import received
from zhike.insight.warehouse.types import Source
from zhike.kernel import clock, definition_changes
from zhike.kernel import definitions as stored_definitions
from zhike.kernel.definition_changes import Edit
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery

HEAD = "授权编号,客户号,用途,渠道,意思表示,生效日期,失效日期,凭证"
CUSTOMER = "000000002"


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Nights of a few lines in place of all: that such a file waits for a person is shown elsewhere."""
    never_ask(monkeypatch)


def night(folder, day: date, *lines):
    """Load a register of consents and feed it; return what became of the file."""
    path = folder / f"counter_consent_{day:%Y%m%d}.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="gbk")
    found = received.load_file("counter_consent", path)
    assert (found.state, found.error) == ("done", None)
    identity.run(business_date=day)
    [newest, *_older] = received.loads(principal=SYSTEM)[0]
    return newest, received.rejected(newest.uid, principal=SYSTEM)


def declared(number):
    condition = {"op": "=", "left": {"field": "evidence"}, "right": {"value": number, "type": "text"}}
    return objects.count(RecordQuery("consent", condition=condition), principal=SYSTEM).count


def test_the_load_of_the_file_says_which_rows_became_no_records(golden_day, tmp_path):
    good = f"N1,{CUSTOMER},营销,短信,同意,20260101,,E-N1"
    wrong = f"N2,{CUSTOMER},营销,短信,同意,20260301,20260201,E-N2"
    strange = f"N3,{CUSTOMER},营销,传真,同意,20260301,,E-N3"
    load, rejected = night(tmp_path, date(2026, 3, 18), good, wrong, strange)

    assert (declared("E-N1"), declared("E-N2")) == (1, 0)
    assert (load.rows_read, load.rows_loaded, load.rows_rejected, load.rows_without_record) == (3, 2, 1, 1)
    assert [(row.line, row.reason_code, row.reason) for row in rejected] == [
        (3, "record.consent.ends_after_start", "失效日期应晚于生效日期"),
        (4, "unknown_value", "“渠道”的取值不在代码表中"),
    ]
    shown = wrong.replace("E-N2", "E***")
    assert rejected[0].values == dict(zip(HEAD.split(","), shown.split(","), strict=True)), "masked as any other"
    said = received.rejected_file(load.uid, principal=SYSTEM).read_bytes().decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in said] == ["行号", "3", "4"], "one header"
    assert said[1].endswith("," + wrong)
    [finding] = [found for found in load.findings if found["code"] == "load.no_records"]
    assert finding["facts"] == {"feed": "consent", "rows": 1}

    right = wrong.replace("20260201", "20260401")
    load, rejected = night(tmp_path, date(2026, 3, 19), good, right)
    assert (declared("E-N2"), load.rows_rejected, load.rows_without_record, rejected) == (1, 0, 0, [])
    assert [found for found in load.findings if found["code"] == "load.no_records"] == []


def test_the_same_night_again_tells_the_same(golden_day, tmp_path):
    wrong = f"N4,{CUSTOMER},营销,短信,同意,20260301,20260201,E-N4"
    day = date(2026, 3, 20)
    first = night(tmp_path, day, wrong)
    again = received.load_file("counter_consent", tmp_path / f"counter_consent_{day:%Y%m%d}.csv")
    identity.run(business_date=day)
    assert again.uid == first[0].uid
    assert received.load(again.uid, principal=SYSTEM) == first[0]
    assert [row.reason_code for row in first[1]] == ["record.consent.ends_after_start"]
    assert received.rejected(again.uid, principal=SYSTEM) == first[1]


def test_of_two_rows_with_one_source_key_the_first_is_taken_and_the_other_told(golden_day, tmp_path, monkeypatch):
    """The register's own key tells its rows apart, but the feed names records by customer and channel."""
    [master] = [found for found in definitions.masters() if found.key == "consent"]
    by_channel = master.model_copy(update={"source_key": "concat('register:', customer_no, ':', channel)"})
    monkeypatch.setattr(definitions, "masters", lambda _snapshot: [by_channel])
    second = f"N8,{CUSTOMER},营销,短信,撤回,20260302,,E-N8"
    first = f"N7,{CUSTOMER},营销,短信,同意,20260301,,E-N7"
    other = f"N9,{CUSTOMER},营销,电话,同意,20260301,,E-N9"
    load, rejected = night(tmp_path, date(2026, 3, 23), second, first, other)

    assert [declared(f"E-{number}") for number in ("N7", "N8", "N9")] == [1, 0, 1]
    assert (load.rows_read, load.rows_loaded, load.rows_rejected, load.rows_without_record) == (3, 3, 0, 1)
    assert [(row.line, row.reason_code, row.values) for row in rejected] == [
        (
            2,
            "record.consent.duplicate_key",
            dict(zip(HEAD.split(","), second.replace("E-N8", "E***").split(","), strict=True)),
        )
    ]
    assert rejected[0].reason == "记录编号与前面的行重复，采用了第一行"


def test_of_two_rows_with_one_key_in_a_file_the_first_is_taken_and_the_other_told(golden_day, tmp_path):
    first = f"M1,{CUSTOMER},营销,短信,同意,20260301,,E-M1"
    second = f"M1,{CUSTOMER},营销,短信,撤回,20260302,,E-M2"
    load, rejected = night(tmp_path, date(2026, 3, 24), first, second)
    assert (declared("E-M1"), declared("E-M2"), load.rows_rejected) == (1, 0, 1)
    assert [(row.line, row.reason_code) for row in rejected] == [(3, "duplicate_key")]


def test_a_row_that_a_corrected_rule_admits_becomes_a_record_without_a_new_file(golden_day, tmp_path):
    late = f"R1,{CUSTOMER},营销,短信,同意,20260301,20260201,E-R1"
    day = date(2026, 3, 25)
    _load, rejected = night(tmp_path, day, late)
    assert (declared("E-R1"), [row.reason_code for row in rejected]) == (0, ["record.consent.ends_after_start"])

    shipped = definition_changes.export("object", "consent")
    rules = [rule for rule in shipped["rules"] if rule["key"] != "ends_after_start"]
    definition_changes.change([Edit.of({**shipped, "rules": rules})], reason="", consent=True)
    fed = [identity.run(business_date=day).fed["consent"].read for _night in range(2)]
    [newest, *_older] = received.loads(principal=SYSTEM)[0]
    assert (declared("E-R1"), newest.rows_without_record, fed) == (1, 0, [1, 0])

    definition_changes.change([Edit("object", "consent", None)], reason="", consent=True)
    fed = [identity.run(business_date=day).fed["consent"].read for _night in range(2)]
    assert fed == [1, 0], "what the object says changed, though no row was left out"


def test_a_row_that_a_rule_admits_some_days_later_becomes_a_record_then(golden_day, tmp_path):
    day = date(2026, 3, 26)
    ahead = f"R2,{CUSTOMER},营销,短信,同意,20270501,,E-R2"
    with clock.travel(clock.at(day, 20)):
        _load, rejected = night(tmp_path, day, ahead)
        assert (declared("E-R2"), [row.reason_code for row in rejected]) == (0, ["record.consent.plausible"])
    with clock.travel(clock.at(date(2026, 5, 1), 20)):
        fed = [identity.run(business_date=day).fed["consent"].read for _night in range(2)]
        [newest, *_older] = received.loads(principal=SYSTEM)[0]
        assert (declared("E-R2"), newest.rows_without_record, fed) == (1, 0, [1, 0])


def test_a_feed_says_what_became_of_each_of_its_rows(golden_day, tmp_path, monkeypatch):
    """One declaration is new, one changed, one the same, one refused; one is about nobody: whose, its evidence says."""
    [master] = [found for found in definitions.masters() if found.key == "consent"]
    [party, *others] = master.columns
    by_evidence = master.model_copy(update={"columns": (party.model_copy(update={"key": "evidence"}), *others)})
    monkeypatch.setattr(definitions, "masters", lambda _snapshot: [by_evidence])
    lines = {n: f"F{n},{CUSTOMER},营销,短信,同意,20260301,,{CUSTOMER}" for n in range(1, 5)}
    night(tmp_path, date(2026, 3, 27), lines[1], lines[2])
    changed, wrong = lines[2].replace("20260301", "20260302"), lines[4].replace(",,", ",20260201,")
    stranger = f"F6,{CUSTOMER},营销,短信,同意,20260301,,E-F6"
    path = tmp_path / "counter_consent_20260330.csv"
    path.write_text("\n".join([HEAD, lines[1], changed, lines[3], wrong, stranger]) + "\n", encoding="gbk")
    assert received.load_file("counter_consent", path).state == "done"

    found = identity.run(business_date=date(2026, 3, 30)).fed["consent"]

    assert found == Fed(read=5, created=1, updated=1, unchanged=1, rejected=1, left_out=1)


def test_a_fault_says_the_value_unless_it_is_personal(golden_day, tmp_path, monkeypatch):
    """The words of the declaration come from other columns here: from the register's number, then from its evidence."""
    [master] = [found for found in definitions.masters() if found.key == "consent"]

    def reading(column):
        columns = tuple(c.model_copy(update={"value": column}) if c.field == "state" else c for c in master.columns)
        return master.model_copy(update={"columns": columns})

    line = f"V1,{CUSTOMER},营销,短信,同意,20260301,,E-V1"
    for day, column, said in ((date(2026, 3, 31), "consent_no", "（V1）"), (date(2026, 4, 1), "evidence", "")):
        monkeypatch.setattr(definitions, "masters", lambda _snapshot, column=column: [reading(column)])
        _load, [rejected] = night(tmp_path, day, line)
        assert rejected.reason == f"意思表示：应为以下之一：granted、withdrawn{said}"
        assert rejected.line == 2


def test_a_load_says_which_units_its_records_wait_for(golden_day, tmp_path):
    """A unit that is not there yet is no reason to leave a customer out, but nobody is to find it by chance."""
    source = stored_definitions.all_of(Source)["counter_customer"]
    body = source.model_dump(mode="json", by_alias=True, exclude_unset=True)
    body["columns"] = [{k: v for k, v in column.items() if k != "reference"} for column in body["columns"]]
    definition_changes.change([Edit.of(body)], reason="test")
    row = {"customer_no": "000000991", "kind": "个人", "name": "新客户", "branch_code": "B777", "status": "正常"}

    def customers(day: date, branch: str):
        path = tmp_path / f"counter_customer_{day:%Y%m%d}.csv"
        cells = [(row | {"branch_code": branch}).get(column.key, "") for column in source.columns]
        lines = [",".join(column.title for column in source.columns), ",".join(cells)]
        path.write_text("\n".join(lines) + "\n", encoding="gbk")
        load = received.load_file("counter_customer", path)
        assert (load.state, load.rows_rejected) == ("done", 0)
        identity.run(business_date=day)
        return [one for one in received.loads(principal=SYSTEM)[0][0].findings if one["code"] == "load.awaited"]

    [told] = customers(date(2026, 3, 18), "B777")
    assert told["facts"] == {"feed": "party", "field": "branch", "value": "B777", "rows": 1}
    assert told["message_en"].startswith("Branch: there is no 'B777'; the records of 1 rows are without it")
    assert customers(date(2026, 3, 19), "B001") == []
