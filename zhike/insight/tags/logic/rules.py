"""Rule tags, computed for a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from zhike.insight.indicators import api as indicators
from zhike.insight.tags.logic import living
from zhike.insight.tags.logic.definitions import tags
from zhike.insight.tags.types import Tag
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.api import literal, name
from zhike.insight.warehouse.types import PublicationInfo, Session
from zhike.platform.objects import catalogue
from zhike.platform.organization import api as organization

TAG = "mart.tag"


def compute(connection: Session, business_date: date) -> int:
    """Write the tags of every party for `business_date`; return the number of parties.

    Beside each value stands the day since which it holds: the day on which it differed from the day computed before.
    """
    party = warehouse.relation(indicators.PARTY, first=business_date, last=business_date)
    values = warehouse.relation(indicators.INDICATOR, first=business_date, last=business_date)
    used = _used(business_date)
    columns = "".join(f", {_case(tag, business_date, condition)} as {name(tag.key)}" for tag, condition in used)
    select = (
        f"select w.id as party_id{columns} from (select p.*, i.* exclude (party_id) from {party} p"
        f" join {values} i on i.party_id = p.id) w"
    )
    select = _with_since(connection, select, business_date, [tag.key for tag, _condition in used])
    return warehouse.replace(connection, TAG, business_date.isoformat(), select, sorted_by=("party_id",))


def _used(business_date: date) -> list[tuple[Tag, str]]:
    """The tags in use on the day, each with the condition over rows `w` of whom it is for; "" is everybody."""
    units = organization.all_units()
    branch = catalogue.object_with_role("party").field_with_role("branch")
    found = []
    for tag in tags().values():
        where = living.reach(tag, business_date, units)
        if where.everywhere:
            found.append((tag, ""))
        elif not where.nowhere and branch is not None:
            column = f"w.{name(branch.key)}"
            codes = ", ".join(literal(unit.code) for unit in where.units) or "null"
            outside = f" or {column} is null" if where.elsewhere else ""
            found.append((tag, f"({column} in ({codes}){outside})"))
    return found


def _with_since(connection: Session, select: str, business_date: date, keys: Sequence[str]) -> str:
    before = warehouse.newest_day(TAG, before=business_date)
    if before is None:
        nothing = "".join(f", cast(null as date) as {name(key + '_since')}" for key in keys)
        return f"select *{nothing} from ({select})"
    earlier = warehouse.relation(TAG, first=before, last=before)
    known = {row[0] for row in connection.execute(f"describe select * from {earlier}").fetchall()}
    since = ""
    for key in keys:
        kept = f'b."{key}_since"' if f"{key}_since" in known else "cast(null as date)"
        changed = f'n."{key}" is distinct from b."{key}"' if key in known else "true"
        since += f", case when {changed} then date '{business_date}' else {kept} end as \"{key}_since\""
    return f"select n.*{since} from ({select}) n left join {earlier} b on b.party_id = n.party_id"


def since_of_party(party_id: int, publication: PublicationInfo) -> Mapping[str, date]:
    """Return the days since which the published tags of one party hold, by tag; unknown ones are left out."""
    day = publication.business_date
    if TAG not in publication.versions:
        return {}
    with warehouse.session(lookup=True) as connection:
        relation = warehouse.relation(TAG, publication=publication, first=day, last=day)
        found = connection.execute(f"select * from {relation} where party_id = ?", [party_id])
        names = [column[0] for column in found.description or ()]
        row = found.fetchone() or ()
    return {
        name.removesuffix("_since"): value
        for name, value in zip(names, row, strict=False)
        if name.endswith("_since") and value is not None
    }


def _case(tag: Tag, business_date: date, condition: str) -> str:
    schema = indicators.wide_schema()
    whens = " ".join(
        f"when {indicators.over_wide(level.when, schema=schema, business_date=business_date)} then {literal(level.key)}"
        for level in tag.levels
    )
    value = f"case {whens} end"
    return f"case when {condition} then {value} end" if condition else value
