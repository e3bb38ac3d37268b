"""Settings that several types of text share, and what all of them refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.numbers import quoted
from zhike.platform.fields.logic.value_type import DESK, Settings, ValueType
from zhike.platform.fields.logic.written import Written
from zhike.platform.fields.types import Grammar, Mask, Search

#: What no text of the database may hold: the character NUL, and halves of characters.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
#: The signs that `str.strip` takes for blanks; those of the database are fewer.
_BLANKS = "".join(sign for sign in map(chr, range(1, 0x3001)) if sign.isspace())


def bad_character() -> BadValue:
    """Return the error of a text that no table holds."""
    return BadValue("value.bad_character", "不含控制字符的文本", "text without control characters")


class WordsSettings(Settings):
    """What a field of text may say."""

    mask: Mask | None = Field(None, description="how people without the right to see it in clear see it")
    searchable: Search | None = Field(None, description="records are found by a few characters of it")


class WrittenSettings(Settings):
    """What a field whose form may be fixed may say."""

    written: Written | None = Field(
        None, description="how people have to write it; what a source gives is taken as it comes"
    )


class LineSettings(WordsSettings):
    """What a field of one line may say."""

    default: str | None = Field(None, description="what a new record has")
    stamp: Literal["me"] | None = Field(
        None, description="me: the platform writes the employee number of whoever makes the record"
    )


class WrittenLineSettings(LineSettings, WrittenSettings):
    """What a field of one line may say whose form may be fixed."""


class Words(ValueType):
    """A text of at most `longest` characters."""

    longest: ClassVar[int] = 200
    of_digits: ClassVar[bool] = True

    def accept(self, value: object) -> object:
        if not isinstance(value, str):
            raise BadValue("value.not_text", "文本", "text")
        return self.typed(self.bounded(value.strip()))

    def bounded(self, text: str) -> str:
        """Return a text that can be kept. Raises BadValue where it is too long or has signs that no table holds."""
        if UNWRITABLE.search(text):
            raise bad_character()
        if len(text) > self.longest:
            raise self.too_long()
        return text

    def too_long(self) -> BadValue:
        """Return the error of a text that is too long."""
        return BadValue("value.too_long", f"不超过 {self.longest} 个字符的文本", f"at most {self.longest} characters")

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        yield self.too_long(), f"char_length({stored['']}) > {self.longest}"

    def unchanged_sql(self, column: str) -> str:
        trimmed = f"btrim({column}, {quoted(_BLANKS)})"
        return f"{column} = {trimmed} and {column} <> '' and char_length({column}) <= {self.longest}"

    def typed(self, text: str) -> object:
        """Return what somebody typed as the field holds it."""
        return self.read(text, DESK)


class Patterned(Words):
    """A text of a certain form; what is between its signs and not part of it goes."""

    pattern: ClassVar[str]
    #: Signs that only group others.
    ignored: ClassVar[str] = ""
    of_digits: ClassVar[bool] = False

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        yield from super().misfits(stored)
        yield self.refusal(), f"{stored['']} !~ {quoted(f'^(?:{self.pattern})$')}"

    def unchanged_sql(self, column: str) -> str:
        fits = f"{super().unchanged_sql(column)} and {column} ~ {quoted(f'^(?:{self.pattern})$')}"
        return f"{fits} and strpos({column}, {quoted(self.ignored)}) = 0" if self.ignored else fits

    def loaded(self, column: str) -> str:
        return self._kept(column)

    def read(self, text: str, grammar: Grammar) -> object:
        kept = text.replace(self.ignored, "") if self.ignored else text
        if not re.fullmatch(self.pattern, kept):
            raise self.refusal()
        return kept

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        kept = text
        if self.ignored:
            kept = trees.sql("replace(_text, _ignored, '')", text=text, ignored=trees.value(self.ignored))
        return trees.sql(
            "case when regexp_full_match(_kept, _pattern) then _kept end", kept=kept, pattern=trees.value(self.pattern)
        )

    def _kept(self, text: str) -> str:
        return f"replace({text}, {quoted(self.ignored)}, '')" if self.ignored else text
