"""A file of users as personnel departments keep it: one line a person and post, with a line of titles."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError
from zhike.platform.organization.errors import UnknownRole, UnknownUnit
from zhike.platform.organization.types import OrgUnit
from zhike.platform.permissions.types import Role
from zhike.server.request_wording import sentence
from zhike.server.user_schemas import NewUserIn

#: What each column may be called.
_TITLES = {
    "employee_no": ("工号", "employee_no"),
    "name": ("姓名", "name"),
    "role": ("角色", "role"),
    "unit": ("机构", "unit"),
    "valid_from": ("开始日期", "valid_from"),
    "valid_to": ("截止日期", "valid_to"),
}
_NEEDED = ("employee_no", "name", "role", "unit")
_MOST_LINES = 5_000
_MOST_NAMED = 20


class NoUsersFile(ZhikeError):
    """A file that is none of users."""

    code = "user.file"
    status = 422
    zh = "文件须为 CSV（UTF-8 或 GB18030），首行含：{columns}；至多 {most} 行"
    en = "The file must be CSV (UTF-8 or GB18030) with these titles in its first line: {columns}; at most {most} lines"


class BrokenLine(ZhikeError):
    """A line that is no CSV."""

    code = "user.file_line"
    status = 422
    zh = "第 {line} 行不是 CSV：引号没有成对，或内容过长"
    en = "Line {line} is no CSV: a quote is not closed, or a cell is too long"


class UnknownColumn(ZhikeError):
    """A column that nothing reads."""

    code = "user.file_column"
    status = 422
    zh = "没有列“{column}”。可用的有：{has}"
    en = "There is no column '{column}'. There are: {has}"


class WrongLine(ZhikeError):
    """A line that is wrong, with everything that is."""

    code = "user.line"
    status = 422
    zh = en = ""

    def message(self, lang: str = "zh") -> str:
        """Return every fault of the line, in `lang`."""
        key, between = ("message", "；") if lang == "zh" else ("message_en", "; ")
        return between.join(str(found[key]) for found in self.findings)


@dataclass(frozen=True, slots=True)
class Choices:
    """The roles and units that a file may name: by what screens call them, in either language, or by their keys."""

    roles: Mapping[str, Role]
    units: Sequence[OrgUnit]

    def role(self, said: str) -> str | Labels:
        """Return the key of a role, or what is wrong with what is said."""
        if said in self.roles:
            return said
        found = [key for key, role in self.roles.items() if said in (role.labels.zh, role.labels.en)]
        if len(found) > 1:
            return _several("角色", "roles", said, found)
        labels = [role.labels for role in self.roles.values()]
        zh, en = (UnknownRole(role=said, has=[one[lang] for one in labels]) for lang in ("zh", "en"))
        return found[0] if found else Labels(zh.message("zh"), en.message("en"))

    def unit(self, said: str) -> str | Labels:
        """Return the code of a unit, or what is wrong with what is said."""
        if any(unit.code == said for unit in self.units):
            return said
        found = [unit.code for unit in self.units if unit.name == said]
        if len(found) > 1:
            return _several("机构", "units", said, found)
        unknown = UnknownUnit(unit=said, has=[f"{unit.name} {unit.code}" for unit in self.units[:_MOST_NAMED]])
        return found[0] if found else Labels(unknown.message("zh"), unknown.message("en"))


def _several(zh: str, en: str, said: str, keys: Sequence[str]) -> Labels:
    return Labels(
        f"有几个{zh}叫“{said}”，请写代码：{'、'.join(keys)}",
        f"Several {en} are called '{said}'; write one of {', '.join(keys)}",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, by column."""

    number: int
    cells: Mapping[str, str]

    @property
    def text(self) -> str:
        """The line as somebody would find it again."""
        return ",".join(self.cells.values())

    def user(self, choices: Choices) -> NewUserIn:
        """Return the user that the line is about. Raises WrongLine with everything that is wrong."""
        values = {key: self.cells.get(key, "").strip() for key in _TITLES}
        faults = []
        for key, known in (("role", choices.role), ("unit", choices.unit)):
            found = known(values[key]) if values[key] else _REQUIRED
            if isinstance(found, Labels):
                faults.append((key, found))
            else:
                values[key] = found
        try:
            user = NewUserIn.model_validate(values | {key: values[key] or None for key in ("valid_from", "valid_to")})
        except ValidationError as error:
            told_already = {key for key, _fault in faults}
            found_too = [(str(one["loc"][0]), sentence(one["type"], one.get("ctx", {}))) for one in error.errors()]
            faults += [fault for fault in found_too if fault[0] not in told_already]
        if faults:
            told = (_told(key, fault) for key, fault in sorted(faults, key=lambda one: list(_TITLES).index(one[0])))
            raise WrongLine(findings=[{"code": "user.line", "message": one.zh, "message_en": one.en} for one in told])
        return user


_REQUIRED = sentence("missing", {})


def _told(key: str, fault: Labels) -> Labels:
    """A fault of a cell, with the title of its column where it does not say it itself."""
    if key not in ("employee_no", "name") and fault is not _REQUIRED:
        return fault
    zh, en = _TITLES[key]
    return Labels(f"不可用：{zh}（{fault.zh}）", f"not usable: {en} ({fault.en})")


def lines(content: bytes) -> Iterator[Line]:
    """Return the lines of a file. Raises NoUsersFile before any is looked at."""
    reader = csv.reader(_decoded(content).splitlines(keepends=True), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:  # an unclosed quote would swallow the lines that follow
        raise BrokenLine(line=reader.line_num) from error
    keys = {title: key for key, titles in _TITLES.items() for title in titles}
    columns = [keys.get(title.strip(), "") for title in rows[0][1]] if rows else []
    if not set(_NEEDED) <= set(columns) or len(rows) > _MOST_LINES + 1:
        raise _no_file()
    if "" in columns:  # what nobody reads would seem to be done
        raise UnknownColumn(column=rows[0][1][columns.index("")], has=[titles[0] for titles in _TITLES.values()])
    found = [
        Line(number, dict(zip(columns, row, strict=False))) for number, row in rows[1:] if any(map(str.strip, row))
    ]
    return iter(found)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _no_file()


def _no_file() -> NoUsersFile:
    return NoUsersFile(columns=[_TITLES[key][0] for key in _NEEDED], most=_MOST_LINES)
