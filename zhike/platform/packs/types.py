"""Packs and what they hold."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from zhike.kernel.definition_changes import Plan
from zhike.kernel.definition_checks import UnreadText
from zhike.kernel.definition_files import FileFinding, WrittenDefinition
from zhike.kernel.definition_parts import Key, Labels, Part, Text

__all__ = ["FileFinding", "Pack", "PackContent", "Plan", "ReadPacks"]


class Pack(Part):
    """What a pack says of itself in its pack.yaml."""

    name: Key = Field(description="the name by which other packs require this one")
    version: Text = Field(description="the version of the pack")
    requires: tuple[Key, ...] = Field((), description="packs that must be applied with or before this one")
    replaces: tuple[Key, ...] = Field((), description="packs whose definitions this one may take over under their keys")
    labels: Labels


@dataclass(frozen=True, slots=True)
class PackContent:
    """A pack with the definitions in its folder."""

    pack: Pack
    definitions: tuple[WrittenDefinition, ...]


@dataclass(frozen=True, slots=True)
class ReadPacks:
    """Packs with their definitions, what is wrong with their files, and the texts of those that could not be read."""

    content: tuple[PackContent, ...]
    findings: tuple[FileFinding, ...]
    unread: tuple[UnreadText, ...]
