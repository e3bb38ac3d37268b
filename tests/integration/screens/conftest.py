"""The golden day, and who works in its firm."""

from __future__ import annotations

import pytest

from tests.factories import golden
from tests.integration.insight.conftest import golden_day, golden_files, installation

__all__ = ["golden_day", "golden_files", "installation"]
ROLES = {"E00100": "branch_head", "E00101": "account_manager", "E90001": "operator"}


@pytest.fixture(scope="module")
def people(golden_day):
    """The principals of the golden firm by role, on the evening of the golden day."""
    from zhike.kernel import clock, database
    from zhike.platform.organization import api as organization
    from zhike.platform.permissions import api as permissions

    evening = clock.at(golden_day, 20, 0)
    database.set_clock_offset(database.read_clock_offset() + evening - clock.now())
    found = {}
    for number, name, unit, _post in golden.inputs()["employees"]:
        if number in ROLES:
            staff, _password = organization.add_user(employee_no=number, name=name, role=ROLES[number], unit=unit)
            found[ROLES[number]] = permissions.principal_of_user(staff.id)
    return found
