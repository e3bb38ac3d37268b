"""Tags: labels with ordered levels, dated, by rule over indicators and party fields."""

from __future__ import annotations

import uuid
from datetime import date

from zhike.expressions.types import Type
from zhike.insight.indicators.types import Term
from zhike.insight.tags.logic import definitions, rules
from zhike.insight.tags.types import PartyTag, Tag
from zhike.insight.warehouse import api as warehouse
from zhike.platform.objects import catalogue
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records

__all__ = ["TAG", "compute", "of_party", "tags", "vocabulary"]

TAG = rules.TAG


def tags() -> list[Tag]:
    """Return every tag in the order of the definitions."""
    return list(definitions.tags().values())


def vocabulary() -> list[Term]:
    """Return the tags as words of conditions."""
    return [
        Term(
            key=tag.key,
            labels=tag.labels,
            type=Type.TEXT,
            group="tag",
            served="choice",
            options=tuple((level.key, level.labels) for level in tag.levels),
            description={"zh": tag.source, "en": tag.source} if tag.source else {},
        )
        for tag in tags()
    ]


def compute(business_date: date) -> int:
    """Compute every tag of every party for `business_date`; return the number of parties."""
    with warehouse.session() as connection:
        return rules.compute(connection, business_date)


def of_party(uid: uuid.UUID, *, principal: Principal) -> tuple[date | None, list[PartyTag]]:
    """Return the published business date and the party's tags on it. Raises NotFound outside the scope."""
    party = records.get(catalogue.object_with_role("party").key, uid, principal=principal, log_view=False)
    publication = warehouse.publication()
    if publication is None:
        return None, []
    served = [tag for tag in tags() if tag.key in party.values]
    since = rules.since_of_party(party.id, publication)
    found = []
    for tag in served:
        level = next((level for level in tag.levels if level.key == party.values[tag.key]), None)
        if level is not None:
            found.append(PartyTag(tag, level, since.get(tag.key)))
    return publication.business_date, found
