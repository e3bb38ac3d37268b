"""Received bytes as UTF-8: the declared encoding is checked before anything is read, in one streaming pass."""

from __future__ import annotations

import codecs
from pathlib import Path

from zhike.insight.warehouse.errors import FileUnreadable

_CHUNK = 8 << 20
_NAMES = {"gbk": "gb18030", "gb18030": "gb18030", "gb2312": "gb18030", "utf-8": "utf-8-sig", "utf8": "utf-8-sig"}
_SHOWN = {"gb18030": "GBK", "utf-8-sig": "UTF-8"}


def as_utf8(path: Path, encoding: str, into: Path, name: str) -> Path:
    """Return a UTF-8 file with the text of `path`: itself when it is one, else a copy at `into`.

    Raises FileUnreadable when they are no text at all, or not in the declared encoding, saying which one they look like.
    """
    _refuse_binary(path, name)
    declared = _NAMES.get(encoding, encoding)
    other = "gb18030" if declared == "utf-8-sig" else "utf-8-sig"
    if declared == "gb18030" and _is_utf8_with_chinese(path):
        raise _wrong(name, declared, "utf-8-sig", 0)
    if declared == "utf-8-sig":
        position = _first_fault(path, "utf-8")
        if position is not None:
            looks = other if _first_fault(path, other, limit=_CHUNK) is None else ""
            raise _wrong(name, declared, looks, position)
        with path.open("rb") as file:
            if file.read(3) != codecs.BOM_UTF8:
                return path
    _transcode(path, declared, into, name)
    return into


def _refuse_binary(path: Path, name: str) -> None:
    """No text holds a zero byte, and PostgreSQL could not keep one: pictures and archives are refused here."""
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                place = position + chunk.index(b"\0")
                reason, reason_en = f"不是文本文件（第 {place} 字节为零）", f"it is no text file (byte {place} is zero)"
                finding = {"code": "load.not_text", "message": reason, "message_en": reason_en}
                raise FileUnreadable(file=name, reason=reason, reason_en=reason_en, findings=[finding])
            position += len(chunk)


def _transcode(path: Path, encoding: str, into: Path, name: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    with path.open("rb") as source, into.open("wb") as target:
        while True:
            chunk = source.read(_CHUNK)
            try:
                target.write(decoder.decode(chunk, final=not chunk).encode())
            except UnicodeDecodeError as error:
                looks = "utf-8-sig" if _first_fault(path, "utf-8", limit=_CHUNK) is None else ""
                raise _wrong(name, encoding, looks, position + error.start) from error
            position += len(chunk)
            if not chunk:
                return


def _first_fault(path: Path, encoding: str, limit: int = 0) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return position + error.start
            position += len(chunk)
            if limit and position >= limit:
                return None
    return None


def _is_utf8_with_chinese(path: Path) -> bool:
    """Chinese in UTF-8 often decodes as GBK by accident, into nonsense; GBK almost never decodes as UTF-8."""
    with path.open("rb") as file:
        sample = file.read(_CHUNK)
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return sum(character > "\x7f" for character in text) >= 2


def _wrong(name: str, declared: str, looks: str, position: int) -> FileUnreadable:
    shown, seems = _SHOWN.get(declared, declared), _SHOWN.get(looks, "")
    hint, hint_en = (f"，看起来是 {seems}", f"; it looks like {seems}") if seems else ("", "")
    reason = f"不是 {shown} 编码（第 {position} 字节）{hint}。请修改数据源的 encoding 或重新导出"
    reason_en = f"it is not {shown} (byte {position}){hint_en}. Change the source's encoding or export it again"
    return FileUnreadable(
        file=name,
        reason=reason,
        reason_en=reason_en,
        declared=shown,
        looks_like=seems,
        findings=[{"code": "load.wrong_encoding", "message": reason, "message_en": reason_en}],
    )
