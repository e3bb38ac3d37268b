"""What every field type knows: how its values are stored, read, shown, compared, masked, found, loaded and exported.

A type is one class in `kinds/`; an instance of it is bound to the settings of one field (or column, or measure). What
a class does not say it inherits from here: a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Self

from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Labels, Part
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.masks import mask, tail_from
from zhike.platform.fields.logic.written import Written
from zhike.platform.fields.types import Asked, Cell, Companion, Format, Grammar, Mask, Option, Pointer, Search, Wire

#: How people and JSON write values here, by language.
GRAMMARS = {
    "zh": Grammar(true=("是", "1", "true", "y", "yes", "t"), false=("否", "0", "false", "n", "no", "f")),
    "en": Grammar(true=("yes", "1", "true", "y", "t", "是"), false=("no", "0", "false", "n", "f", "否")),
}
DESK = GRAMMARS["zh"]


class Settings(Part):
    """What a field says about its values beside its type."""


class ValueType:
    """The type of a field; its class attributes hold for every field, `settings` for this one."""

    key: ClassVar[str]
    labels: ClassVar[Labels]
    #: What is expected where a value does not fit, "一个……" and "a …".
    expected: ClassVar[Labels]
    #: The component by which the browser shows and edits it.
    web: ClassVar[str] = "text"
    #: Its column in PostgreSQL, and the ones beside it.
    column: ClassVar[str] = "text"
    #: How a value is drawn where the field does not say it.
    drawn: ClassVar[Format] = "text"
    companions: ClassVar[tuple[Companion, ...]] = ()
    #: Suffixes of columns: read along when it is shown; those that tell a change; those that erasing wipes.
    shown: ClassVar[tuple[str, ...]] = ()
    telling: ClassVar[tuple[str, ...]] = ("",)
    wiped: ClassVar[tuple[str, ...]] = ("",)
    #: Suffix of the column that leaves for the warehouse.
    leaving: ClassVar[str] = ""
    #: Its column is looked up by even where the field does not ask for an index.
    indexed: ClassVar[bool] = False
    sortable: ClassVar[bool] = True
    #: It may be counted and grouped in the warehouse: no name, number or free text of a person.
    analytical: ClassVar[bool] = False
    #: It is a number: it has a lowest and a highest value, a unit, a change.
    is_number: ClassVar[bool] = False
    pointer: ClassVar[Pointer | None] = None
    #: The type of its values in expressions; None: it cannot be asked about.
    expression: ClassVar[Type | None] = Type.TEXT
    asked: ClassVar[Asked] = "text"
    settings_model: ClassVar[type[Settings]] = Settings
    #: The type of what files give for it; None: no column of a file holds it as such.
    given: ClassVar[Type | None] = Type.TEXT
    #: A whole number may stand for a text of it.
    of_digits: ClassVar[bool] = False
    #: What a value is made of, each a text that a feed may fill by itself.
    parts: ClassVar[tuple[str, ...]] = ()

    __slots__ = ("settings",)

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def bound(cls, **given: object) -> Self:
        """Return the type bound to those of the given settings that it has: for columns that are no fields."""
        known = {name: value for name, value in given.items() if name in cls.settings_model.model_fields}
        return cls(cls.settings_model.model_construct(None, **known))

    @property
    def format(self) -> Format:
        """How a value is drawn."""
        return getattr(self.settings, "format", None) or self.drawn

    @property
    def mask(self) -> Mask | None:
        """The mask under which people without the right see a value."""
        return getattr(self.settings, "mask", None)

    @property
    def shows_tail_from(self) -> int | None:
        """From how many characters on the mask shows a value's last four; None: never."""
        return tail_from(self.mask) if self.mask else 0

    @property
    def searchable(self) -> Search | None:
        """How a record is found by the value."""
        return getattr(self.settings, "searchable", None)

    @property
    def written(self) -> Written | None:
        """How people have to write the value, where its form is fixed."""
        return getattr(self.settings, "written", None)

    @property
    def options(self) -> tuple[Option, ...]:
        """The values that the field may have, where they are listed."""
        return getattr(self.settings, "options", ())

    @property
    def unit(self) -> str:
        """What a number counts: 天, %, an ISO currency; empty where it says nothing."""
        return getattr(self.settings, "unit", None) or ""

    @property
    def currency(self) -> str:
        """The currency of amounts that come without one; empty for what is no amount."""
        return ""

    @property
    def adds_up(self) -> bool:
        """Whether a sum of values means something: of amounts and counts, not of shares and codes."""
        return False

    @property
    def decimals(self) -> int:
        """How many decimals its numbers have."""
        return getattr(self.settings, "scale", 0)

    @property
    def target(self) -> str:
        """The object (or place) that values point at."""
        return getattr(self.settings, "target", "") or (self.pointer.name if self.pointer else "")

    @property
    def warehouse(self) -> str:
        """The type of its column in the warehouse."""
        return "varchar"

    @property
    def received(self) -> str:
        """The warehouse type of what `read_tree` gives: of what points at something it is the key."""
        return self.warehouse

    @property
    def columns(self) -> dict[str, str]:
        """The columns of a value by suffix, and their types in PostgreSQL."""
        return {"": self.column} | {companion.suffix: companion.column for companion in self.companions}

    def parse(self, value: object) -> object:
        """Return a value of JSON as the field holds it, None for nothing or blanks. Raises BadValue with what would fit.

        What points at something comes back as the uid it was given by, for the caller to resolve.
        """
        blank = isinstance(value, str) and not value.strip()
        return None if value is None or blank else self.accept(value)

    def accept(self, value: object) -> object:
        """Return what a value of JSON that is something says."""
        if not isinstance(value, str):
            raise self.refusal()
        return self.read(value.strip(), DESK)

    def read(self, text: str, grammar: Grammar) -> object:
        """Return the value that a text is by the grammar. Raises BadValue."""
        return text

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        """Return what `read` does of a text in the analytical engine; null where it refuses."""
        return text

    def text(self, value: object, grammar: Grammar) -> str:
        """Return a value as the grammar writes it, without groups of digits."""
        return str(value)

    def expects(self, grammar: Grammar) -> Labels:
        """Return what a text of the grammar would have to be."""
        return self.expected

    def refusal(self) -> BadValue:
        """Return the error of a value that does not fit."""
        return BadValue(f"value.not_{self.key}", self.expected.zh, self.expected.en)

    def store(self, value: object) -> dict[str, object]:
        """Return the columns that a parsed value lies in, by suffix."""
        return {"": value}

    def sent_tree(self, value: Tree) -> Tree:
        """Return what a load takes, over what a feed gives in the analytical engine."""
        return value

    def joined_tree(self, parts: Mapping[str, Tree]) -> Tree:
        """Return a value made of those of its `parts` that a feed gives in the analytical engine."""
        raise NotImplementedError(self.key)

    def loaded(self, column: str) -> str:
        """Return the PostgreSQL of a loaded value as records hold it, over what the load was given."""
        return column

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        """Yield what a loaded value may not be, each with its condition in PostgreSQL over `stored`, columns by suffix.

        It is what `parse` refuses and the columns would hold; a load leaves such rows out.
        """
        yield from ()

    def unchanged_sql(self, column: str) -> str:
        """Return whether `parse` takes a text as it stands, in PostgreSQL over a column; null of nothing."""
        raise NotImplementedError(self.key)

    def compared(self, value: object) -> dict[str, object]:
        """Return those of its columns that differ when the value does."""
        stored = self.store(value)
        return {suffix: stored[suffix] for suffix in self.telling}

    def ending(self, text: str) -> dict[str, object]:
        """Return the columns that tell the last digits of a value, with what they hold; none where it does so itself."""
        return {}

    def clear(self, stored: object) -> object:
        """Return a stored value in clear."""
        return stored

    def present(self, cells: Sequence[object], *, masked: bool = False) -> Wire:
        """Return a stored value, and what is read along with it, as its viewer may see it."""
        value = self.clear(cells[0])
        if masked and self.mask:
            value = mask(self.mask, value)
        return plain(value)

    def in_sentence(self, value: object) -> str | None:
        """Return the value of a condition as a sentence writes it; None where it is written as in the condition."""
        return None

    def excel(self, wire: Wire, language: str) -> Cell:
        """Return a presented value as a cell."""
        return Cell(wire)


def plain(value: object) -> Wire:
    """Return a value as JSON carries it: decimals and dates as text, instants as UTC with a Z."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):  # the journal keeps numbers as JSON does
        value = Decimal(str(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")[:-8] + "Z" if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value  # type: ignore[return-value]
