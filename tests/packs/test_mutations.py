"""Every definition that ships, with every kind of slip: a finding on the right line, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories.records import UNITS
from tests.packs.mutations import WAYS, slips, together
from zhike.kernel import definition_files, definitions
from zhike.platform.organization import api as organization

pytestmark = pytest.mark.django_db

KINDS = sorted(kind.name for kind in definitions.kinds())


@pytest.fixture(scope="module")
def shipped():
    """The files of every folder with definitions that belong together."""
    folders = [Path("packs"), *sorted(path for path in Path("examples").iterdir() if path.is_dir())]
    return {
        folder: definition_files.read(sorted(p for p in folder.rglob("*.yaml") if p.name != "pack.yaml"))
        for folder in folders
    }


@pytest.mark.parametrize("name", KINDS)
def test_every_slip_is_found_on_its_line(name, shipped, tmp_path):
    organization.upsert_units(UNITS)
    installed = definitions.snapshot()
    unseen = []
    mutated = 0
    for folder, files in shipped.items():
        everything, faults = definition_files.beside(files, installed)
        assert faults == [], folder
        for one in files.written:
            if one.kind != name:
                continue
            value = everything.written[one.kind][one.key]
            text = one.path.read_text(encoding="utf-8")
            made = list(slips(text, type(value), value, str(one.path)))
            assert {slip.way for slip in made} == set(WAYS), one.path
            mutated += len(made)
            for number, slip in enumerate(made):
                file = tmp_path / f"{one.path.stem}-{number}.yaml"
                file.write_text(slip.text, encoding="utf-8")
                findings = definition_files.beside(definition_files.read([file]), everything)[1]
                if slip.line not in {finding.line for finding in findings}:
                    said = [(finding.line, finding.code, finding.message) for finding in findings]
                    unseen.append((str(one.path), slip.way, slip.place, slip.line, said))
    assert unseen == []
    assert mutated >= len(WAYS), "no definition of this kind ships"


def test_slips_in_one_definition_and_in_several_files_are_all_found_in_one_run(shipped, tmp_path):
    organization.upsert_units(UNITS)
    everything, faults = definition_files.beside(shipped[Path("packs")], definitions.snapshot())
    assert faults == []
    expected, files = set(), []
    for one in shipped[Path("packs")].written:
        value = everything.written[one.kind][one.key]
        text = one.path.read_text(encoding="utf-8")
        changed, made = together(text, slips(text, type(value), value, str(one.path)))
        files.append(tmp_path / f"{one.kind}-{one.key}.yaml")
        # A name that stands in what cannot be read may be defined there: each file has its own.
        files[-1].write_text(changed.replace("no_such_thing", f"no_such_{one.kind}_{one.key}"), encoding="utf-8")
        expected |= {(files[-1].name, slip.line, slip.way) for slip in made}
    (tmp_path / "broken.yaml").write_text("kind: tag\nlevels: [", encoding="utf-8")

    read = definition_files.read([*files, tmp_path / "broken.yaml"])
    found = definition_files.beside(read, definitions.snapshot())[1]

    lines = {(Path(finding.path).name, finding.line) for finding in found}
    unseen = sorted(slip for slip in expected if slip[:2] not in lines)
    assert unseen == []
    assert len(expected) > 2 * len(files)
