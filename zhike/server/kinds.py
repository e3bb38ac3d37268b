"""The kind `page`: which blocks stand where, and what is said to each in the words of its own settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, Union, cast

from pydantic import Field, create_model

from zhike.kernel import providers
from zhike.kernel.definition_checks import each, meant, unknown
from zhike.kernel.definition_parts import Definition, Flag, Key, Labels, Part, Place, Refers, Text
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.objects import catalogue
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Securable

#: What a block may name of an object.
_NAMED = {
    "field": Labels("字段、指标或标签", "field, indicator or tag"),
    "refinement": Labels("筛选条件", "refinement"),
}


class NextStep(Part):
    """Something to do about an empty block."""

    labels: Labels = Field(description="what stands on the button")
    path: Text = Field(description="the address of the page where it is done")
    operation: Text | None = Field(None, description="whoever may not do this does not see it: audience.create")


class EmptyWords(Part):
    """What a page says where a block has nothing yet."""

    title: Labels = Field(description="that there is nothing, in a few words")
    text: Labels = Field(description="what will stand here, and when")
    actions: tuple[NextStep, ...] = Field((), description="what to do next; the first is the usual one")


class PlacedBlock(providers.BlockSettings):
    """A block of a page with what the page says to it."""

    use: str = Field(description="the block; it decides what else may be said here")
    labels: Labels | None = Field(None, description="what is written over it; the block's own words, when absent")
    empty: EmptyWords | None = Field(None, description="what is said while it has nothing to show")
    later: Flag = Field(False, description="it is asked for when it comes into sight, not with the page")


class Page(Definition):
    """A page: blocks under a header, in columns."""

    kind: Literal["page"]
    operation: Text = Field(description="the right to see the page: party.read")
    record: Annotated[Key, Refers("object")] | None = Field(None, description="the object of whose records it is")
    header: Key | None = Field(None, description="the block over the columns")
    columns: tuple[tuple[Key, ...], ...] = Field(description="blocks from top to bottom; the wide column first")
    blocks: Mapping[Key, PlacedBlock] = Field({}, description="settings by block; a block without needs none")

    def placed(self) -> Iterator[tuple[Place, str]]:
        """Yield the blocks of the page, each with its place."""
        if self.header:
            yield ("header",), self.header
        for number, column in enumerate(self.columns):
            for index, key in enumerate(column):
                yield ("columns", number, index), key


def page_kind() -> Kind[Page]:
    """Return the kind, made of the blocks that all rooms have registered by now."""
    choices = tuple(_placed(block) for _key, block in sorted(providers.blocks.items()))
    choice: Any = Annotated[Union[choices], Field(discriminator="use")]  # noqa: UP007 - made of the registry
    model: Any = create_model(
        "Page",
        __base__=Page,
        __doc__=Page.__doc__,
        blocks=(Mapping[Key, choice], Field({}, description="settings by block; a block without needs none")),
    )
    return Kind(model, order=90, check=check_page)


def _placed(block: providers.Block) -> type[PlacedBlock]:
    """The block as a page places it: its own settings, and what may be said to any block."""
    named: Any = Literal[block.key]
    bases: Any = (PlacedBlock, block.settings)
    own = block.settings is not providers.BlockSettings
    made = create_model(
        f"{block.key}_block",
        __base__=bases,
        __doc__=block.settings.__doc__ if own else f"{block.en}.",
        use=(named, Field(description="the block")),
    )
    return cast(type[PlacedBlock], made)


def check_page(page: Page, everything: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with a page beyond its shape: blocks nobody offers, fields that an object does not have."""
    return each(
        _check_operations(page, everything),
        _check_places(page),
        _check_once(page),
        _check_placed(page),
        *(_check_subject(page, place, key, everything) for place, key in page.placed()),
        _check_shown(page, everything),
        _check_blocks(page, everything),
    )


def _check_operations(page: Page, everything: Snapshot) -> Iterator[Finding]:
    yield from permissions.check_operation(everything, page.operation, ("operation",))


def _check_blocks(page: Page, everything: Snapshot) -> Iterator[Finding]:
    yield from each(
        *(_check_names(page, key, block, everything) for key, block in page.blocks.items()),
        *(_check_actions(key, block, everything) for key, block in page.blocks.items()),
        *(_check_settings(key, block, everything) for key, block in page.blocks.items()),
    )


def _check_settings(key: str, block: PlacedBlock, everything: Snapshot) -> Iterator[Finding]:
    """Find what the block itself says of its settings, each at its place on the page."""
    for finding in block.checked(everything):
        yield replace(finding, where=("blocks", key, *finding.where))


def _check_actions(key: str, block: PlacedBlock, everything: Snapshot) -> Iterator[Finding]:
    for number, action in enumerate(block.empty.actions if block.empty else ()):
        if action.operation:
            place = ("blocks", key, "empty", "actions", number, "operation")
            yield from permissions.check_operation(everything, action.operation, place)


def _check_once(page: Page) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, key in page.placed():
        if key in seen:
            said = Labels(f"区块“{key}”在页面上已有", f"block '{key}' stands on the page already")
            yield Finding("page.doubled_block", said, place)
        seen.add(key)


def _check_places(page: Page) -> Iterator[Finding]:
    for place, key in page.placed():
        if key not in page.blocks:
            yield from _check_bare(key, place, page.blocks)


def _check_placed(page: Page) -> Iterator[Finding]:
    """Find settings of blocks that stand nowhere; not of one whose name is misspelt where it should stand."""
    placed = dict.fromkeys(key for _place, key in page.placed())
    misspelt = {meant(key, {own: own for own in page.blocks}) for key in placed if key not in providers.blocks}
    for key in page.blocks:
        if key not in placed and key not in misspelt:
            said = Labels(
                f"区块“{key}”有设置却没有放到页面上：请写进 `columns` 或 `header`",
                f"block '{key}' has settings and stands nowhere: name it under `columns` or as the `header`",
            )
            yield Finding("page.unplaced_block", said, ("blocks", key), (key,))


def _check_subject(page: Page, place: Place, key: str, everything: Snapshot) -> Iterator[Finding]:
    """Find a block of a record on a page without one, and one that has nothing to tell of the page's records."""
    block = providers.blocks.get(page.blocks[key].use if key in page.blocks else key)
    if block is None or block.by != "record":
        return
    at = ("blocks", key) if key in page.blocks else place
    if not page.record:
        said = Labels(
            f"区块“{block.key}”显示记录，而页面没有记录", f"block '{block.key}' shows a record; the page has none"
        )
        yield Finding("page.no_record", said, at, ("record",))
    elif block.role and page.record not in (able := _playing(block.role, everything)):
        has = _listed(able)
        said = Labels(
            f"区块“{block.key}”显示 {has.zh} 的记录，而页面显示“{page.record}”的记录",
            f"block '{block.key}' shows a record of {has.en}; the page shows one of '{page.record}'",
        )
        yield Finding("page.other_record", said, at, (page.record,))


def _playing(role: str, everything: Snapshot) -> list[str]:
    return [key for key, found in everything.of(Securable).items() if found.role == role]


def _listed(keys: list[str]) -> Labels:
    quoted = ", ".join(f"'{key}'" for key in keys)
    return Labels("、".join(f"“{key}”" for key in keys) or "（没有这样的）", quoted or "no object there is")


def _check_shown(page: Page, everything: Snapshot) -> Iterator[Finding]:
    """Find the objects whose records are shown by this page, which shows others."""
    for key in everything.named("object"):
        if key != page.record and page.key in catalogue.names_of(everything, key).get("page", ()):
            zh, en = (f"“{page.record}”的记录", f"one of '{page.record}'") if page.record else ("不到记录", "none")
            said = Labels(
                f"对象“{key}”用本页显示记录，而本页显示{zh}",
                f"object '{key}' shows its records by this page, which shows {en}",
            )
            yield Finding("page.other_object", said, ("record",), (key,))


def _check_names(page: Page, key: str, block: PlacedBlock, everything: Snapshot) -> Iterator[Finding]:
    for named in block.named(page.record or ""):
        known = catalogue.names_of(everything, named.object).get(named.what)
        if known is not None and named.key not in known:
            yield unknown(
                _NAMED[named.what], named.key, known, ("blocks", key, *named.place), f"page.unknown_{named.what}"
            )
        elif known is not None and named.points_at:
            yield from _check_pointing(key, named, everything)


def _check_pointing(key: str, named: providers.Named, everything: Snapshot) -> Iterator[Finding]:
    """Find a field that leads to other records than those of the page."""
    targets = catalogue.targets_of(everything, named.object)
    if targets.get(named.key) != named.points_at:
        able = _listed([field for field, target in targets.items() if target == named.points_at])
        said = Labels(
            f"字段“{named.object}.{named.key}”不指向“{named.points_at}”；指向它的有：{able.zh}",
            f"field '{named.object}.{named.key}' does not point at '{named.points_at}'; those that do: {able.en}",
        )
        yield Finding("page.other_target", said, ("blocks", key, *named.place), (named.key,))


def _check_bare(key: str, place: Place, own: Collection[str]) -> Iterator[Finding]:
    """What is wrong with a block that the page says nothing to."""
    if key not in providers.blocks:
        yield unknown(Labels("区块", "block"), key, {*own, *_plain_blocks()}, place, "page.unknown_block")
        return
    wanted = _wanted(providers.blocks[key])
    if wanted:
        said = Labels(
            f"区块“{key}”需要在 `blocks` 下设置：{'、'.join(wanted)}",
            f"block '{key}' needs settings under `blocks`: {', '.join(wanted)}",
        )
        yield Finding("page.unset_block", said, place, (key,))


def _wanted(block: providers.Block) -> list[str]:
    """The settings without which a block cannot be."""
    return [info.alias or name for name, info in block.settings.model_fields.items() if info.is_required()]


def _plain_blocks() -> list[str]:
    """The blocks that may stand on a page without settings."""
    return [key for key, block in providers.blocks.items() if not _wanted(block)]
