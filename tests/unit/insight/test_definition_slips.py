"""Slips of one word in definitions: each is a finding with its line and a sentence that says what exists."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from zhike.kernel import definition_files
from zhike.kernel.definitions import Snapshot

PACKS = Path(__file__).parents[3] / "packs"
SOURCE, MASTER = "securities/sources/counter_customer.yaml", "securities/masters/coverage.yaml"
FLOW, TRADE = "securities/sources/counter_cash_flow.yaml", "securities/sources/counter_trade.yaml"
IDENTITY, IDLE = "securities/identity/party.yaml", "securities/measures/idle_cash_days.yaml"
AVERAGE, TRADES = "securities/indicators/avg_asset_20d.yaml", "securities/indicators/trades_90d.yaml"
GATE, MANAGER = "securities/compliance/gate.yaml", "securities/roles/account_manager.yaml"
CUSTOMER, ROLES = "securities/pages/customer.yaml", "securities/masters/party_role.yaml"
INFLOW, DEALS = "securities/measures/net_inflow.yaml", "securities/measures/trade_count.yaml"
COVERAGE = "securities/objects/coverage.yaml"
TABLE = "securities/compliance/suitability.yaml"
DESK = "securities/pages/home_operator.yaml"
LETTER = "securities/templates/service_checkup.yaml"
TAG, GROWTH = "securities/tags/activity.yaml", "securities/indicators/asset_growth_30d.yaml"


@cache
def installed() -> Snapshot:
    files = definition_files.read(p for p in sorted(PACKS.rglob("*.yaml")) if p.name != "pack.yaml")
    everything, findings = definition_files.beside(files, Snapshot(1, {}))
    assert [found.message for found in findings] == []
    return everything


def findings(tmp_path: Path, file: str, old: str, new: str) -> tuple[list[definition_files.FileFinding], int]:
    """The findings of a shipped file in which `old` became `new`, and the line of `new`."""
    before = (PACKS / file).read_text(encoding="utf-8")
    assert before.count(old) >= 1, old
    path = tmp_path / "slip.yaml"
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    _everything, found = definition_files.beside(definition_files.read([path]), installed())
    line = before[: before.index(old)].count("\n") + 1 + (new[: len(new) - len(new.lstrip("\n"))].count("\n"))
    return found, line


KEY, VALUE, TYPE, FORM = (
    "definition.unknown_key",
    "definition.unknown_value",
    "definition.wrong_type",
    "definition.malformed",
)

SLIPS = [
    (COVERAGE, "current: serving", "current: servng", "object.unknown_refinement", "Did you mean 'serving'"),
    (IDLE, "unit: 天", "effect: true\nunit: 天", FORM, "adds up day by day"),
    (DEALS, "goal: true\nexample:", "example:", FORM, "is a `goal`, too"),
    (DEALS, "goal: true", "effect: true\ngoal: true", "measure.doubled_effect", "claimed by net_inflow, trade_count"),
    (GATE, "code: suppressed, ", "", "definition.missing_key", "code"),
    (CUSTOMER, "line: total_asset", "line: total_assets", "definition.unknown_reference", "Did you mean 'total_asset'"),
    # keys and values that would make the engine compute something else
    (IDLE, "where:", "wehre:", KEY, "Did you mean 'where'"),
    (IDLE, "across: max", "across: maximum", VALUE, "'sum', 'min' or 'max'"),
    (IDLE, "across: max", "accross: max", KEY, "Did you mean 'across'"),
    (TRADES, "window: {trading_days: 90}", "window: {trading_day: 90}", KEY, "Did you mean 'trading_days'"),
    (TRADES, "window: {trading_days: 90}", "window: {trading_days: -90}", FORM, "trading_days"),
    (TRADES, "window: {trading_days: 90}", "window: {}", FORM, "a window is one of"),
    (TRADES, "window: {trading_days: 90}", "window: {trading_days: 90, all: true}", FORM, "a window is one of"),
    (TRADES, "window: {trading_days: 90}", "window: {all: false}", VALUE, "`all` can only be true; it is false"),
    (TRADES, "window:", "windows:", KEY, "Did you mean 'window'"),
    (SOURCE, "required: true}", "requird: true}", KEY, "Did you mean 'required'"),
    (IDENTITY, "status: status", "consent_sms: status", "object.unknown_field", "consent_sms"),
    (SOURCE, "certificate: true", "certifcate: true", KEY, "Did you mean 'certificate'"),
    (SOURCE, "[core.counter_branch, code]", "[core.counter_brnch, code]", "dataset.unknown", "core.counter_branch"),
    (SOURCE, "[core.counter_branch, code]", "[core.counter_branch, cod]", "dataset.unknown_column", "'code'"),
    (SOURCE, "encoding: gbk", "encoding: gbx", VALUE, "'gbk'"),
    (SOURCE, "encoding: gbk", "encoding: utf-17", VALUE, "'utf-8'"),
    (SOURCE, 'date_format: "%Y%m%d"', 'date_format: "YYYYMMDD"', FORM, "%Y%m%d"),
    (SOURCE, "date: file", "date: filename", "source.unknown_column", "file"),
    (IDENTITY, "phone: mobil", "phone: mobil_", "dataset.unknown_column", "'mobile'"),
    (IDENTITY, "guard:", "gard:", KEY, "Did you mean 'guard'"),
    (IDENTITY, "match: account}", "match: account, attribution: by_share}", KEY, "match"),
    (IDENTITY, "certificate: certificate_number", "certificate: certificate_no", "dataset.unknown_column", "number"),
    (IDENTITY, "- [phone, name]", "- [phone, nam]", "identity.unknown_key", "Did you mean 'name'"),
    (IDENTITY, "dataset: core.app_user", "dataset: core.app_users", "dataset.unknown", "core.app_user"),
    (IDENTITY, "      sex: sex", "      sexx: sex", "object.unknown_field", "sex"),
    (IDENTITY, "      sex: sex", "      sex: sexx", "expression.invalid", "sex"),
    (IDENTITY, "object: party", "object: partyy", "definition.unknown_reference", "party"),
    (MASTER, "where:", "were:", KEY, "Did you mean 'where'"),
    (MASTER, "system: counter", "system: countr", "identity.unknown_system", "Did you mean 'counter'"),
    (MASTER, "field: credit", "field: credits", "object.unknown_field", "Did you mean 'credit'"),
    (MASTER, "ends: {field: valid_to", "ends: {field: valid_til", "object.unknown_field", "valid_to"),
    (MASTER, "object: coverage", "object: coverages", "definition.unknown_reference", "coverage"),
    (AVERAGE, "measure: avg_asset", "measure: avg_assets", "definition.unknown_reference", "Did you mean 'avg_asset'"),
    (AVERAGE, "window: {trading_days: 20}", "window: {all: true}", "indicator.no_average", "first day"),
    (AVERAGE, "type: money", "type: date", "indicator.type", "gives money"),
    (GROWTH, "with: total_asset_30d_ago", "with: total_asset_30d", "definition.unknown_reference", "total_asset_30d_ago"),
    (GROWTH, "as: growth", "as: grow", VALUE, "'growth'"),
    # format on nothing, bounds and formats of the wrong type
    (SOURCE, "low: 1900-01-01", "low: 1900", FORM, "no value of type date"),
    (SOURCE, "from: 客户号,", "from: 客户号, format: '%Y',", FORM, "%Y%m%d"),
    (SOURCE, "from: 客户号,", "from: 客户号, format: '%Y%m%d',", FORM, "for days and moments"),
    (SOURCE, "from: 客户号,", "from: 客户号, scale: 2,", FORM, "for numbers with decimals"),
    (SOURCE, 'delimiter: ","', 'delimiter: ",,"', FORM, "one sign"),
    (SOURCE, "{business_date:%Y%m%d}", "{busines_date:%Y%m%d}", FORM, "{business_date:%Y%m%d}"),
    (SOURCE, "{business_date:%Y%m%d}", "{business_date:%Y%d}", FORM, "month"),
    (SOURCE, "rejects: 0.1", "rejects: 10", FORM, "rejects"),
    (SOURCE, "keys: [customer_no]", "keys: [customer_number]", "source.unknown_column", "customer_no"),
    (FLOW, "date: business_date", "date: direction", "source.type", "a day or a moment"),
    (FLOW, "subject: {accounts: core.counter_account,", "subject: {accounts: core.counter_acount,", "dataset.unknown", "core.counter_account"),
    (TRADE, "sorted_by: [account_id,", "sorted_by: [acount_id,", "source.unknown_column", "account_id"),
    (TAG, "when: \"trades_30d >= 5\"", "when: \"trades_30 >= 5\"", "expression.invalid", "trades_30d"),
    (TAG, "when: \"trades_30d >= 5\"", "when: \"trades_30d +\"", FORM, "Expected"),
    (TAG, "when: \"trades_30d >= 5\"", "when: \"trades_30d\"", "tag.not_a_condition", "integer"),
    (TAG, "status: done", "status: green", VALUE, "'done'"),
    # keys nothing acts on are gone
    (TRADES, "type: integer", "refresh: nightly\ntype: integer", KEY, "no key 'refresh'"),
    (TAG, "order: 2", "validity: 1d\norder: 2", KEY, "no key 'validity'"),
    (SOURCE, "grain: master", "format: csv\ngrain: master", KEY, "no key 'format'"),
    # values that the field does not have, types that it does not take
    (IDENTITY, "      sex: sex", "      sex: \"'martian'\"", "object.unknown_option", "female, male"),
    (IDENTITY, "      sex: sex", "      sex: \"coalesce(sex, 'unknown')\"", "object.unknown_option", "'unknown'"),
    (IDENTITY, "      sex: sex", "      sex: \"if(name = 'x', 'femal', if(name = 'y', null, sex))\"", "object.unknown_option", "Did you mean 'female'"),
    (IDENTITY, "      sex: sex", "      sex: birth_date", "expression.type", "'sex' is choice"),
    (IDENTITY, "      sex: sex", "      sex: 1.5", FORM, "in quotes"),
    (IDENTITY, "      sex: sex", "      sex: '1.5'", "expression.type", "it gives decimal"),
    (IDENTITY, "      sex: sex", "      sex: status", "object.unknown_option", "dormant, frozen, closed; there are: female, male"),
    (IDENTITY, "birth_date: birth_date", "birth_date: name", "expression.type", "'birth_date' is date"),
    (IDENTITY, "mobile: mobile", "mobile: birth_date", "expression.type", "'mobile' is phone"),
    (IDENTITY, "branch: branch_code", "branch: open_date", "expression.type", "'branch' is unit"),
    (ROLES, "value: \"'customer'\"", "value: \"'nope'\"", "object.unknown_option", "customer"),
    (MASTER, "value: \"100\"", "value: \"open_date\"", "expression.type", "it gives date"),
    (MASTER, "ends: {field: valid_to", "ends: {field: kind", "master.no_date", "'kind' is choice"),
    # bounds that nothing lies between, names without the day that is looked for there
    (SOURCE, "low: 1900-01-01", "low: 2900-01-01, high: 1900-01-01", FORM, "`low` is above `high`"),
    (SOURCE, "{business_date:%Y%m%d}", "new", "source.no_day", "{business_date:%Y%m%d}"),
    (SOURCE, "_{business_date:%Y%m%d}", "_{month:%Y%m}", "source.no_day", "'given' or a column"),
    (SOURCE, "counter_customer_{", "*{", "source.any_file", "a part of the name"),
    # what roles and pages name
    (MANAGER, "menu: [home, party,", "menu: [home, partyy,", "role.unknown_menu", "Did you mean 'party'"),
    (MANAGER, "menu: [home, party,", "menu: [home, run,", "role.unknown_menu", "audience"),
    (CUSTOMER, "operation: party.read", "operation: party.reed", "role.unknown_operation", "Did you mean 'read'"),
    (CUSTOMER, "operation: party.read", "operation: partei.read", "role.unknown_resource", "partei"),
    (CUSTOMER, "operation: party.read", "operation: party", "role.unknown_operation", "unmask"),
    (CUSTOMER, "  - [party_tags, party_facts,", "  - [party_identity, party_tags, party_facts,", "page.doubled_block", "'party_identity'"),
    (DESK, "operation: home.operator", "operation: home.operators", "role.unknown_operation", "Did you mean 'operator'"),
    # checks of the gate that never let anybody pass, or everybody
    (GATE, "allowed: [normal, dormant]", "allowed: [happy]", "gate.unknown_option", "dormant, frozen"),
    (GATE, "field: consent_email, granted: [granted]", "field: consent_email, granted: [maybe]", "gate.unknown_option", "granted, none"),
    (GATE, "field: consent_phone, granted: [granted]", "field: consent_phone, granted: [grantd]", "gate.unknown_option", "Did you mean 'granted'"),
    (GATE, "field: consent_phone", "field: value_tier", "gate.unknown_option", "value_tier"),
    (GATE, "field: consent_phone", "field: mobile", "gate.no_choice", "'mobile' is phone"),
    (GATE, 'to: "21:00"', 'to: "8pm"', FORM, '"08:00", in quotes'),
    (LETTER, "channel: email", "channel: fax", VALUE, "'email'"),
    (LETTER, "value: name,", "value: no_such_field,", "expression.invalid", "no_such_field"),
    (LETTER, "value: name,", "value: total_assets,", "expression.invalid", "total_asset ("),
    (GATE, "field: status", "field: birth_date", "gate.no_choice", "a choice"),
    (GATE, "field: status", "field: total_asset", "gate.no_choice", "money"),
    (GATE, "field: marketing_suppressed", "field: name", "gate.no_boolean", "it has to be boolean"),
    (GATE, "field: complaint_open", "field: status", "gate.no_boolean", "'status' is choice"),
    (GATE, "field: complaint_open", "field: activity", "gate.no_boolean", "a tag"),
    (GATE, "field: complaint_open", "field: trades_90d", "gate.no_boolean", "integer"),
    (TABLE, "highest: {C1: R1,", "highest: {C9: R1,", "suitability.unknown_option", "C1"),
    (TABLE, "professional: [professional_a,", "professional: [profesional_a,", "suitability.unknown_option", "Did you mean 'professional_a'"),
    (TABLE, "fields: {level: risk_level", "fields: {level: birth_date", "suitability.type", "a choice"),
    (TABLE, "lowest: lowest_risk_class", "lowest: name", "suitability.type", "boolean"),
    (TABLE, "valid_until: risk_valid_until", "valid_until: status", "suitability.type", "'status' is choice"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "says"), SLIPS, ids=[f"{s[0].split('/')[-1]}: {s[2]}" for s in SLIPS]
)
def test_a_slip_is_a_finding_with_its_line(tmp_path, file, old, new, code, says):
    found, line = findings(tmp_path, file, old, new)

    assert [(finding.code, finding.line) for finding in found if finding.code == code] == [(code, line)], found
    assert says in next(finding.message for finding in found if finding.code == code)


@pytest.mark.parametrize("value", ["total_asset", "activity", "coalesce(name, '客户')", "count(coverages)"])
def test_a_variable_may_be_a_field_a_figure_or_a_tag(tmp_path, value):
    assert findings(tmp_path, LETTER, "value: name,", f'value: "{value}",')[0] == []


def _second_identity(tmp_path: Path, **changes: str) -> list[Path]:
    """A second definition of who is who that knows the app's users, too, and the measure that counts their logins."""
    body = """
kind: identity
key: online
labels: {zh: 线上, en: Online}
object: employee
systems:
  - {system: app, dataset: core.app_user, key: user_id, fields: {name: name, employee_no: user_id}}
"""
    (tmp_path / "online.yaml").write_text(body, encoding="utf-8")
    event = (PACKS / "securities/sources/app_event.yaml").read_text(encoding="utf-8")
    said = "{system: app, key: user_id}"
    assert said in event
    (tmp_path / "app_event.yaml").write_text(event.replace(said, changes.get("subject", said)), encoding="utf-8")
    logins = (PACKS / "securities/measures/login_count.yaml").read_text(encoding="utf-8")
    (tmp_path / "login_count.yaml").write_text(logins, encoding="utf-8")
    return sorted(tmp_path.glob("*.yaml"))


def test_facts_say_which_identity_they_belong_to_where_several_know_the_system(tmp_path):
    _everything, found = definition_files.beside(definition_files.read(_second_identity(tmp_path)), installed())

    assert [(Path(finding.path).name, finding.code) for finding in found] == [
        ("login_count.yaml", "measure.no_subject")
    ]
    assert "It could be: online, party" in found[0].message


@pytest.mark.parametrize(
    ("identity", "expected"), [("online", [("login_count.yaml", "measure.other_object")]), ("party", [])]
)
def test_and_then_figures_are_about_the_party_only(tmp_path, identity, expected):
    paths = _second_identity(tmp_path, subject=f"{{system: app, key: user_id, identity: {identity}}}")
    _everything, found = definition_files.beside(definition_files.read(paths), installed())

    assert [(Path(finding.path).name, finding.code) for finding in found] == expected


def test_a_feed_that_leaves_rows_out_may_give_the_values_that_are_left(tmp_path):
    source = "securities/sources/counter_instrument.yaml"
    values = next(line for line in (PACKS / source).read_text(encoding="utf-8").splitlines() if "key: kind," in line)
    assert "values: {" in values
    changed = (
        (PACKS / source)
        .read_text(encoding="utf-8")
        .replace(values, values.replace("values: {", "values: {未知: odd, "))
    )
    (tmp_path / "instrument.yaml").write_text(changed, encoding="utf-8")
    product = (PACKS / "securities/masters/product.yaml").read_text(encoding="utf-8")
    told = {}
    for where in ("", "where: \"kind != 'odd'\"\n"):
        (tmp_path / "product.yaml").write_text(product + where, encoding="utf-8")
        read = definition_files.read(sorted(tmp_path.glob("*.yaml")))
        told[where] = [finding.code for finding in definition_files.beside(read, installed())[1]]
    assert list(told.values()) == [["object.unknown_option"], []]


@pytest.mark.parametrize("window", ["{days: 90}", "{day: -1}", "{period: month}", "{period: year}", "{all: true}"])
def test_every_window_that_is_said_to_work_is_taken(tmp_path, window):
    found, _line = findings(tmp_path, TRADES, "window: {trading_days: 90}", f"window: {window}")

    assert found == []


def test_a_second_definition_of_who_is_who_over_the_same_records_is_a_finding(tmp_path):
    text = (PACKS / IDENTITY).read_text(encoding="utf-8")
    found, _line = findings(tmp_path, IDENTITY, "key: party\n", "key: again\n")
    assert [(finding.code, "'party'" in finding.message) for finding in found if finding.code == "identity.taken"] == [
        ("identity.taken", True)
    ] * text.count("- system:")


def test_a_key_that_would_change_a_hash_is_a_finding_with_its_remedy(tmp_path):
    old, new = "{key: certificate, conflicts", "{key: certificate, normalize: {keep: digits}, conflicts"
    found, line = findings(tmp_path, IDENTITY, old, new)

    assert [(finding.code, finding.line) for finding in found] == [("identity.normalize_hashed", line)]
    assert found[0].said.en == (
        "`normalize` of match key 'certificate' does nothing to core.counter_customer.certificate_number,"
        " core.app_user.certificate_number: `certificate: true` keeps a hash only, made of the number with full-width"
        " signs, capitals, blanks and 15 digits put the same; hyphens and other signs stay. Leave out `normalize` and have the"
        " systems send the number written one way; or leave out `certificate: true` of the column: the number then"
        " stands in clear in the warehouse"
    )
    assert found[0].said.zh == (
        "匹配键“certificate”的 `normalize` 对 core.counter_customer.certificate_number、"
        "core.app_user.certificate_number 不起作用：这里只留证件号码的散列值（`certificate: true`），"
        "取散列前统一全角和大小写、去掉空白、15 位升为 18 位，连字符等照留。请删去 `normalize`，由各系统按同一写法送号码；"
        "或删去列上的 `certificate: true`，号码便以明文留在数据仓库"
    )


@pytest.mark.parametrize(
    ("old", "new", "clear"),
    [
        ("match: {certificate: certificate_number, acc", "match: {certificate: mobile, acc", "core.app_user.mobile"),
        ("account_no: account_no, match: account}", "account_no: account_no, match: certificate}", "core.counter_account.account_no"),
    ],
)  # fmt: skip
def test_a_column_in_clear_compared_with_a_hash_is_a_finding(tmp_path, old, new, clear):
    found, line = findings(tmp_path, IDENTITY, old, new)

    assert [(finding.code, finding.line, finding.message) for finding in found] == [
        (
            "identity.hashed_in_part",
            line,
            f"match key 'certificate' never agrees: {clear} is in clear, of core.counter_customer.certificate_number"
            " there is a hash only (`certificate: true`). Both columns have to be the same",
        )
    ]


def test_a_key_without_a_hash_may_be_normalized(tmp_path):
    found, _line = findings(tmp_path, IDENTITY, "{key: customer_no}", "{key: customer_no, normalize: {keep: digits}}")

    assert found == []


def test_an_identity_that_gives_no_field_is_a_finding(tmp_path):
    body = """kind: identity
key: bare
labels: {zh: 空, en: Bare}
object: product
systems:
  - {system: counter, dataset: core.counter_instrument, key: code}
"""
    (tmp_path / "bare.yaml").write_text(body, encoding="utf-8")
    _everything, found = definition_files.beside(definition_files.read([tmp_path / "bare.yaml"]), installed())
    assert [(finding.code, finding.line) for finding in found if finding.code == "identity.no_fields"] == [
        ("identity.no_fields", 5)
    ]


def test_a_feed_that_leaves_out_what_a_record_needs_is_a_finding(tmp_path):
    master, _line = findings(
        tmp_path, "securities/masters/consent.yaml", '  - {field: evidence, value: "evidence"}\n', ""
    )
    assert [(found.code, found.line, found.message) for found in master] == [
        ("master.incomplete", 9, "consent needs the field 'evidence'")
    ]
    defaulted, _line = findings(tmp_path, MASTER, "  - {field: kind, value: \"'service'\"}\n", "")
    assert defaulted == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('value: "mobile"', "parts: {city: mobile}", "master.unknown_part"),
        ('value: "mobile"', "parts: {city: mobile}\n    value: mobile", FORM),
        ('{field: value, value: "mobile"}', "{field: party, reference: '1 + 1'}", "expression.type"),
    ],
)
def test_parts_and_references_of_a_feed_are_checked(tmp_path, old, new, code):
    found, _line = findings(tmp_path, "securities/masters/contact_point.yaml", old, new.replace("\n    ", ", "))
    assert code in [finding.code for finding in found], found


def test_a_circle_of_formulas_is_told_beside_a_formula_with_a_fault(tmp_path):
    """A fault of another formula hides no circle, and blames nobody whose name is a part of another's."""
    head = "kind: indicator\nlabels: {{zh: 数, en: Figure}}\ntype: decimal\nkey: {key}\nformula: {formula}\n"
    formulas = {"round_one": "round_two + 1", "round_two": "round_one + 1", "round": "2 + 2", "wrong": "no_such + 1"}
    for key, formula in formulas.items():
        (tmp_path / f"{key}.yaml").write_text(head.format(key=key, formula=formula), encoding="utf-8")
    files = definition_files.read(sorted(tmp_path.glob("*.yaml")))
    _everything, found = definition_files.beside(files, installed())
    assert sorted((Path(one.path).stem, one.line, one.code) for one in found) == [
        ("round_one", 5, "indicator.cyclic"),
        ("round_two", 5, "indicator.cyclic"),
        ("wrong", 5, "expression.invalid"),
    ]


@pytest.mark.parametrize(("dataset", "others"), [("lease.contract", []), ("lease.contracts", ["dataset.unknown"])])
def test_a_source_that_lacks_a_key_is_still_where_its_dataset_is_defined(tmp_path, dataset, others):
    (tmp_path / "contract.yaml").write_text(
        "kind: source\nkey: lease_contract\nlabels: {zh: 合同, en: Contracts}\nsystem: lease\n"
        'dataset: lease.contract\ngrain: master\nfile: "contracts_{business_date:%Y%m%d}.csv"\nencoding: utf-8\ndate: file\ncolumns:\n'
        "  - {key: no, from: no, type: text, required: true}\n"
        f"  - {{key: parent, from: parent, type: text, reference: [{dataset}, no]}}\n",
        encoding="utf-8",
    )
    _everything, found = definition_files.beside(definition_files.read([tmp_path / "contract.yaml"]), installed())
    assert sorted(one.code for one in found) == [*others, "definition.missing_key"]
