"""Records as the search of everything shows them: why each was found, and what tells it from others of its name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from zhike.kernel.definition_parts import Labels
from zhike.kernel.providers import HITS, FoundBy, SearchGroup, SearchHit
from zhike.platform.fields.types import Wire
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType, Hit, ObjectType, Record, RecordQuery, pointing_at
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: What a record is told apart by beside its name: numbers that people say to each other, no papers.
_TOLD = ("number", "digits")
#: What a coverage says of who serves whom.
_SERVING = ("party", "employee", "employee_no")


def search(principal: Principal, text: str) -> Sequence[SearchGroup]:
    """Return the records that answer a few characters, by object, of the objects that somebody may read."""
    found: list[SearchGroup] = []
    for owner in sorted(catalogue.object_types(principal), key=lambda one: one.role != "party"):
        searched = {key: field.searchable for key, field in owner.fields.items() if field.searchable}
        if not searched or owner.through:
            continue
        beside = [key for key, how in searched.items() if how in _TOLD and key not in owner.display]
        beside += _telling(owner, principal)
        query = RecordQuery(owner.key, text=text, limit=HITS, columns=tuple(dict.fromkeys([*searched, *beside])))
        hits = objects.search(query, principal=principal)
        serving = _serving(owner, [hit.record for hit in hits], principal)
        shown = [_hit(owner, hit, beside, serving.get(hit.record.uid, ()), principal) for hit in hits]
        if shown:
            found.append(SearchGroup(owner.key, Labels(**owner.labels), shown, _list_of(owner)))
    return found


def _telling(owner: ObjectType, principal: Principal) -> list[str]:
    """What tells records of one name apart beside their numbers: of the columns of their list the tier and the unit."""
    layout = owner.definition.list
    fields = (owner.fields[key] for key in (layout.columns if layout else ()) if key in owner.fields)
    telling = (field.key for field in fields if field.format == "tier" or field.role == "branch")
    return [key for key in telling if not permissions.limited(principal, owner.key, key)]


def _serving(owner: ObjectType, rows: Sequence[Record], principal: Principal) -> Mapping[uuid.UUID, Sequence[str]]:
    """Who serves each party today, as far as the searcher may read that."""
    if owner.role != "party" or not rows:
        return {}
    coverage = catalogue.object_with_role("coverage")
    may = permissions.allowed(principal, f"{coverage.key}.read")
    if not may or not all(catalogue.may_ask(coverage.key, key, principal=principal) for key in _SERVING):
        return {}
    query = RecordQuery(
        coverage.key,
        refinement=coverage.definition.current or "",
        condition={"or": [pointing_at("party", row.id) for row in rows]},
        columns=_SERVING,
    )
    found: dict[uuid.UUID, list[str]] = {}
    for row in objects.page(query, principal=principal).rows:
        party, employee = row.values.get("party"), row.values.get("employee")
        name = employee["display"] if isinstance(employee, dict) else row.values.get("employee_no")
        if isinstance(party, dict) and name:
            found.setdefault(uuid.UUID(str(party["uid"])), []).append(str(name))
    return found


def _hit(owner: ObjectType, hit: Hit, beside: Sequence[str], serving: Sequence[str], principal: Principal) -> SearchHit:
    row, by = hit.record, hit.by
    values = {key: _said(owner.fields[key], row.values.get(key), principal) for key in beside}
    value = str(by.value) if by and by.value is not None else ""
    told = [text for text in (*values.values(), *serving) if text and text != value]
    why = FoundBy(Labels(**by.labels), "" if value == row.display else value, tail=by.tail) if by else None
    return SearchHit(row.display, "  ".join(told), f"/records/{owner.key}/{row.uid}", why)


def _said(field: FieldType, value: Wire, principal: Principal) -> str:
    return "" if value is None else str(field.values.excel(value, principal.language).value)


def _list_of(owner: ObjectType) -> str:
    """The list with all that a search finds: its tab of everything, for a search knows no tabs."""
    layout = owner.definition.list
    tabs = layout.tabs if layout else ()
    return f"/records/{owner.key}" + ("?tab=all" if "all" in tabs else "")
