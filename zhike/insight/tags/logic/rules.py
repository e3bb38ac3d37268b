"""Rule tags, computed for a day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.indicators import api as indicators
from zhike.insight.tags.logic import living
from zhike.insight.tags.logic.definitions import tags
from zhike.insight.tags.types import Tag
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel.datasets import Column, Dataset, Scope
from zhike.kernel.definition_parts import Labels
from zhike.platform.objects import catalogue
from zhike.platform.organization import api as organization

TAG = "mart.tag"


def declared() -> Iterator[Dataset]:
    """Yield the table of tags: a column for each, and the day since which its value holds."""
    columns = [Column("party_id", "bigint")]
    columns += [Column(key, "varchar", labels=tag.labels) for key, tag in tags().items()]
    columns += [Column(f"{key}_since", "date") for key in tags()]
    title = Labels("当日标签", "Tags of a day")
    yield Dataset(TAG, title, "tags", "party", ("party_id",), tuple(columns), dated=True, scope=Scope("party_id"))


def compute(session: Session, business_date: date) -> int:
    """Write the tags of every party for `business_date`; return the number of parties.

    Beside each value stands the day since which it holds: the day on which it differed from the day computed before.
    """
    used = _used(business_date)
    select = trees.sql(
        "select w.id as party_id, _tags from (select p.*, i.* exclude (party_id) from _party p"
        " join _values i on i.party_id = p.id) w",
        tags=[trees.named(_level(tag, business_date, condition), tag.key) for tag, condition in used],
        party=session.table(indicators.PARTY, first=business_date, last=business_date),
        values=session.table(indicators.INDICATOR, first=business_date, last=business_date),
    )
    select = _with_since(session, select, business_date, [tag.key for tag, _condition in used])
    return session.write(TAG, business_date.isoformat(), select, sorted_by=("party_id",))


def _used(business_date: date) -> list[tuple[Tag, Tree | None]]:
    """The tags in use on the day, each with the condition over rows `w` of whom it is for; None is everybody."""
    units = organization.all_units()
    branch = catalogue.object_with_role("party").field_with_role("branch")
    found: list[tuple[Tag, Tree | None]] = []
    for tag in tags().values():
        where = living.reach(tag, business_date, units)
        if where.everywhere:
            found.append((tag, None))
        elif not where.nowhere and branch is not None:
            column = trees.column(branch.key, "w")
            codes = [trees.value(unit.code) for unit in where.units]
            inside = [trees.sql("_column in (_codes)", column=column, codes=codes)] if codes else []
            outside = [trees.sql("_column is null", column=column)] if where.elsewhere else []
            found.append((tag, trees.any_of(inside + outside)))
    return found


def _with_since(session: Session, select: Tree, business_date: date, keys: Sequence[str]) -> Tree:
    before = warehouse.newest_day(TAG, before=business_date)
    if before is None:
        nothing = [trees.named(trees.nothing("date"), f"{key}_since") for key in keys]
        return trees.sql("select *, _nothing from _rows", nothing=nothing, rows=select)
    earlier = session.table(TAG, first=before, last=before)
    known = session.columns(earlier)
    return trees.sql(
        "select n.*, _since from _rows n left join _earlier b on b.party_id = n.party_id",
        since=[trees.named(_since(key, known, business_date), f"{key}_since") for key in keys],
        rows=select,
        earlier=earlier,
    )


def _since(key: str, known: Collection[str], business_date: date) -> Tree:
    day, since = trees.value(business_date), f"{key}_since"
    if key not in known:
        return day
    kept = trees.column(since, "b") if since in known else trees.nothing("date")
    changed = "case when n._key is distinct from b._key then _day else _kept end"
    return trees.sql(changed, key=trees.name(key), day=day, kept=kept)


def since_of_party(party_id: int, publication: PublicationInfo) -> Mapping[str, date]:
    """Return the days since which the published tags of one party hold, by tag; unknown ones are left out."""
    day = publication.business_date
    if TAG not in publication.versions:
        return {}
    with warehouse.session(pins=publication, lookup=True) as session:
        relation = session.table(TAG, first=day, last=day)
        names = [key for key in session.columns(relation) if key.endswith("_since")]
        found = session.rows(
            trees.sql(
                "select _names from _tags where party_id = _party",
                names=[trees.column(key) for key in names],
                tags=relation,
                party=trees.value(party_id),
            )
        )
    row = found[0] if found and names else ()
    return {key.removesuffix("_since"): value for key, value in zip(names, row, strict=False) if value is not None}


def _level(tag: Tag, business_date: date, condition: Tree | None) -> Tree:
    schema = indicators.wide_schema()
    levels = [
        (indicators.over_wide(level.when, schema=schema, business_date=business_date), trees.value(level.key))
        for level in tag.levels
    ]
    value = trees.cases(levels)
    return value if condition is None else trees.cases([(condition, value)])
