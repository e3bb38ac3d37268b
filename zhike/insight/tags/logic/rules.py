"""Rule tags: reading their definitions and computing them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from zhike.insight.indicators import api as indicators
from zhike.insight.tags.types import Tag
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import PublicationInfo, Session
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot

TAG = "mart.tag"


def tags() -> Mapping[str, Tag]:
    """Return every tag by key, in the order in which they are shown."""
    return definitions.derive("tags", _ordered)


def _ordered(found: Snapshot) -> Mapping[str, Tag]:
    return {tag.key: tag for tag in sorted(found.of(Tag).values(), key=lambda tag: (tag.order, tag.key))}


def compute(connection: Session, business_date: date) -> int:
    """Write the tags of every party for `business_date`; return the number of parties.

    Beside each value stands the day since which it holds: the day on which it differed from the day computed before.
    """
    party = warehouse.relation(indicators.PARTY, first=business_date, last=business_date)
    values = warehouse.relation(indicators.INDICATOR, first=business_date, last=business_date)
    columns = "".join(f', {_case(tag, business_date)} as "{tag.key}"' for tag in tags().values())
    select = (
        f"select w.id as party_id{columns} from (select p.*, i.* exclude (party_id) from {party} p"
        f" join {values} i on i.party_id = p.id) w"
    )
    select = _with_since(connection, select, business_date)
    return warehouse.replace(connection, TAG, business_date.isoformat(), select, sorted_by=("party_id",))


def _with_since(connection: Session, select: str, business_date: date) -> str:
    before = warehouse.newest_day(TAG, before=business_date)
    if before is None:
        nothing = "".join(f', cast(null as date) as "{key}_since"' for key in tags())
        return f"select *{nothing} from ({select})"
    earlier = warehouse.relation(TAG, first=before, last=before)
    known = {row[0] for row in connection.execute(f"describe select * from {earlier}").fetchall()}
    since = ""
    for key in tags():
        kept = f'b."{key}_since"' if f"{key}_since" in known else "cast(null as date)"
        changed = f'n."{key}" is distinct from b."{key}"' if key in known else "true"
        since += f", case when {changed} then date '{business_date}' else {kept} end as \"{key}_since\""
    return f"select n.*{since} from ({select}) n left join {earlier} b on b.party_id = n.party_id"


def since_of_party(party_id: int, publication: PublicationInfo) -> Mapping[str, date]:
    """Return the days since which the published tags of one party hold, by tag; unknown ones are left out."""
    day = publication.business_date
    if TAG not in publication.versions:
        return {}
    with warehouse.session() as connection:
        relation = warehouse.relation(TAG, publication=publication, first=day, last=day)
        found = connection.execute(f"select * from {relation} where party_id = ?", [party_id])
        names = [column[0] for column in found.description or ()]
        row = found.fetchone() or ()
    return {
        name.removesuffix("_since"): value
        for name, value in zip(names, row, strict=False)
        if name.endswith("_since") and value is not None
    }


def _case(tag: Tag, business_date: date) -> str:
    schema = indicators.wide_schema()
    whens = " ".join(
        f"when {indicators.over_wide(level.when, schema=schema, business_date=business_date)} then '{level.key}'"
        for level in tag.levels
    )
    return f"case {whens} end"
