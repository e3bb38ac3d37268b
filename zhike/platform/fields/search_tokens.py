"""Search tokens: made when a record is written, so that two characters of a name find it in milliseconds.

A name gives its characters, pairs of characters, full pinyin and the beginnings of its initials; a phone or number
gives itself and its last four digits; a certificate only keyed hashes of itself and of its last four characters.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pypinyin import Style, pinyin

from zhike.kernel.encryption import keyring
from zhike.platform.fields.types import Search

__all__ = ["FAMILIES", "TAIL", "Family", "Wanted", "array_items", "is_whole", "normalize", "tokens_of", "wanted"]

#: How many last digits of a number find it.
TAIL = 4
#: What is shorter is asked for by its last digits or half typed yet, not a whole number.
_WHOLE = 6
#: Certificates that are not longer are masked from end to end (see `masks`): their last signs find nothing.
_ALL_HIDDEN = 7
#: Fields of one family give tokens that cannot be told apart.
Family = Literal["name", "number", "certificate"]
FAMILIES: Mapping[Search, Family] = {
    "name": "name",
    "digits": "number",
    "number": "number",
    "certificate": "certificate",
}


def normalize(text: str) -> str:
    """Return `text` in the form that tokens have: full-width folded, small letters, no spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def tokens_of(searchable: str, value: str) -> frozenset[str]:
    """Return the tokens under which a field value is found; `searchable` is name, digits, number or certificate."""
    text = normalize(value)
    if not text:
        return frozenset()
    if searchable == "name":
        return _name_tokens(text)
    if searchable == "certificate":
        tail = (f"c4:{keyring().digest(text[-TAIL:], 'tail')}",) if len(text) > _ALL_HIDDEN else ()
        return frozenset((f"c:{keyring().digest(text)}", *tail))
    return frozenset((f"n:{text}", f"d4:{text[-TAIL:]}"))


def array_items(searchable: str, value: str) -> str:
    """Return the tokens of a field value as the inside of a PostgreSQL array literal; names are remembered."""
    return _name_items(value) if searchable == "name" else _items(tokens_of(searchable, value))


@functools.lru_cache(maxsize=200_000)
def _name_items(value: str) -> str:
    return _items(tokens_of("name", value))


def _items(tokens: Iterable[str]) -> str:
    return ",".join(['"' + token.replace("\\", "\\\\").replace('"', '\\"') + '"' for token in tokens])


@dataclass(frozen=True, slots=True)
class Wanted:
    """The tokens that answer a query: all of `every`, or any of the others.

    `every` and `names` are given by names; `whole` and `tail` by a number's or certificate's whole value and by its
    last digits.
    """

    every: Sequence[str] = ()
    names: Sequence[str] = ()
    whole: Mapping[Family, str] = field(default_factory=dict)
    tail: Mapping[Family, str] = field(default_factory=dict)


def wanted(query: str) -> Wanted:
    """Return the tokens that a record must have to answer `query`."""
    text = normalize(query)
    if not text:
        return Wanted()
    if _is_chinese(text):
        pairs = [text[i : i + 2] for i in range(len(text) - 1)]
        return Wanted(every=pairs or [text])
    whole: dict[Family, str] = {"number": f"n:{text}"}
    tail: dict[Family, str] = {}
    if text.isdigit() or re.fullmatch(r"\d{3}[\dx]", text):
        tail["number"] = f"d4:{text}"
        if len(text) == TAIL:
            tail["certificate"] = f"c4:{keyring().digest(text, 'tail')}"
    if len(text) >= _WHOLE:
        whole["certificate"] = f"c:{keyring().digest(text)}"
    return Wanted(names=[f"i:{text}", f"p:{text}", text], whole=whole, tail=tail)


def is_whole(query: str) -> bool:
    """Return whether a query can be a whole number: a phone, an account, a certificate."""
    text = normalize(query)
    return len(text) >= _WHOLE and text.isascii() and any(sign.isdigit() for sign in text)


def _name_tokens(text: str) -> frozenset[str]:
    found = set(text) | {text[i : i + 2] for i in range(len(text) - 1)}
    if not _is_chinese(text):
        found.add(text)
    else:
        for syllables in _readings(text):
            initials = "".join(s[0] for s in syllables)
            found |= {f"i:{initials[:n]}" for n in range(2, len(initials) + 1)}
            found.add(f"p:{''.join(syllables)}")
    return frozenset(found)


def _readings(text: str) -> Iterable[tuple[str, ...]]:
    """Every reading of the family name with the usual reading of the rest: 单 is both dan and shan."""
    characters = [_syllables(character) for character in text]
    return itertools.product(characters[0], *[[syllables[0]] for syllables in characters[1:]])


@functools.lru_cache(maxsize=30_000)
def _syllables(character: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True, errors="default")[0]))


def _is_chinese(text: str) -> bool:
    return any("\u3400" <= character <= "\U0003ffff" for character in text)
