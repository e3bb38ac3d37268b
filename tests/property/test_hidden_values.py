"""What one does not see, one cannot find out: every question has the same answer whatever stands in hidden fields.

Two worlds differ in nothing but the values that the asker sees masked or is refused, and what a mask shows is the same in
both. Names are the one thing that a search is for (record 23), so it is asked with the names left as they are.
"""

from __future__ import annotations

import io
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.depth import examples
from tests.factories.hidden import another, hidden_fields, other_world
from tests.factories.records import SYSTEM, build_firm, customer, holding
from zhike.expressions.types import Type
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import Invalid, ZhikeError
from zhike.platform.audit.models import Entry
from zhike.platform.exchange import exports
from zhike.platform.fields import search_tokens
from zhike.platform.objects import api as objects
from zhike.platform.objects.logic.catalogue import catalogue
from zhike.platform.objects.types import Computed, RecordQuery
from zhike.platform.packs import api as packs
from zhike.platform.permissions import api as permissions
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

PACK_ROLES = ("account_manager", "branch_head", "operator")
#: Roles with more hidden, and with less: what refinements and lookups are made of is seen by definition (record 23).
BLIND = {
    "blind_numbers": {"party": {"refused": ["mobile", "customer_no"]}, "contact_point": {"refused": ["value"]}},
    "blind_person": {
        "party": {"refused": ["name", "sex", "birth_date", "certificate_number", "remark", "marketing_suppressed"]},
        "bank_card": {"refused": ["number", "bank", "purpose"]},
    },
    "seeing": {"party": {"clear": ["name", "mobile"], "refused": ["email", "certificate_type", "kind"]}},
}
READ = ("party", "contact_point", "financial_account", "bank_card", "coverage", "employee", "interaction", "consent")
ROLE = """kind: role
key: {key}
labels: {{zh: {key}, en: {key}}}
grants: [{grants}]
fields: {fields}
"""
PEOPLE = (
    ("张三丰", "13800001234", "8800123456", "310101199001011234", "zsf@example.com", date(1990, 1, 1), "male"),
    ("李四海", "13911112222", "8800999999", "310101198502029999", "li@example.com", date(1985, 2, 2), "female"),
    ("王五", "13700007777", "55667788", "AB12345", "w@example.com", date(1985, 7, 9), "male"),
)


@pytest.fixture
def world(tmp_path):
    """Three customers with phones, accounts and cards; the principals by role."""
    firm = build_firm()
    (tmp_path / "pack.yaml").write_text("name: blind\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 盲, en: Blind}\n")
    for key, fields in BLIND.items():
        grants = ", ".join(f"{{on: {on}, operations: [read, export]}}" for on in READ)
        text = ROLE.format(key=key, grants=grants, fields=str(fields).replace("'", ""))
        (tmp_path / f"{key}.yaml").write_text(text)
    packs.apply([Path("packs"), tmp_path])
    for name, mobile, number, certificate, email, born, sex in PEOPLE:
        party = customer(
            name, mobile=mobile, customer_no=number, certificate_number=certificate, email=email,
            birth_date=born.isoformat(), sex=sex, remark=f"{name}的备注", certificate_type="resident_id",
        )  # fmt: skip
        of = {"party": str(party.uid)}
        objects.create("contact_point", {**of, "kind": "mobile", "value": mobile}, principal=SYSTEM)
        account = objects.create("financial_account", {**of, "account_no": number[::-1]}, principal=SYSTEM)
        card = {**of, "account": str(account.uid), "bank": f"{name}银行", "number": "62284804020" + number}
        objects.create("bank_card", card, principal=SYSTEM)
    held = {"account_manager": firm.manager, "branch_head": firm.branch_head, "operator": firm.operator}
    return held | {key: holding(firm.operator, key) for key in BLIND}


def answer(ask):
    """What a question says: its answer, or how it is refused."""
    try:
        return ask()
    except ZhikeError as error:
        return type(error).__name__, str(error.facts)


def same(principal, ask, *, keep_names=False):
    here = answer(ask)
    with other_world(principal, lambda field: keep_names and field.searchable == "name"):
        there = answer(ask)
    return here, there


def listed(page):
    rows = [(row.uid, row.display, row.values, row.refused) for row in page.rows]
    return rows, bool(page.next_cursor), bool(page.previous_cursor)


def sheet(query, principal):
    rows = load_workbook(io.BytesIO(exports.export_xlsx(query, principal=principal))).active.values
    return [row for number, row in enumerate(rows) if number > 0]


def walked(query, principal):
    """The pages of a list, two records each, from end to end and one step back; the cursors are those of this world."""
    pages, cursor, back = [], "", None
    while True:
        page = objects.page(RecordQuery(**{**fields_of(query), "cursor": cursor, "limit": 2}), principal=principal)
        pages.append(listed(page))
        back = page.previous_cursor or back
        if not page.next_cursor:
            break
        cursor = page.next_cursor
    if back:
        pages.append(
            listed(objects.page(RecordQuery(**{**fields_of(query), "cursor": back, "limit": 2}), principal=principal))
        )
    return pages


def grouped(query, principal):
    """The list in groups of its first column, or of what it is ordered by first."""
    named = [*query.columns, *(key for key, _way in query.sort), "status"]
    found = objects.groups(query, getattr(named[0], "key", named[0]), principal=principal)
    return found.groups, found.others, found.total


def fields_of(query):
    return {name: getattr(query, name) for name in ("object", "refinement", "condition", "text", "sort", "columns")}


_NO_SHRINKING = (Phase.explicit, Phase.generate)
#: Every way to ask a query.
WAYS = {
    "page": lambda query, principal: listed(objects.page(query, principal=principal)),
    "pages": walked,
    "count": lambda query, principal: objects.count(query, principal=principal),
    "exact count": lambda query, principal: objects.count(query, principal=principal, exact=True),
    "export": sheet,
    "by coverage": lambda query, principal: objects.summary_by_coverage(query, principal=principal),
    "groups": lambda query, principal: objects.summarize(query, principal=principal, group_by="status"),
    "groups of the list": lambda query, principal: grouped(query, principal),
}

_KINDS = {Type.TEXT: "text", Type.DATE: "date", Type.BOOLEAN: "boolean", Type.RECORD: "text", Type.INTEGER: "integer"}


def values_of(owner, key):
    """Values that the field has in one world or the other, parts of them, and nothing of them."""
    field, found = owner.fields[key], []
    for person in PEOPLE:
        by_key = dict(
            zip(
                ("name", "mobile", "customer_no", "certificate_number", "email", "birth_date", "sex"),
                person,
                strict=True,
            )
        )
        by_key |= {"value": person[1], "account_no": person[2][::-1], "number": "62284804020" + person[2]}
        by_key |= {"remark": f"{person[0]}的备注", "bank": f"{person[0]}银行", "purpose": "custody"}
        by_key |= {"kind": "person", "certificate_type": "resident_id", "marketing_suppressed": False}
        value = by_key.get(key)
        if value is not None:
            found += [value, another(field, value, "masked"), another(field, value, "refused")]
    return [one.isoformat() if isinstance(one, date) else one for one in found] or ["x"]


def literal(owner, key, value):
    kind = _KINDS.get(owner.fields[key].values.expression, "text")
    return {"value": value, "type": kind}


def conditions(owner, key, value, path):
    """Every operator over one field, that is reached by a path."""
    field, given = {"field": ".".join([*path, key])}, literal(owner, key, value)
    yield from ({"op": op, "left": field, "right": given} for op in ("=", "!=", "<", "<=", ">", ">="))
    yield {"op": "in", "left": field, "right": [given]}
    yield {"op": "not_in", "left": field, "right": [given]}
    yield {"op": "between", "left": field, "right": [given, given]}
    yield {"op": "is_empty", "left": field}
    yield from ({"call": name, "args": [field, given]} for name in ("starts_with", "contains", "ends_with"))
    piece = {"call": "substring", "args": [field, {"value": 1, "type": "integer"}, {"value": 5, "type": "integer"}]}
    yield {"op": "=", "left": piece, "right": given}
    length = {"call": "length", "args": [field]}
    yield {"op": ">", "left": length, "right": {"value": 5, "type": "integer"}}
    yield {"op": "=", "left": {"call": "coalesce", "args": [field, given]}, "right": given}


def ways_to(target):
    """How conditions over objects reach an object: itself, over references, over relations, over both."""
    known = catalogue()
    yield target, (lambda made: made), ()
    for owner in known.values():
        if owner.key not in READ:
            continue
        for field in owner.fields.values():
            if field.target == target:
                yield owner.key, (lambda made: made), (field.key,)
        for relation in owner.relations.values():
            if relation.object == target:
                yield owner.key, (lambda made, r=relation: {"aggregate": "exists", "over": r.key, "where": made}), ()
                more = {"value": 0, "type": "integer"}
                yield (
                    owner.key,
                    (
                        lambda made, r=relation, m=more: {
                            "op": ">",
                            "left": {"aggregate": "count", "over": r.key, "where": made},
                            "right": m,
                        }  # fmt: skip
                    ),
                    (),
                )


@pytest.mark.parametrize("role", [*PACK_ROLES, *BLIND])
def test_no_operator_over_a_hidden_field_tells_its_value(world, role):
    """Every hidden field × every operator, and every path to it: refused, or the same in both worlds."""
    principal, asked = world[role], 0
    with_other = []
    for owner in (catalogue()[key] for key in READ):
        for key in hidden_fields(owner, principal):
            value = values_of(owner, key)[0]
            for number, (over, wrap, path) in enumerate(ways_to(owner.key)):
                every = list(conditions(owner, key, value, path))
                for condition in every if number == 0 else every[:: len(every) // 3]:
                    query = RecordQuery(over, condition=wrap(condition))
                    with_other.append((query, lambda q=query: objects.count(q, principal=principal)))
                    asked += 1
            for direction in ("asc", "desc"):
                query = RecordQuery(owner.key, sort=((key, direction),), limit=1)
                with_other.append((query, lambda q=query: listed(objects.page(q, principal=principal))))
            query = RecordQuery(owner.key)
            with_other.append((query, lambda q=query, k=key: objects.summarize(q, principal=principal, group_by=k)))
            with_other.append((query, lambda q=query, k=key: objects.summarize(q, principal=principal, sums=[k])))
    here = [answer(ask) for _query, ask in with_other]
    with other_world(principal, lambda _field: False):
        there = [answer(ask) for _query, ask in with_other]
    told = [(query, one, two) for (query, _ask), one, two in zip(with_other, here, there, strict=True) if one != two]
    assert told == []
    assert asked > 100


def beyond(owner):
    """The fields of the records that an object's records point at, by their paths."""
    known = catalogue()
    pointing = [field for field in owner.fields.values() if field.target in known and field.stored]
    return [f"{field.key}.{key}" for field in pointing for key in known[field.target].fields]


@st.composite
def questions(draw):
    """A condition of one to three operators over fields of whatever objects, as a query in some order."""
    target = draw(st.sampled_from(READ))
    over, wrap, path = draw(st.sampled_from(range(len(list(ways_to(target))))).map(lambda n: list(ways_to(target))[n]))
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        owner = catalogue()[target]
        key = draw(st.sampled_from([key for key, field in owner.fields.items() if field.stored]))
        value = draw(st.sampled_from(values_of(owner, key)))
        made = list(conditions(owner, key, value, path))
        parts.append(wrap(made[draw(st.integers(0, len(made) - 1))]))
    joined = {draw(st.sampled_from(["and", "or"])): parts} if len(parts) > 1 else parts[0]
    condition = {"not": joined} if draw(st.booleans()) else joined
    owner = catalogue()[over]
    named = [*owner.fields, *beyond(owner)]
    order = st.tuples(st.sampled_from([*named, "id"]), st.sampled_from(["asc", "desc"]))
    sort = draw(st.lists(order, max_size=3).map(tuple))
    refinement = draw(st.sampled_from(["", *owner.refinements]))
    columns = draw(st.lists(st.sampled_from(sorted(named)), max_size=4, unique=True))
    if draw(st.booleans()):
        columns.append(Computed("made", {"field": draw(st.sampled_from(named))}))
    return RecordQuery(over, condition=condition, sort=sort, refinement=refinement, columns=tuple(columns))


@pytest.mark.parametrize("role", [*PACK_ROLES, *BLIND])
def test_no_question_made_up_tells_a_hidden_value(world, role):
    principal = world[role]
    known = [catalogue()[key] for key in READ]
    texts = [piece for owner in known for key in hidden_fields(owner, principal) for piece in _pieces(owner, key)]
    settled = settings(
        max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck), phases=_NO_SHRINKING
    )

    @settled
    @given(questions(), st.sampled_from(sorted(WAYS)))
    def asks(query, way):
        here, there = same(principal, lambda: WAYS[way](query, principal))
        assert here == there

    @settled
    @given(st.sampled_from(READ), st.integers(0, len(texts) - 1), st.sampled_from(sorted(WAYS)))
    def searches(over, number, way):
        text = texts[number]
        over = "party" if way == "by coverage" else over  # that way is about parties, whatever it is asked over
        if search_tokens.is_whole(text) and permissions.allowed(principal, f"{over}.find_by_number"):
            return  # that is what the operation is for
        here, there = same(principal, lambda: WAYS[way](RecordQuery(over, text=text), principal), keep_names=True)
        assert here == there

    asks()
    searches()


def _pieces(owner, key):
    """What somebody would type to find out a value: all of it, its beginnings and its ends, in either world."""
    for value in map(str, values_of(owner, key)):
        yield value
        yield from (value[:length] for length in range(1, len(value)))
        yield from (value[-length:] for length in range(1, len(value)))


@pytest.mark.parametrize("role", [*PACK_ROLES, *BLIND])
def test_lists_records_and_what_they_point_at_look_the_same(world, role):
    principal = world[role]

    def seen():
        for key in READ:
            page = objects.page(RecordQuery(key, columns=tuple(catalogue()[key].fields)), principal=principal)
            yield listed(page)
            yield objects.displays(key, [row.id for row in page.rows], principal=principal)
            for row in page.rows:
                found = records.get(key, row.uid, principal=principal, log_view=False)
                yield found.display, found.values, found.refused, found.permitted
                yield records.history(key, row.uid, principal=principal)[:1]

    here, there = same(principal, lambda: list(seen()))
    assert here == there
    assert len(here) > 20


def test_a_record_that_is_not_written_tells_no_unique_value(world):
    """The value of another record, and any other, beside another fault: the findings are the same in both worlds."""
    grants = [{"on": "party", "operations": ["read", "create", "update"]}]
    body = {"kind": "role", "key": "writer", "labels": {"zh": "写", "en": "Writer"}, "grants": grants}
    definition_changes.change([Edit.of(body)], reason="test")
    principal = holding(world["operator"], "writer")
    rows = objects.page(RecordQuery("party"), principal=principal).rows
    party = catalogue()["party"]
    unique = [key for key in party.unique_indexes.values() if key in hidden_fields(party, principal)]
    assert unique == ["customer_no"]

    def told(ask):
        with pytest.raises(Invalid) as refused:
            ask()
        return refused.value.findings

    def findings():
        for key in unique:
            for value in values_of(party, key):
                given = {key: value, "birth_date": "x"}
                yield told(lambda given=given: objects.create("party", {"name": "钱", **given}, principal=principal))
                for row in rows:
                    ask = partial(objects.update, "party", row.uid, given, revision=row.revision, principal=principal)
                    yield told(ask)

    here, there = same(principal, lambda: list(findings()))
    assert here == there
    assert len(here) == 9 * 4
    assert not Entry.objects.filter(operation="find_by_number").exists()
