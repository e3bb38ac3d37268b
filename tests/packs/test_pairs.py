"""A fault hides no other one: two slips in one definition are told as each of them is told alone."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.records import UNITS
from tests.packs.mutations import OTHER_WORD, Slip, slips, together
from zhike.kernel import definition_checks, definition_files, definition_reading, definitions
from zhike.kernel.definition_files import WrittenDefinition
from zhike.kernel.definition_parts import Finding, Place
from zhike.kernel.definition_reading import Reading
from zhike.kernel.definitions import Snapshot
from zhike.platform.organization import api as organization

pytestmark = pytest.mark.django_db

#: A key that stands twice is found by the reader of files, whatever else there is.
WAYS = ("misspelt key", "wrong type", "unknown reference", "missing key", OTHER_WORD)
#: How many pairs are drawn for each shipped definition.
PAIRS = 2
#: Keys that say of what the names beside them are names: nothing is said of these while nobody knows that.
DECIDES = {"dataset", "object", "on", "relation", "type", "use", "of"}


class Desk:
    """Checks one shipped definition with slips in it, beside all the others."""

    def __init__(self, one: WrittenDefinition, everything: Snapshot) -> None:
        kind = definitions.kind_named(one.kind)
        assert kind is not None
        self.one, self.kind = one, kind
        self.others = {name: dict(of_kind) for name, of_kind in everything.written.items()}
        self.value = self.others[one.kind].pop(one.key)
        self.told: dict[tuple[tuple[str, Place], ...], tuple[Reading, list[Finding]]] = {}

    def tell(self, *made: Slip) -> tuple[Reading, list[Finding]]:
        """How the definition with these slips is read, and all that is said of it."""
        named = tuple((slip.way, slip.place) for slip in made)
        if named not in self.told:
            body = copy.deepcopy(dict(self.one.body))
            for slip in made:
                put(body, slip)
            reading = definition_reading.read(body, self.kind)
            values = {**self.others, self.kind.name: dict(self.others[self.kind.name])}
            if reading.value is not None:
                values[self.kind.name][reading.value.key] = reading.value
            checked = definition_checks.check(Snapshot(-1, values), {(self.kind.name, self.one.key): reading})
            self.told[named] = reading, [*reading.findings, *(finding for _name, finding in checked)]
        return self.told[named]

    def pairs(self) -> Iterator[tuple[Slip, Slip]]:
        """Pairs of slips that do not touch each other, always the same."""
        text, name = self.one.path.read_text(encoding="utf-8"), str(self.one.path)
        made = list(slips(text, self.kind.model, self.value, name, WAYS))
        every = list(itertools.combinations(made, 2))
        for first, second in random.Random(name).sample(every, len(every)):
            if len(together(text, [first, second])[1]) == 2:
                yield first, second

    def hidden(self, slip: Slip, other: Slip) -> list[Finding]:
        """What is said of one slip alone and not where there is another one, too."""
        reading, findings = self.tell(*sorted((slip, other), key=lambda one: (one.way, str(one.place))))
        said = {(finding.code, finding.where) for finding in findings}
        alone = [finding for finding in self.tell(slip)[1] if (finding.code, finding.where) not in said]
        return [finding for finding in alone if not excused(finding, other, reading)]


def put(body: dict[str, object], slip: Slip) -> None:
    """Make a slip in what a file holds."""
    *above, last = slip.place
    holder = at(body, tuple(above))
    key = f"{last}{str(last)[-1]}q"
    if slip.way == "missing key":
        del holder[last]
    elif slip.way == "misspelt key":
        holder[key] = holder.pop(last)
    elif slip.way == "wrong type":
        holder[last] = [["wrong"]] if isinstance(holder[last], dict) else {"wrong": ["type"]}
    elif isinstance(holder[last], str):
        holder[last] = "no_such_thing"
    else:
        holder["no_such_thing"] = holder.pop(last)


def excused(finding: Finding, other: Slip, reading: Reading) -> bool:
    """Whether another slip makes unreadable what a finding is about: the value around it, or what may define its name.

    It also is where the other slip is in the key that says of what the blamed name is a name.
    """
    inside = finding.where[: len(other.place)] == other.place
    holder = other.place[:-1]
    of_that = other.place[-1] in DECIDES and finding.where[: len(holder)] == holder
    texts = [str(at(reading.body, place)) for place in reading.lost]
    defined = any(definition_checks.may_hold(text, name) for name in finding.missing for text in texts)
    return inside or bool(finding.missing and of_that) or defined


def at(node: Any, place: Place) -> Any:
    for part in place:
        node = node[part]
    return node


def test_two_slips_are_told_as_each_is_alone():
    organization.upsert_units(UNITS)
    installed = definitions.snapshot()
    hidden, count = [], 0
    for folder in [Path("packs"), *sorted(path for path in Path("examples").iterdir() if path.is_dir())]:
        files = definition_files.read(sorted(p for p in folder.rglob("*.yaml") if p.name != "pack.yaml"))
        everything, faults = definition_files.beside(files, installed)
        assert faults == []
        for one in files.written:
            desk = Desk(one, everything)
            for first, second in itertools.islice(desk.pairs(), PAIRS):
                count += 1
                for slip, other in ((first, second), (second, first)):
                    for finding in desk.hidden(slip, other):
                        made = (slip.way, slip.place), (other.way, other.place)
                        hidden.append((str(one.path), *made, finding.code, finding.where, finding.message))
            failed = [f for _reading, said in desk.told.values() for f in said if f.code == "definition.unchecked"]
            assert failed == [], one.path
    assert hidden == []
    assert count > 250
