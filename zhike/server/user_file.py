"""A file of users as personnel departments keep it: one line a person and post, with a line of titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from zhike.kernel import clock, database
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError
from zhike.platform.organization import api as organization
from zhike.platform.organization.errors import UnknownRole, UnknownUnit
from zhike.platform.organization.types import OrgUnit, Staff
from zhike.platform.permissions.types import Principal, Role
from zhike.server import employee_names, user_table
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
    if fault is _NO_DAY or (key in ("role", "unit") and fault is not _REQUIRED):
        return fault
    zh, en = TITLES[key]
    return Labels(f"不可用：{zh}（{fault.zh}）", f"not usable: {en} ({fault.en})")


def lines(table: Table) -> Iterator[Line]:
    """Return the lines of a table."""
    return (Line(number, cells, table.epoch) for number, cells in table.rows)


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports a file, and what raises where they may not make such a user, or not manage one there is."""

    principal: Principal
    may_make: Callable[[NewUserIn], None]
    may_manage: Callable[[Staff], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines of a file: users with the passwords that they were given, and what was wrong."""

    made: list[tuple[Line, Staff, str | None]] = field(default_factory=list)
    refused: list[tuple[Line, ZhikeError]] = field(default_factory=list)


def imported(table: Table, choices: Choices, importer: Importer) -> Imported:
    """Make the users and posts of a file, all or, where it breaks off, none; a line that is wrong hurts only itself."""
    found = Imported()
    told: set[int] = set()
    with database.writing():
        database.in_turn("users.import")  # two files with the same numbers in another order would wait for each other
        for line in lines(table):
            try:
                body = line.user(choices)
                importer.may_make(body)
                staff, password = _made(body, importer, told)
            except ZhikeError as error:
                found.refused.append((line, error))
                continue
            told |= {staff.id} if password else set()
            found.made.append((line, staff, password))
    return found


def _made(body: NewUserIn, importer: Importer, told: set[int]) -> tuple[Staff, str | None]:
    """Make the user of a line, or give one there is another post; or another password, if nobody got the first.

    `told` are the users whose password this file tells already.
    """
    post = {"role": body.role, "unit": body.unit}
    for known in organization.all_staff(number=body.employee_no):
        importer.may_manage(known)
        employee_names.require_same_user(known, body.name)
        if known.id not in told and _awaits_password(known, body):
            return organization.set_password(known.employee_no)
        return organization.give_post(known.uid, **post, valid_from=body.valid_from, valid_to=body.valid_to), None
    employee_names.require_same(body.employee_no, body.name, importer.principal)
    return organization.add_user(
        only_new=True,
        employee_no=body.employee_no,
        name=body.name,
        **post,
        must_change=True,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )


def _awaits_password(known: Staff, body: NewUserIn) -> bool:
    """Whether a line has made this user already and nobody used the password since: the answer may never have arrived."""
    if known.last_sign_in is not None or known.password_due != "given":
        return False
    return any(
        (post.role, post.unit.code, post.valid_to) == (body.role, body.unit, body.valid_to)
        and body.valid_from in (None, post.valid_from)
        and not post.over(clock.today())
        for post in known.every_post
    )
