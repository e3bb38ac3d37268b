"""Several people add the same user at the same moment: there is one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from tests.factories.records import build_firm
from zhike.platform.organization import api as organization
from zhike.platform.organization.errors import UserExists
from zhike.platform.organization.models import User


def test_a_number_added_twice_at_once_is_one_user(own_database):
    build_firm()

    def add(number):
        try:
            organization.add_user(employee_no=number, name="某人", role="operator", unit="HQ", only_new=True)
        except UserExists:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, ["E721", "e721", "E721", "e721"])) == [False, False, False, True]
    assert User.objects.filter(employee_no__iexact="e721").count() == 1
