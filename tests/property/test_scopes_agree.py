"""Whatever posts somebody holds: list, single record and bitmap agree with what the posts say, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.factories.records import build_firm, customer
from zhike.kernel.errors import NotFound
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.packs import api as packs
from zhike.platform.permissions.types import Post, Principal

pytestmark = pytest.mark.django_db

UNITS = {"HQ": {"B1", "B2"}, "R1": {"B1", "B2"}, "B1": {"B1"}, "B2": {"B2"}}
#: What each role grants and what its wall takes away, over what the tests know of a customer.
GRANTS = {"everybody": "all", "own": "mine", "branch": "my_branch", "resting": "dormant", "nobody": None}
WALLS = {"open": None, "walled_branch": "my_branch", "walled_resting": "dormant"}
ROLES = [(grant, wall) for grant in GRANTS for wall in WALLS]
ROLE = """kind: role
key: {key}
labels: {{zh: {key}, en: {key}}}
grants:
  - {{on: party_role, operations: [read]}}
{grants}{walls}"""

HELD = st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(sorted(UNITS))), max_size=4)


@pytest.fixture
def people(tmp_path):
    """Customers of both branches, of two managers, dormant or not; what is known of each, by id."""
    build_firm()
    (tmp_path / "pack.yaml").write_text("name: seers\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 看, en: Seers}\n")
    for grant, wall in ROLES:
        grants = f"  - {{on: party, operations: [read], where: {GRANTS[grant]}}}\n" if GRANTS[grant] else ""
        walls = f"walls:\n  - {{on: party, where: {WALLS[wall]}}}\n" if WALLS[wall] else ""
        text = ROLE.format(key=f"{grant}_{wall}", grants=grants, walls=walls)
        (tmp_path / f"{grant}_{wall}.yaml").write_text(text)
    packs.apply([Path("packs"), tmp_path])
    found = {}
    for branch in ("B1", "B2"):
        for manager in ("E1001", "E1002"):
            for status in ("normal", "dormant"):
                made = customer(f"{branch}{manager}{status}", branch=branch, manager=manager, status=status)
                found[made.id] = (made.uid, {"branch": branch, "manager": manager, "status": status})
    return found


def holds(where, person, number, units):
    met = {
        "all": True,
        "mine": person["manager"] == number,
        "my_branch": person["branch"] in units,
        "dormant": person["status"] == "dormant",
        None: False,
    }
    return met[where]


def expected(held, number, people):
    """The ids of whom the posts let somebody see: granted by any of them, taken away by none."""
    units = {}
    for role, unit in held:
        units.setdefault(role, set()).update(UNITS[unit])
    seen = set()
    for key, (_uid, person) in people.items():
        granted = any(holds(GRANTS[grant], person, number, units[grant, wall]) for grant, wall in units)
        denied = any(holds(WALLS[wall], person, number, units[grant, wall]) for grant, wall in units)
        if granted and not denied:
            seen.add(key)
    return seen


def test_list_record_and_bitmap_agree_for_whatever_posts(people):
    known = {code: organization.unit_by_code(code).id for code in UNITS}
    below = organization.subtrees(known.values())

    @settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(HELD, st.sampled_from(["E1001", "E1002", "E9"]))
    def agree(held, number):
        posts = [Post("_".join(role), known[unit], below[known[unit]]) for role, unit in held]
        principal = Principal(kind="staff", name="某", employee_no=number, posts=tuple(posts))
        wanted = expected(held, number, people)
        bitmap = bulk.scope("party", principal=principal)
        assert (set(people) if bitmap is None else set(bitmap)) == wanted
        single = {key for key, (uid, _person) in people.items() if _is_seen(uid, principal, held)}
        assert single == wanted
        if any(GRANTS[grant] for (grant, _wall), _unit in held):
            rows = objects.page(RecordQuery("party"), principal=principal).rows
            assert {row.id for row in rows} == wanted

    agree()


def _is_seen(uid, principal, held):
    if not any(GRANTS[grant] for (grant, _wall), _unit in held):
        return False
    try:
        objects.get("party", uid, principal=principal)
    except NotFound:
        return False
    return True
