"""Packs of a few files, written for one test."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from zhike.kernel.definition_parts import Labels


def pack(folder: Path, manifest: str = "", requires: str = "[core]", **files: str) -> Path:
    """Write a pack named as its folder with a definition in each of `files`, and return the folder."""
    folder.mkdir(exist_ok=True)
    about = f"name: {folder.name}\nversion: 1.0.0\nrequires: {requires}\nlabels: {{zh: 试, en: Trial}}\n"
    (folder / "pack.yaml").write_text(manifest or about, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def english(notes: Iterable[Labels]) -> tuple[str, ...]:
    """Return what the notes of a step of a plan say in English."""
    return tuple(note.en for note in notes)
