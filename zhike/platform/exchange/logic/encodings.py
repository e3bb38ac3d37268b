"""How text is written, by its bytes: what is said about it counts only where they do not say."""

from __future__ import annotations

import codecs
import itertools
import re
from pathlib import Path

from zhike.platform.exchange.file_types import FileFinding
from zhike.platform.exchange.logic.heads import refusal

_CHUNK = 8 << 20
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_NAMES = {"gbk": "gb18030", "gb2312": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8"}
_SHOWN = {"gb18030": "GBK", "utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: So many letters beyond ASCII decode by accident at most; a text that has more before its first fault is damaged.
_BY_ACCIDENT = 20
#: The shortest text in another encoding by which it is told.
_TOLD_BY = 2


class NoText(ValueError):
    """Bytes that are no text, or damaged; `finding` says where."""

    def __init__(self, finding: FileFinding) -> None:
        """Take what is wrong."""
        super().__init__(finding.message_en)
        self.finding = finding


def encoding_of(path: Path, declared: str) -> str:
    """Return how the text of a file is written. Raises NoText where it is none, or a damaged one."""
    declared = _NAMES.get(declared, declared)
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    zero = _zero_in(path)
    if zero is not None:
        return _of_two_bytes(start, zero)
    fault = _fault_in(path, "utf-8")
    letters = _letters(start if fault is None else start[:fault])
    if fault is None:
        told = letters >= _TOLD_BY or declared in ("utf-8", "utf-16")
        return "utf-8" if told or (letters and _fault_in(path, declared) is not None) else declared
    if letters >= _BY_ACCIDENT and (declared == "utf-8" or _fault_in(path, declared) is not None):
        raise NoText(_damaged("utf-8", fault))
    for encoding in (declared, "gb18030"):
        # What is damaged further down is found when it is read; a large file is not decoded twice for that.
        if encoding not in ("utf-8", "utf-16") and _fault_in(path, encoding, most=_CHUNK) is None:
            return encoding
    first = fault if declared in ("utf-8", "utf-16") else _fault_in(path, declared)
    raise NoText(_damaged("utf-8" if declared == "utf-16" else declared, first or 0))


def changed(found: str, declared: str) -> list[FileFinding]:
    """Return the note that a file is written otherwise than said."""
    shown, said = shown_as(found), shown_as(declared)
    if shown == said or found == _NAMES.get(declared, declared):
        return []
    zh = f"这是 {shown}，本来源按 {said}，已改用 {shown}"
    en = f"this is {shown} and the source says {said}; it was read as {shown}"
    return [FileFinding("load.encoding", zh, en)]


def shown_as(encoding: str) -> str:
    """Return what people call an encoding."""
    plain = _NAMES.get(encoding, encoding)
    return _SHOWN.get(plain, plain.upper())


def as_utf8(path: Path, encoding: str, into: Path) -> Path:
    """Return a UTF-8 file with the text of `path`: itself when it is one, else a copy at `into`. Raises NoText."""
    if encoding == "utf-8":
        with path.open("rb") as file:
            if file.read(3) != codecs.BOM_UTF8:
                return path
        encoding = "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    with path.open("rb") as source, into.open("wb") as target:
        while True:
            chunk = source.read(_CHUNK)
            try:
                target.write(decoder.decode(chunk, final=not chunk).encode())
            except UnicodeError as error:
                raise NoText(_damaged(encoding, position + getattr(error, "start", 0))) from error
            position += len(chunk)
            if not chunk:
                return into


def beginning(path: Path, encoding: str, size: int) -> str:
    """Return the text of the first bytes of a file, without its mark; a character cut in two at the end is left out."""
    with path.open("rb") as file:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(size))
    return text.removeprefix("\ufeff")


def _zero_in(path: Path) -> int | None:
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                return position + chunk.index(b"\0")
            position += len(chunk)
    return None


def _of_two_bytes(start: bytes, zero: int) -> str:
    """A text without a mark whose signs take two bytes each: commas and line ends have their zeros on one side only."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    encoding = "utf-16-le" if odd else "utf-16-be"
    if (even == 0) != (odd == 0):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(start)
        except UnicodeError:
            text = ""
        if "\n" in text and not any(sign < " " and sign not in "\r\n\t" for sign in text):
            return encoding
    zh, en = f"不是文本文件（第 {zero} 字节为零）", f"it is no text file (byte {zero} is zero)"
    raise NoText(refusal("load.not_text", zh, en))


def _fault_in(path: Path, encoding: str, most: int = 0) -> int | None:
    """Where a file, or as much of it as is looked at, is not what an encoding writes; None where it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return position - held + error.start
            position += len(chunk)
            if not chunk or (most and position >= most):
                return None


def _letters(content: bytes) -> int:
    """How many letters beyond ASCII there are, counted as far as it matters."""
    return sum(
        1 for _letter in itertools.islice(_BEYOND_ASCII.finditer(content.decode("utf-8", "ignore")), _BY_ACCIDENT)
    )


def _damaged(encoding: str, position: int) -> FileFinding:
    shown = shown_as(encoding)
    return refusal(
        "load.wrong_encoding",
        f"文字有损坏（第 {position} 字节不是 {shown}）；请重新导出，或在 Excel 中另存为“CSV UTF-8（逗号分隔）”",
        f"the text is damaged (byte {position} is not {shown}); export it again, or save it as CSV UTF-8",
    )
