"""NOTICE names what is shipped, as the locks have it, and nothing is shipped under a licence that may not be."""

from __future__ import annotations

import json

import pytest

from tests import licences
from tests.licences import Part


def test_the_notice_is_that_of_the_locks():
    assert licences.NOTICE.read_text("utf-8") == licences.made(), "run `make licences`"


def test_the_notice_names_libraries_and_the_font():
    text = licences.NOTICE.read_text("utf-8")
    for line in ("- django ", "- psycopg ", "- react ", "- antd ", "- @fontsource-variable/inter "):
        assert line in text, line
    assert "OFL-1.1" in text and "- vitest " not in text and "- pytest " not in text


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("GPL-2.0-or-later", False),
        ("SSPL-1.0", False),
        ("BUSL-1.1", False),
        ("SEE LICENSE IN LICENSE", False),
        ("", False),
    ],
)
def test_a_licence_is_met_or_refused(expression: str, may: bool):
    assert licences.allowed(expression) is may


def test_a_part_that_may_not_be_shipped_is_named():
    packages = {
        "": {},
        "node_modules/good": {"version": "1.0.0", "license": "MIT"},
        "node_modules/viral": {"version": "2.0.0", "license": "AGPL-3.0-only"},
        "node_modules/@deep/none": {"version": "3.0.0"},
        "node_modules/tool": {"version": "4.0.0", "license": "GPL-3.0-only", "dev": True},
    }
    lock = json.dumps({"packages": packages})
    assert licences.refused(licences.web_parts(lock)) == [
        Part("@deep/none", "3.0.0", ""),
        Part("viral", "2.0.0", "AGPL-3.0-only"),
    ]
    with pytest.raises(licences.LicenceRefused, match=r"@deep/none 3\.0\.0: no licence; viral 2\.0\.0: AGPL-3\.0-only"):
        licences.notice("", lock)
