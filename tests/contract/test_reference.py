"""docs/reference is what the models say: one page and one JSON Schema per kind of definition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from zhike.cli import reference
from zhike.kernel import definitions
from zhike.platform.fields import api as fields

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


@pytest.mark.parametrize(
    ("name", "part", "first", "last"),
    [("measure", None, "date", "percent"), ("source", "SourceColumn", "address", "user")],
)
def test_the_types_that_may_stand_at_a_key_are_all_named(made, name, part, first, last):
    schema = json.loads(made[f"schema/{name}.json"])
    listed = (schema["$defs"][part] if part else schema)["properties"]["type"]["enum"]
    assert (listed[0], listed[-1]) == (first, last)
    assert f"| `type` | one of {', '.join(f'`{key}`' for key in listed)} |" in made[f"{name}.md"]
    model = MODELS[name] if part is None else next(one for one in reference.parts(MODELS[name]) if one.__name__ == part)
    info = reference.fields(model)["type"]
    typed = TypeAdapter(Annotated[info.annotation, *info.metadata])
    for key in fields.value_types():
        if key in listed:
            assert typed.validate_python(key) == key
        else:
            with pytest.raises(ValidationError):
                typed.validate_python(key)


def test_no_row_of_a_page_leaves_types_out(made):
    rows = [line for text in made.values() for line in text.splitlines() if line.startswith(("| `type`", "| `kind`"))]
    assert len(rows) > 40
    assert [row for row in rows if "…" in row] == []
