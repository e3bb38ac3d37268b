"""The command line as a person or a script uses it: JSON on standard output, errors with codes, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zhike.cli.main import main


@pytest.fixture(scope="module")
def zhike(tmp_path_factory):  # type: ignore[no-untyped-def]
    """How to run a command on a fresh installation whose packs are applied."""
    home = tmp_path_factory.mktemp("zhike")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"ZHIKE_HOME": str(home), "ZHIKE_PAGES": str(home / "no-pages"), "PYTHONPATH": "."}

    def run(*arguments):  # type: ignore[no-untyped-def]
        command = [sys.executable, "-m", "zhike.cli", "--json", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode, *(json.loads(text) if text else None for text in (done.stdout, done.stderr))

    code, changes, error = run("pack", "apply")
    assert (code, error, {change["action"] for change in changes}) == (0, None, {"create"})
    assert {"object", "role", "page", "indicator"} <= {change["kind"] for change in changes}
    return run


def test_the_packs_that_ship_have_no_fault(zhike):
    assert zhike("pack", "check") == (0, [], None)


def test_after_applying_there_is_nothing_to_apply(zhike):
    assert zhike("pack", "plan") == (0, [], None)


def test_a_user_of_an_unknown_unit_is_refused_with_a_code(zhike):
    code, shown, error = zhike("user", "add", "E1001", "林晓岚", "--role", "account_manager", "--unit", "NOPE")

    assert (code, shown, error["code"]) == (1, None, "organization.unknown_unit")
    assert error["facts"] == {"unit": "NOPE", "has": []}
    assert set(error) == {"code", "message", "facts", "findings"}


def test_a_new_installation_has_no_customers(zhike):
    assert zhike("records", "party", "--count") == (0, {"object": "party", "count": 0}, None)


def test_an_unknown_field_is_answered_with_the_ones_there_are(zhike):
    code, shown, error = zhike("records", "party", "--where", "shoe_size > 42")

    assert (code, shown, error["code"]) == (1, None, "expression.invalid")
    assert "'shoe_size' is not on 'Customer'. It has: kind (Kind), name (Name)" in error["message"]


def test_a_change_of_definitions_says_what_is_missing(zhike, tmp_path):
    code, shown, error = zhike("definition", "change")
    assert (code, shown, error["code"]) == (1, None, "definition.nothing_given")

    code, shown, error = zhike("definition", "change", str(tmp_path / "nope.yaml"), str(tmp_path))
    assert (code, shown) == (1, None)
    assert [(found["code"], found["message"]) for found in error["findings"]] == [
        ("definition.no_file", "there is no such file"),
        ("definition.no_file", "it is a folder; name the files in it"),
    ]


def test_a_change_says_its_number_by_which_it_is_taken_back(zhike, tmp_path):
    file = tmp_path / "desk.yaml"
    file.write_text("kind: role\nkey: trial_desk\nlabels: {zh: 柜, en: Desk}\nmenu: [party]\n", encoding="utf-8")
    assert "change" not in zhike("definition", "change", str(file), "--plan")[1][0]

    [step] = zhike("definition", "change", str(file), "--reason", "trial")[1]
    assert (step["action"], step["key"]) == ("create", "trial_desk")
    [made] = zhike("definition", "history", "role", "trial_desk")[1]
    assert made["change"] == step["change"]

    [undone] = zhike("definition", "undo", step["change"], "--yes")[1]
    assert (undone["action"], undone["key"]) == ("remove", "trial_desk")


def test_a_reason_has_words_and_an_unknown_definition_is_answered_with_those_there_are(zhike, capsys):
    for command in (("definition", "change", "x.yaml"), ("erase", "party", "7d3f0c1e-52aa-5b0f-9a63-0d5fd1f8e001")):
        with pytest.raises(SystemExit) as wrong:
            main([*command, "--reason", " "])
        assert (wrong.value.code, "a reason has words" in capsys.readouterr().err) == (2, True)

    code, shown, error = zhike("definition", "export", "calendar", "hk")
    assert (code, error["message"]) == (1, "There is no calendar hk. There are: cn")
    assert "There are: calendar, object," in zhike("definition", "export", "calender", "cn")[2]["message"]


def test_findings_are_said_in_the_language_that_is_asked_for(zhike, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("kind: tag\nkey：x\n", encoding="utf-8")
    zh, en = "全角冒号“：”：请用半角 :", "'：' is a full-width sign: write :"
    for lang, said in (("zh", zh), ("en", en)):
        error = zhike("--lang", lang, "definition", "change", str(path))[2]
        assert error["findings"] == [{"code": "definition.unreadable", "message": said, "path": str(path), "line": 2}]


def test_a_plan_says_key_by_key_what_changes(zhike, tmp_path):
    path = tmp_path / "consent.yaml"
    text = Path("packs/core/objects/consent.yaml").read_text(encoding="utf-8")
    path.write_text(
        text.replace("labels: {zh: 授权, en: Consent}", "labels: {zh: 同意书, en: Consent}"), encoding="utf-8"
    )

    code, [step], error = zhike("definition", "change", str(path), "--plan")
    assert (code, error, step["action"], step["kind"], step["key"]) == (0, None, "update", "object", "consent")
    assert step["changes"] == [{"place": "labels.zh", "old": "授权", "new": "同意书"}]
    assert "master 授权" in step["users"]
    assert zhike("definition", "change", str(path), "--plan")[1] == [step], "a plan writes nothing"


def test_doctor_lists_what_it_found_and_what_to_do(zhike):
    code, findings, error = zhike("doctor")

    assert (code, error) == (1, None)
    assert all(set(finding) == {"what", "found", "remedy"} for finding in findings)
    assert {finding["what"]: finding["remedy"] for finding in findings}["pages"] == "make web"
