"""Packs and what they hold."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from zhike.kernel.definition_changes import Plan
from zhike.kernel.definition_files import FileFinding, WrittenDefinition
from zhike.kernel.definition_parts import Key, Labels, Part, Text

__all__ = ["FileFinding", "Pack", "PackContent", "Plan"]


class Pack(Part):
    """What a pack says of itself in its pack.yaml."""

    name: Key = Field(description="the name by which other packs require this one")
    version: Text = Field(description="the version of the pack")
    requires: tuple[Key, ...] = Field((), description="packs that must be applied with or before this one")
    labels: Labels


@dataclass(frozen=True, slots=True)
class PackContent:
    """A pack with the definitions in its folder."""

    pack: Pack
    definitions: tuple[WrittenDefinition, ...]
