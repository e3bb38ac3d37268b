"""A value that may have several forms is told once: what is wrong with the form that was meant, at its own place.

pydantic tries every form and tells the faults of each, with the name of the form in the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel

from zhike.server.unknown_keys import fields, plain

Place = tuple[int | str, ...]
#: Forms that say best what is wanted where no form was meant.
_TELLING = ("float_", "decimal_")


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault at a place; `names` says which of the place's steps are names of forms."""

    found: Mapping[str, Any]
    place: Place
    names: tuple[bool, ...]

    def below(self, at: int) -> _Fault:
        """Return the fault without the name of its form, which stands at `at`."""
        place, names = self.place, self.names
        return replace(self, place=place[:at] + place[at + 1 :], names=names[:at] + names[at + 1 :])


def as_meant(model: type[BaseModel], faults: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the faults of a request's model, of each value those of the form that it comes nearest to."""
    seen = [_Fault(one, tuple(one["loc"][1:]), tuple(_names(model, one["loc"][1:]))) for one in faults]
    return [{**one.found, "loc": (*one.found["loc"][:1], *one.place)} for one in _meant(seen)]


def _meant(faults: Sequence[_Fault]) -> list[_Fault]:
    values: dict[Place, list[_Fault]] = {}
    for number, one in enumerate(faults):
        at = one.names.index(True) if True in one.names else None
        values.setdefault(("", number) if at is None else one.place[:at], []).append(one)
    return [told for of_value in values.values() for told in _nearest(of_value)]


def _nearest(faults: Sequence[_Fault]) -> Sequence[_Fault]:
    """Return the faults of one value by its nearest form: one that it was looked into for, with the fewest faults."""
    if True not in faults[0].names:
        return faults
    at = faults[0].names.index(True)
    forms: dict[int | str, list[_Fault]] = {}
    for one in faults:
        forms.setdefault(one.place[at], []).append(one)
    tried = [form for form in forms.values() if any(len(one.place) > at + 1 for one in form)]
    read = [_meant([one.below(at) for one in form]) for form in tried or forms.values()]
    return min(read, key=lambda form: (len(form), not str(form[0].found["type"]).startswith(_TELLING)))


def _names(shape: object, place: Place) -> list[bool]:
    """Return for each step of a place whether it is the name of a form that pydantic tried."""
    if not place:
        return []
    forms = [form for form in plain(shape) if form not in (None, NoneType)]
    step, rest = place[0], place[1:]
    if len(forms) > 1:
        form = next((one for one in forms if step in (getattr(one, "__name__", ""), str(one))), None)
        return [True, *_below(form, rest)]
    keys = fields(forms[0]) if forms else {}
    inner = keys.get(str(step)) if keys else next(iter(reversed(get_args(forms[0]))), None) if forms else None
    return [False, *_names(inner, rest)]


def _below(form: object, place: Place) -> list[bool]:
    return [False] * len(place) if form is None else _names(form, place)
