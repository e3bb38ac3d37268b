"""Whatever posts somebody holds and whatever is shared with them: list, single record and bitmap agree with what the posts
and shares say, worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.factories.records import build_firm, customer
from zhike.kernel import clock
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import uuid7
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.packs import api as packs
from zhike.platform.permissions import explaining
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.records import api as records
from zhike.platform.records.logic import sharing
from zhike.platform.records.models import Share

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

#: Who may have shared, with what they see themselves: the head of B1 and the operator of all; a manager of neither.
GIVERS = {"E2001": "my_branch", "E3001": "all"}
SHARED = st.lists(
    st.tuples(
        st.sampled_from(sorted(GIVERS)),
        st.integers(0, 7),
        st.sampled_from(["user", "unit", "other"]),
        st.sampled_from(["holds", "last day", "over", "withdrawn"]),
    ),
    max_size=3,
)
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


def expected(held, number, people, shared):
    """The ids of whom the posts let somebody see: granted by any of them or shared with who reads any, walled off by none."""
    units = {}
    for role, unit in held:
        units.setdefault(role, set()).update(UNITS[unit])
    seen = set()
    for key, (_uid, person) in people.items():
        granted = any(holds(GRANTS[grant], person, number, units[grant, wall]) for grant, wall in units)
        denied = any(holds(WALLS[wall], person, number, units[grant, wall]) for grant, wall in units)
        reads = any(GRANTS[grant] for grant, _wall in units)
        if (granted or (reads and key in shared)) and not denied:
            seen.add(key)
    return seen


def given(shared, number, people, users):
    """Write shares down, and return the ids of those that let somebody of B1 with that number see a record today."""
    Share.objects.all().delete()
    found, keys, today = set(), sorted(people), clock.today()
    for giver, place, to, state in shared:
        Share.objects.create(
            uid=uuid7(),
            object="party",
            record_id=keys[place],
            user_id={"user": users[number], "other": users["E1002"]}.get(to),
            unit_id=organization.unit_by_code("R1").id if to == "unit" else None,
            until=today - timedelta(days=1) if state == "over" else today + timedelta(days=state == "holds"),
            withdrawn_at=clock.now() if state == "withdrawn" else None,
            by_id=users[giver],
            at=clock.now(),
        )
        held = GIVERS[giver] == "all" or people[keys[place]][1]["branch"] == "B1"
        if to != "other" and state in ("holds", "last day") and held:
            found.add(keys[place])
    return found


def test_list_record_and_bitmap_agree_for_whatever_posts(people):
    known = {code: organization.unit_by_code(code).id for code in UNITS}
    below = organization.subtrees(known.values())
    users = dict(User.objects.values_list("employee_no", "pk"))

    @settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @hypothesis.given(HELD, st.sampled_from(["E1001", "E1002", "E9"]), SHARED)
    def agree(held, number, shares):
        shared = given(shares, "E1001", people, users) if number == "E1001" else set()
        by_object = sharing.shared_with(organization.staff(users["E1001"])) if number == "E1001" else {}
        assert set(by_object.get("party", ())) == shared
        posts = [Post("_".join(role), known[unit], below[known[unit]]) for role, unit in held]
        principal = Principal(
            kind="staff", name="某", employee_no=number, posts=tuple(posts), shared=tuple(by_object.items())
        )
        wanted = expected(held, number, people, shared)
        bitmap = bulk.scope("party", principal=principal)
        assert (set(people) if bitmap is None else set(bitmap)) == wanted
        single = {key for key, (uid, _person) in people.items() if _is_seen(uid, principal, held)}
        assert single == wanted
        explained = next(one for one in explaining.explain(principal) if one.resource == "party")
        assert {(reason.role, reason.where) for reason in explained.operations.get("read", ())} == {
            ("_".join(role), GRANTS[role[0]]) for role, _unit in held if GRANTS[role[0]]
        }
        assert set(explained.walls) == {("_".join(role), WALLS[role[1]]) for role, _unit in held if WALLS[role[1]]}
        if any(GRANTS[grant] for (grant, _wall), _unit in held):
            rows = objects.page(RecordQuery("party"), principal=principal).rows
            assert {row.id for row in rows} == wanted

    agree()


def _is_seen(uid, principal, held):
    if not any(GRANTS[grant] for (grant, _wall), _unit in held):
        return False
    try:
        records.get("party", uid, principal=principal)
    except NotFound:
        return False
    return True
