"""A file of users as personnel departments keep it: one line a person and post, with a line of titles."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from zhike.kernel.errors import ZhikeError
from zhike.server.user_schemas import NewUserIn

#: What each column may be called.
_TITLES = {
    "employee_no": ("工号", "employee_no"),
    "name": ("姓名", "name"),
    "role": ("角色", "role"),
    "unit": ("机构", "unit"),
    "valid_from": ("开始日期", "valid_from"),
}
_NEEDED = ("employee_no", "name", "role", "unit")
_MOST_LINES = 5_000
WRONG = (ZhikeError, ValidationError, ValueError)


class NoUsersFile(ZhikeError):
    """A file that is none of users."""

    code = "user.file"
    status = 422
    zh = "文件须为 CSV（UTF-8 或 GB18030），首行含：{columns}；至多 {most} 行"
    en = "The file must be CSV (UTF-8 or GB18030) with these titles in its first line: {columns}; at most {most} lines"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, by column."""

    number: int
    cells: Mapping[str, str]

    @property
    def text(self) -> str:
        """The line as somebody would find it again."""
        return ",".join(self.cells.values())

    def user(self) -> NewUserIn:
        """Return the user that the line is about. Raises ValidationError, ValueError."""
        since = self.cells.get("valid_from", "").strip()
        values = {key: self.cells.get(key, "").strip() for key in _NEEDED}
        return NewUserIn.model_validate({**values, "valid_from": date.fromisoformat(since) if since else None})


def lines(content: bytes) -> Iterator[Line]:
    """Return the lines of a file. Raises NoUsersFile before any is looked at."""
    rows = list(csv.reader(_decoded(content).splitlines()))
    keys = {title: key for key, titles in _TITLES.items() for title in titles}
    columns = [keys.get(title.strip(), "") for title in rows[0]] if rows else []
    if not set(_NEEDED) <= set(columns) or len(rows) > _MOST_LINES + 1:
        raise _no_file()
    found = [
        Line(number, {key: cell for key, cell in zip(columns, row, strict=False) if key})
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    return iter(found)


def said(error: Exception, language: str) -> str:
    """Return what is wrong with a line, in words."""
    if isinstance(error, ZhikeError):
        return error.message(language)
    if isinstance(error, ValidationError):
        wrong = [_TITLES[str(one["loc"][0])][0 if language == "zh" else 1] for one in error.errors()]
        return f"不可用：{'、'.join(wrong)}" if language == "zh" else f"not usable: {', '.join(wrong)}"
    return "日期应为 2026-03-01 的写法" if language == "zh" else "dates are written 2026-03-01"


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _no_file()


def _no_file() -> NoUsersFile:
    return NoUsersFile(columns=[_TITLES[key][0] for key in _NEEDED], most=_MOST_LINES)
