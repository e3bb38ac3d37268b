"""`zhike docs reference`: a page for each kind of definition, made of its model, and its JSON Schema for editors."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, get_args, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from zhike.cli import reference_types
from zhike.cli.installation import prepared
from zhike.cli.output import Output
from zhike.kernel.definition_parts import Definition, Labels

_LONGEST_EXAMPLE = 45
#: What the type of a key says of every such key, and nothing about this one.
_OF_TYPES = ("letters a-z, digits and _", "an expression", "layer and name: core.trade", "ISO 4217: CNY, HKD")
_HEAD = "<!-- made by `zhike docs reference`; do not edit -->\n"


def reference(options: argparse.Namespace, output: Output) -> None:
    """Write the pages and schemas into a folder; files that no kind has any more go."""
    prepared()
    made = pages(options.packs)
    out: Path = options.out
    (out / "schema").mkdir(parents=True, exist_ok=True)
    for path in generated(out) - {out / name for name in made}:
        path.unlink()
    for name, text in made.items():
        (out / name).write_text(text, encoding="utf-8")
    output.result(
        {"folder": str(out), "files": sorted(made)},
        output.words(f"{out}：{len(made)} 个文件", f"{out}: {len(made)} files"),
    )


def generated(folder: Path) -> set[Path]:
    """Return the files below `folder` that this module made."""
    written = {path for path in folder.glob("*.md") if path.read_text(encoding="utf-8").startswith(_HEAD)}
    return written | set((folder / "schema").glob("*.json"))


def pages(packs: Sequence[Path]) -> dict[str, str]:
    """Return the text of every reference file by its name; the examples come from definitions below `packs`."""
    from zhike.kernel import definitions

    kinds = {kind.name: kind.model for kind in definitions.kinds()}
    examples = _examples(packs)
    made = {f"{name}.md": page(name, model, examples.get(name), kinds) for name, model in sorted(kinds.items())}
    for name, model in sorted(kinds.items()):
        made[f"schema/{name}.json"] = schema(name, model)
    made["README.md"] = _index(kinds)
    return made


def page(name: str, model: type[Definition], example: tuple[Path, str] | None, kinds: Iterable[str]) -> str:
    """Return the page of one kind: what it is, an example that ships, every key of it and of its parts."""
    lines = [_HEAD, f"# `{name}`", "", _said(model), ""]
    if example:
        lines += [f"From `{example[0]}`:", "", "```yaml", example[1].rstrip(), "```", ""]
    lines += ["## Keys", "", *_keys(model, kinds), ""]
    for part in parts(model):
        lines += [f"## {part.__name__}", "", _said(part), "", *_keys(part, kinds), ""]
    lines += [f"JSON Schema: [schema/{name}.json](schema/{name}.json)", ""]
    return "\n".join(lines)


def schema(name: str, model: type[Definition]) -> str:
    """Return the JSON Schema of a kind, as editors read it."""
    found = model.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name}
    return json.dumps({**found, **head}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def parts(model: type[object]) -> list[type[object]]:
    """Return the models inside a model at any depth, in the order in which a reader meets them."""
    found: dict[type[object], None] = {}
    waiting = [model]
    while waiting:
        current = waiting.pop(0)
        for info in fields(current).values():
            for inner in _models(info.annotation):
                if inner not in found and inner is not model:
                    found[inner] = None
                    waiting.append(inner)
    return list(found)


def fields(part: type[object]) -> Mapping[str, FieldInfo]:
    """Return what may be said in a part: a model, or a dataclass that pydantic reads."""
    if issubclass(part, BaseModel):
        return {info.alias or name: info for name, info in part.model_fields.items()}
    hints = get_type_hints(part, include_extras=True)
    assert dataclasses.is_dataclass(part)
    return {
        one.name: FieldInfo.from_annotation(hints[one.name])
        if one.default is dataclasses.MISSING
        else FieldInfo.from_annotated_attribute(hints[one.name], one.default)
        for one in dataclasses.fields(part)
    }


def _models(annotation: object) -> Iterator[type[object]]:
    if reference_types.is_part(annotation):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models(argument)


def _keys(model: type[object], kinds: Iterable[str]) -> list[str]:
    rows = ["| key | type | required | default | meaning |", "|---|---|---|---|---|"]
    for name, info in fields(model).items():
        typed = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        cells = [
            f"`{name}`",
            reference_types.words(typed, frozenset(kinds)),
            "yes" if info.is_required() else "",
            "" if info.is_required() else _default(info.get_default(call_default_factory=True)),
            meaning(info),
        ]
        rows.append("| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in cells) + " |")
    return rows


def meaning(info: FieldInfo) -> str:
    """Return what a key means: its description, or what the model it holds says of itself."""
    if info.description and info.description not in _OF_TYPES:
        return info.description
    held = list(_models(info.annotation))
    if len(held) == 1:
        return _said(held[0])
    if len(held) > 1:
        return "each is one of these, with keys of its own"
    if info.annotation is Labels:
        return "what people read, in Chinese and English"
    return "says which one it is" if len(get_args(info.annotation)) == 1 else ""


def _said(model: type[object]) -> str:
    own = model.__dict__.get("__doc__") or ""
    return " ".join(inspect.cleandoc(own).split())


def _default(value: object) -> str:
    if value is None or value == () or value == {} or value == "":
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, BaseModel):
        return "its own defaults"
    if isinstance(value, tuple | list):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`"


def _examples(packs: Sequence[Path]) -> dict[str, tuple[Path, str]]:
    """The shipped definition of each kind that shows the most keys and still fits a page."""
    best: dict[str, tuple[tuple[bool, int, int], Path, str]] = {}
    for path in sorted(path for folder in packs for path in folder.rglob("*.yaml") if path.name != "pack.yaml"):
        text = path.read_text(encoding="utf-8")
        kind = re.search(r"^kind: *(\w+)", text, re.MULTILINE)
        if not kind:
            continue
        lines = text.count("\n")
        shown = len(set(re.findall(r"[\w.]+(?=: )", text)))
        rank = (lines <= _LONGEST_EXAMPLE, shown if lines <= _LONGEST_EXAMPLE else -lines, -lines)
        if kind[1] not in best or rank > best[kind[1]][0]:
            best[kind[1]] = (rank, path, text)
    return {kind: (path, text) for kind, (_rank, path, text) in best.items()}


def _index(kinds: Mapping[str, type[Definition]]) -> str:
    lines = [
        _HEAD,
        "# Reference",
        "",
        "One file holds one definition; `kind` says which of these it is. `zhike pack check FOLDER` lists every fault with",
        "file and line. An editor that knows JSON Schema completes and checks while you type; its first line then reads:",
        "",
        "```text",
        "# yaml-language-server: $schema=docs/reference/schema/source.json",
        "```",
        "",
        "| kind | what it is |",
        "|---|---|",
        *(f"| [`{name}`]({name}.md) | {_said(model)} |" for name, model in sorted(kinds.items())),
        "",
        "Conditions and formulas in definitions are [expressions](expressions.md).",
        "",
    ]
    return "\n".join(lines)
