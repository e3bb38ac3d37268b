"""A file of users as personnel departments keep it: one line a person and post, with a line of titles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError
from zhike.platform.organization.errors import UnknownRole, UnknownUnit
from zhike.platform.organization.types import OrgUnit
from zhike.platform.permissions.types import Role
from zhike.server import user_table
from zhike.server.request_wording import sentence
from zhike.server.user_schemas import NewUserIn
from zhike.server.user_table import TITLES, Table

_MOST_NAMED = 20


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
    """One line of the file, by column, and the day from which the file counts days."""

    number: int
    cells: Mapping[str, str]
    epoch: datetime

    @property
    def text(self) -> str:
        """The line as somebody would find it again."""
        return ",".join(self.cells.values())

    def user(self, choices: Choices) -> NewUserIn:
        """Return the user that the line is about. Raises WrongLine with everything that is wrong."""
        values: dict[str, str] = {key: self.cells.get(key, "") for key in TITLES}
        faults = []
        for key, known in (("role", choices.role), ("unit", choices.unit)):
            found = known(values[key]) if values[key] else _REQUIRED
            if isinstance(found, Labels):
                faults.append((key, found))
            else:
                values[key] = found
        days = {key: user_table.day(values[key], self.epoch) for key in ("valid_from", "valid_to")}
        faults += [(key, _NO_DAY) for key, found_day in days.items() if values[key] and not found_day]
        try:
            user = NewUserIn.model_validate(values | days)
        except ValidationError as error:
            told_already = {key for key, _fault in faults}
            found_too = [(str(one["loc"][0]), sentence(one["type"], one.get("ctx", {}))) for one in error.errors()]
            faults += [fault for fault in found_too if fault[0] not in told_already]
        if faults:
            told = (_told(key, fault) for key, fault in sorted(faults, key=lambda one: list(TITLES).index(one[0])))
            raise WrongLine(findings=[{"code": "user.line", "message": one.zh, "message_en": one.en} for one in told])
        return user


_REQUIRED = sentence("missing", {})
_NO_DAY = sentence("date_type", {})


def _told(key: str, fault: Labels) -> Labels:
    """A fault of a cell, with the title of its column where it does not say it itself."""
    if key not in ("employee_no", "name") and fault is not _REQUIRED:
        return fault
    zh, en = TITLES[key]
    return Labels(f"不可用：{zh}（{fault.zh}）", f"not usable: {en} ({fault.en})")


def lines(table: Table) -> Iterator[Line]:
    """Return the lines of a table."""
    return (Line(number, cells, table.epoch) for number, cells in table.rows)
