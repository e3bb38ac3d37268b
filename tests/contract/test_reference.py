"""docs/reference is what the models say: one page and one JSON Schema per kind of definition."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zhike.cli import reference
from zhike.kernel import definitions

FOLDER = Path("docs/reference")
REGENERATE = "zhike docs reference --out docs/reference"
MODELS = {kind.name: kind.model for kind in definitions.kinds()}


@pytest.fixture(scope="module")
def made():  # type: ignore[no-untyped-def]
    return reference.pages([Path("packs"), Path("examples")])


def test_the_pages_are_those_of_the_models(made):
    kept = {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in reference.generated(FOLDER)}
    assert sorted(kept) == sorted(made), REGENERATE
    assert [name for name in made if kept[name] != made[name]] == [], REGENERATE


def test_every_kind_has_a_page_with_an_example_and_a_schema(made):
    for name in MODELS:
        assert f"kind: {name}\n" in made[f"{name}.md"], name
        assert json.loads(made[f"schema/{name}.json"])["properties"]["kind"]["const"] == name


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_key_says_what_it_means(name):
    silent = [
        f"{model.__name__}.{key}"
        for model in [MODELS[name], *reference.parts(MODELS[name])]
        for key, info in reference.fields(model).items()
        if not reference.meaning(info)
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_part_says_what_it_is(name):
    assert [
        model.__name__ for model in [MODELS[name], *reference.parts(MODELS[name])] if not model.__dict__["__doc__"]
    ] == []
