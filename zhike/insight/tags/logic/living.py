"""Where a tag is in use: by its lifecycle, on a day, in which org units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhike.insight.tags.logic.definitions import tags
from zhike.insight.tags.types import Tag
from zhike.kernel import clock, definitions
from zhike.kernel.definitions import Change, Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.platform.objects import bulk, catalogue
from zhike.platform.organization import api as organization
from zhike.platform.organization.types import OrgUnit

#: States in which a tag is computed and seen; of a frozen one only the definition stands still.
_IN_USE = ("live", "frozen")


@dataclass(frozen=True, slots=True)
class Reach:
    """The units in which a tag is in use, and whether it is for parties of no unit."""

    units: tuple[OrgUnit, ...]
    elsewhere: bool
    everywhere: bool

    @property
    def nowhere(self) -> bool:
        """Whether the tag is in use for nobody."""
        return not self.units and not self.elsewhere


def reach(tag: Tag, day: date, units: Sequence[OrgUnit]) -> Reach:
    """Return where a tag is in use on a day."""
    used = tuple(unit for unit in units if tag.state(day, _with_those_above(unit)) in _IN_USE)
    elsewhere = tag.state(day) in _IN_USE
    return Reach(used, elsewhere, elsewhere and len(used) == len(units))


def _with_those_above(unit: OrgUnit) -> tuple[str, ...]:
    return tuple(code for code in unit.path.split("/") if code)


def limits(resource: str) -> Mapping[str, frozenset[int]]:
    """Return the tags that are not in use everywhere, with the units whose viewers may know of them."""
    # A stage may begin at midnight, without a new version of the definitions.
    return definitions.derive(f"tags.limits:{resource}:{clock.today()}", lambda _found: _limits(resource))


def _limits(resource: str) -> Mapping[str, frozenset[int]]:
    staged = [tag for tag in tags().values() if tag.lifecycle]
    if not staged or resource != _party():
        return {}
    day, units = catalogue.served_on(resource) or clock.today(), organization.all_units()
    reached = {tag.key: reach(tag, day, units) for tag in staged}
    return {
        key: frozenset(unit.id for unit in found.units)
        for key, found in reached.items()
        if not found.everywhere and (found.units or not found.elsewhere)
    }


def _party() -> str:
    try:
        return catalogue.object_with_role("party").key
    except ZhikeError:
        return ""


def applied(changes: Sequence[Change]) -> None:
    """Take tags that go, or that are in use for nobody any more, from what is published beside the party."""
    party = _party()
    if not party:
        return
    day, units = catalogue.served_on(party), organization.all_units()
    if day is None:
        return
    kept = definitions.snapshot()
    gone = [change.key for change in changes if _gone(change, kept, day, units)]
    if gone:
        bulk.stop_serving(party, gone)


def _gone(change: Change, kept: Snapshot, day: date, units: Sequence[OrgUnit]) -> bool:
    tag = kept.of(Tag).get(change.key)
    return tag is None or reach(tag, max(day, clock.today()), units).nowhere
