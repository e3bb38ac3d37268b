"""Users that a pack declares: made once, without a password, and never taken away silently."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate

from tests.factories.packs import english
from tests.factories.records import UNITS
from zhike.kernel.definition_errors import DestructiveChange
from zhike.kernel.errors import NotFound
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.packs import api as packs

pytestmark = pytest.mark.django_db

PERSON = """kind: user
uuid: 5f0d2c1e-3f7a-5c55-9a52-7d1d3f6{number}
key: {number}
labels: {{zh: 林晓岚, en: Lin Xiaolan}}
name: 林晓岚
unit: {unit}
roles: {roles}
"""


@pytest.fixture
def folder(tmp_path):
    """A pack with one file per given user."""
    organization.upsert_units(UNITS)

    def written(number="E7001", unit="B1", roles="[account_manager]", more=""):  # type: ignore[no-untyped-def]
        (tmp_path / "pack.yaml").write_text("name: people\nversion: 1.0.0\nlabels: {zh: 人, en: People}\n")
        (tmp_path / "one.yaml").write_text(PERSON.format(number=number, unit=unit, roles=roles) + more)
        return tmp_path

    return written


def posts(number="E7001"):
    found = next(staff for staff in organization.all_staff() if staff.employee_no == number)
    return sorted((role, unit.code) for role, unit in found.posts)


def test_a_user_is_made_once_and_cannot_sign_in_before_a_password_is_given(folder):
    change = packs.apply([folder()]).changes[0]
    assert (change.action, change.kind, english(change.notes)) == (
        "create",
        "user",
        ("cannot sign in until `zhike user password`",),
    )
    assert posts() == [("account_manager", "B1")]
    assert not User.objects.get(employee_no="E7001").has_usable_password()
    assert packs.apply([folder()]).changes == ()

    _staff, password = organization.set_password("E7001")

    assert authenticate(username="E7001", password=password).employee_no == "E7001"
    assert authenticate(username="E7001", password="") is None


def test_a_change_adds_and_says_what_stays_and_keeps_the_password(folder):
    packs.apply([folder()])
    _staff, password = organization.set_password("E7001")

    change = packs.apply([folder(roles="[branch_head]")]).changes[0]

    assert (change.destructive, english(change.notes)) == (False, ("post account_manager in B1 stays",))
    assert posts() == [("account_manager", "B1"), ("branch_head", "B1")]
    assert authenticate(username="E7001", password=password) is not None


def test_a_removal_needs_consent_says_so_and_disables_nobody(folder):
    packs.apply([folder()])
    (folder() / "one.yaml").unlink()
    pack = folder("E7002")

    removed = [change for change in packs.plan([pack]).changes if change.action == "remove"]
    with pytest.raises(DestructiveChange):
        packs.apply([pack])
    packs.apply([pack], yes=True)

    assert [(c.key, english(c.notes)) for c in removed] == [
        ("E7001", ("the user stays, with every post and the right to sign in",))
    ]
    assert posts("E7001") == [("account_manager", "B1")]
    assert User.objects.get(employee_no="E7001").is_active


def test_a_password_an_unknown_unit_and_an_unknown_role_are_findings(folder):
    pack = folder(unit="B9", roles="[king]", more="password: secret\n")

    found = {(finding.code, finding.line) for finding in packs.check([pack])}

    assert found == {("user.unknown_unit", 6), ("definition.unknown_reference", 7), ("definition.unknown_key", 8)}
    assert not User.objects.filter(employee_no="E7001").exists()


def test_a_password_for_nobody_is_refused():
    with pytest.raises(NotFound):
        organization.set_password("E0000")
