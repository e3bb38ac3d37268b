"""Search tokens: made when a record is written, so that two characters of a name find it in milliseconds.

A name gives its characters, pairs of characters, full pinyin and the beginnings of its initials, one of letters its
words besides; a phone or number gives itself and its last four digits; what is found as a whole only, an address, gives
itself; a certificate only keyed hashes of itself and of its last four characters. All are of the folded value (`kernel.folding`), as what is looked for is.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pypinyin import Style, pinyin

from zhike.kernel import folding
from zhike.kernel.encryption import keyring
from zhike.platform.fields.types import Search

__all__ = ["FAMILIES", "TAIL", "Family", "Wanted", "array_items", "is_whole", "tokens_of", "wanted"]

#: How many last digits of a number find it.
TAIL = 4
#: What is shorter is asked for by its last digits or half typed yet, not a whole number.
_WHOLE = 6
#: Certificates that are not longer are masked from end to end (see `masks`): their last signs find nothing.
_ALL_HIDDEN = 7
#: Fields of one family give tokens that cannot be told apart.
Family = Literal["name", "number", "whole", "certificate"]
FAMILIES: Mapping[Search, Family] = {
    "name": "name",
    "digits": "number",
    "number": "number",
    "whole": "whole",
    "certificate": "certificate",
}
_FOLDS: Mapping[str, folding.Kind] = {
    "digits": "phone",
    "number": "text",
    "whole": "text",
    "certificate": "certificate",
}
#: As long as numbers are that begin with zeros which nobody says.
_LONGEST = 20
#: A name of more words gives each of them and the whole, not every run of them.
_MOST_WORDS = 8


def tokens_of(searchable: str, value: str) -> frozenset[str]:
    """Return the tokens under which a field value is found; `searchable` is one of `FAMILIES`."""
    if searchable == "name":
        return _name_tokens(value)
    text = folding.folded(_FOLDS[searchable], value)
    if not text:
        return frozenset()
    if searchable == "certificate":
        # The last signs are those that are shown, not those of the number that it became.
        shown = folding.text(value)
        tail = (f"c4:{keyring().digest(shown[-TAIL:], 'tail')}",) if len(shown) > _ALL_HIDDEN else ()
        return frozenset((f"c:{keyring().digest(text)}", *tail))
    if searchable == "whole":
        return frozenset((f"w:{text}",))
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

    `every` and `names` are given by names; `whole` and `tail` by a number's or certificate's whole value (a number's as a
    telephone's and as any other's) and by its last digits. `padded` are numbers that differ from it in the zeros before them.
    """

    every: Sequence[str] = ()
    names: Sequence[str] = ()
    whole: Mapping[Family, Sequence[str]] = field(default_factory=dict)
    tail: Mapping[Family, str] = field(default_factory=dict)
    padded: Sequence[str] = ()


def wanted(query: str) -> Wanted:
    """Return the tokens that a record must have to answer `query`."""
    text, name = folding.text(query), folding.name(query)
    if not text:
        return Wanted()
    if _is_chinese(name) and not folding.is_phone(text):
        pairs = [name[i : i + 2] for i in range(len(name) - 1)]
        return Wanted(every=pairs or [name])
    numbers = dict.fromkeys((text, folding.phone(text)))
    whole: dict[Family, Sequence[str]] = {"number": [f"n:{number}" for number in numbers if number]}
    tail: dict[Family, str] = {}
    if text.isdigit() or re.fullmatch(r"\d{3}[\dx]", text):
        tail["number"] = f"d4:{text}"
        if len(text) == TAIL:
            tail["certificate"] = f"c4:{keyring().digest(text, 'tail')}"
    if len(text) >= _WHOLE:
        whole["certificate"] = [f"c:{keyring().digest(folding.certificate(text))}"]
        whole["whole"] = [f"w:{text}"]
    names = [f"i:{name}", f"p:{name}", name] if name else []
    return Wanted(names=names, whole=whole, tail=tail, padded=_padded(text))


def _padded(text: str) -> list[str]:
    """The tokens of the numbers that differ from one of digits in the zeros before them."""
    said = text.lstrip("0")
    if not (said.isascii() and said.isdigit()):
        return []
    numbers = (said.rjust(length, "0") for length in range(len(said), _LONGEST + 1))
    return [f"n:{number}" for number in numbers if number != text]


def is_whole(query: str) -> bool:
    """Return whether a query can be a whole number: a phone, an account, a certificate; or an address."""
    text = folding.text(query)
    whole = text.isascii() or folding.is_phone(text)
    return len(text) >= _WHOLE and whole and any(sign.isdigit() or sign == "@" for sign in text)


def _name_tokens(value: str) -> frozenset[str]:
    text = folding.name(value)
    found = set(text) | {text[i : i + 2] for i in range(len(text) - 1)}
    if text and not _is_chinese(text):
        found |= {text, *_runs(folding.words(value))}
    elif text:
        for syllables in _readings(text):
            initials = "".join(s[0] for s in syllables)
            found |= {f"i:{initials[:n]}" for n in range(2, len(initials) + 1)}
            found.add(f"p:{''.join(syllables)}")
    return frozenset(found)


def _runs(words: Sequence[str]) -> Iterable[str]:
    """The words and each run of neighbours: whoever is called José García López is found by "garcía lópez"."""
    if len(words) > _MOST_WORDS:
        return words
    return ("".join(words[i:j]) for i, j in itertools.combinations(range(len(words) + 1), 2))


def _readings(text: str) -> Iterable[tuple[str, ...]]:
    """Every reading of the family name with the usual reading of the rest: 单 is both dan and shan."""
    characters = [_syllables(character) for character in text]
    return itertools.product(characters[0], *[[syllables[0]] for syllables in characters[1:]])


@functools.lru_cache(maxsize=30_000)
def _syllables(character: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True, errors="default")[0]))


def _is_chinese(text: str) -> bool:
    return any("\u3400" <= character <= "\U0003ffff" for character in text)
