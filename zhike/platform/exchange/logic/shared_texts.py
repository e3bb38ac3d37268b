"""The texts of a workbook, which its cells name by number: read in a stream into one array."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import IO, Any
from xml.etree import ElementTree

import pyarrow as pa

from zhike.platform.exchange.logic.workbook_parts import Book, LargeWorkbook, NoWorkbook, refuse_entities

_CHUNK = 1 << 20
#: What stands in memory of all texts, and of one before its end is found.
_MOST_BYTES, _LONGEST = 96 << 20, 8 << 20
_ROOT = re.compile(rb"<((?:[\w.-]+:)?)sst\b[^>]*>")
_PLAIN = re.compile(rb"<si><t(?: xml:space=\"preserve\")?>([^<]*)</t></si>")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def texts_of(book: Book, upto: int | None = None) -> Any:
    """Return the texts as an array, or only the first ones, at least as many as `upto`. Raises NoWorkbook, LargeWorkbook."""
    if book.texts is None:
        return pa.array([], pa.string())
    found: list[Any] = []
    size = count = 0
    with book.part(book.texts) as stream:
        for texts in _pieces(stream):
            piece = pa.array(texts, pa.string())
            found.append(piece)
            size += piece.nbytes
            count += len(piece)
            if size > _MOST_BYTES:
                raise LargeWorkbook()
            if upto is not None and count >= upto:
                break
    return pa.concat_arrays(found) if found else pa.array([], pa.string())


def unescaped(text: str) -> str:
    """Return a text as people see it: `&amp;` and Excel's own escapes of signs that XML does not hold undone."""
    return said(html.unescape(text)) if "&" in text else said(text)


def said(text: str) -> str:
    """Return a text with Excel's own escapes undone: `_x000D_` is the end of a line of old."""
    return _ESCAPE.sub(_sign, text).replace("\r\n", "\n").replace("\0", "") if "_x" in text else text


def _sign(escape: re.Match[str]) -> str:
    number = int(escape[1], 16)
    return escape[0] if 0xD800 <= number <= 0xDFFF else chr(number)


def _pieces(stream: IO[bytes]) -> Iterator[list[str]]:
    rest = stream.read(_CHUNK)
    refuse_entities(rest)
    root = _ROOT.search(rest)
    if root is None:
        raise NoWorkbook()
    end, last = b"</" + root[1] + b"si>", b"</" + root[1] + b"sst>"
    rest = rest[root.end() :]
    if root[0].endswith(b"/>"):
        return
    while True:
        more = stream.read(_CHUNK)
        rest += more
        cut = rest.rfind(end) + len(end)
        if cut >= len(end):
            yield _texts(rest[:cut], root[0], root[1])
            rest = rest[cut:]
        if len(rest) > _LONGEST:
            raise LargeWorkbook()
        if not more:
            yield _texts(rest[: _place(rest, last)], root[0], root[1])
            return


def _place(rest: bytes, end: bytes) -> int:
    """Where the end of all texts stands. Raises NoWorkbook where it does not."""
    found = rest.find(end)
    if found < 0:
        raise NoWorkbook()
    return found


def _texts(piece: bytes, root: bytes, prefix: bytes) -> list[str]:
    """The texts of whole `si` elements; those that are written in another way than most go through a parser."""
    plain = _PLAIN.findall(piece)
    if len(plain) == piece.count(b"</" + prefix + b"si>") and piece.count(b"<si") == len(plain):
        try:
            if b"&" in piece or b"_x" in piece:
                return [unescaped(text.decode()) for text in plain]
            return [text.decode() for text in plain]
        except UnicodeDecodeError as error:
            raise NoWorkbook() from error
    try:
        tree = ElementTree.fromstring(root + piece + b"</" + prefix + b"sst>")
    except ElementTree.ParseError as error:
        raise NoWorkbook() from error
    return [said("".join(_runs(text))) for text in tree]


def _runs(element: ElementTree.Element) -> Iterator[str]:
    """Yield the pieces of a text in the order in which they stand, how it is read aloud left out."""
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "t":
            yield child.text or ""
        elif name == "r":
            yield from _runs(child)
