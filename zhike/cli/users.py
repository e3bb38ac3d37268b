"""The subcommands about people who sign in. Given passwords are printed once and changed at the first sign-in."""

from __future__ import annotations

import argparse

from zhike.cli.installation import principal
from zhike.cli.output import Output
from zhike.kernel import clock, context, definitions
from zhike.kernel.errors import NotFound
from zhike.platform.organization.types import Staff

_LISTED = {
    "employee_no": ("工号", "Number"),
    "name": ("姓名", "Name"),
    "posts": ("岗位（角色@机构）", "Posts (role@unit)"),
    "active": ("状态", "State"),
}
_POSTS = {
    "role": ("角色", "Role"),
    "unit": ("机构", "Unit"),
    "valid_from": ("起", "From"),
    "valid_to": ("至（不含）", "Until (without)"),
}
_MADE = {
    "employee_no": ("工号", "Number"),
    "name": ("姓名", "Name"),
    "password": ("密码（只显示一次）", "Password (shown once)"),
}
_IGNORED = {"title": ("未读取", "Not read")}
_REFUSED = {"line": ("行", "Line"), "message": ("未处理的原因", "Why it was left out")}


def add(options: argparse.Namespace, output: Output) -> None:
    """Add a user and print the password once."""
    from zhike.platform.organization import api as organization
    from zhike.server import employee_names

    for known in organization.all_staff(number=options.employee_no):
        employee_names.require_same_user(known, options.name)
    employee_names.require_same(options.employee_no, options.name, principal())
    staff, password = organization.add_user(
        employee_no=options.employee_no, name=options.name, role=options.role, unit=options.unit, must_change=True
    )
    _tell_password(staff, password, output)


def list_all(_options: argparse.Namespace, output: Output) -> None:
    """Print everybody who can sign in or could, with the posts that hold today."""
    from zhike.platform.organization import api as organization

    rows = [
        {
            "employee_no": staff.employee_no,
            "name": staff.name,
            "posts": " ".join(f"{role}@{unit.code}" for role, unit in staff.posts),
            "active": staff.active,
        }
        for staff in organization.all_staff()
    ]
    if output.as_json:
        output.result({"users": rows}, "")
        return
    shown = [
        row | {"active": output.words("启用", "active") if row["active"] else output.words("停用", "ended")}
        for row in rows
    ]
    output.table(shown, output.titles(_LISTED))


def password(options: argparse.Namespace, output: Output) -> None:
    """Give a user a new password and print it once."""
    from zhike.platform.organization import api as organization

    staff, given = organization.set_password(options.employee_no)
    _tell_password(staff, given, output)


def post(options: argparse.Namespace, output: Output) -> None:
    """Give a user another post, or with `--end` end the one that holds."""
    from zhike.platform.organization import api as organization

    staff = _known(options.employee_no)
    if options.end:
        held = next(
            (
                one
                for one in staff.every_post
                if (one.role, one.unit.code) == (options.role, options.unit) and one.holds(clock.today())
            ),
            None,
        )
        if held is None:
            raise NotFound(kind="post", id=f"{options.role} {options.unit}")
        staff = organization.end_post(
            staff.uid, role=options.role, unit=options.unit, valid_from=held.valid_from, valid_to=options.end
        )
    else:
        staff = organization.give_post(
            staff.uid, role=options.role, unit=options.unit, valid_from=options.since, valid_to=options.until
        )
    posts = [
        {"role": one.role, "unit": one.unit.code, "valid_from": one.valid_from, "valid_to": one.valid_to}
        for one in staff.every_post
    ]
    output.table(posts, output.titles(_POSTS))


def end(options: argparse.Namespace, output: Output) -> None:
    """End a user, with every post and session."""
    _set_active(options, False, output)


def come_back(options: argparse.Namespace, output: Output) -> None:
    """Let an ended user sign in again, without posts."""
    _set_active(options, True, output)


def import_file(options: argparse.Namespace, output: Output) -> int:
    """Make users and posts of a file; lines that are wrong are told and hurt only themselves."""
    from zhike.platform.organization import api as organization
    from zhike.platform.permissions.types import Role
    from zhike.server import user_file, user_table

    choices = user_file.Choices(definitions.all_of(Role), organization.all_units())
    table = user_table.table(options.file.read_bytes())
    ignored = [output.words(one.zh, one.en) for one in table.ignored]
    importer = user_file.Importer(principal(), lambda _body: None, lambda _staff: None)
    found = user_file.imported(table, choices, importer)
    made = [
        {"employee_no": staff.employee_no, "name": staff.name, "password": given} for _line, staff, given in found.made
    ]
    refused = [{"line": line.number, "message": error.message("zh")} for line, error in found.refused]
    if output.as_json:
        output.result({"made": made, "refused": refused, "ignored": ignored}, "")
    else:
        output.table([{"title": title} for title in ignored], output.titles(_IGNORED))
        output.table(made, output.titles(_MADE))
        output.table(refused, output.titles(_REFUSED))
    return 1 if refused else 0


def _set_active(options: argparse.Namespace, active: bool, output: Output) -> None:
    from zhike.platform.organization import api as organization

    with context.acting(reason=options.reason or ""):
        staff = organization.change_user(_known(options.employee_no).uid, active=active)
    word = output.words("已恢复启用", "is active again") if active else output.words("已停用", "has ended")
    text = output.words(f"{staff.employee_no}（{staff.name}）{word}", f"{staff.employee_no} ({staff.name}) {word}")
    output.result({"employee_no": staff.employee_no, "active": staff.active}, text)


def _known(employee_no: str) -> Staff:
    from zhike.platform.organization import api as organization

    for staff in organization.all_staff(number=employee_no):
        return staff
    raise NotFound(kind="user", id=employee_no)


def _tell_password(staff: Staff, given: str, output: Output) -> None:
    shown = {"employee_no": staff.employee_no, "name": staff.name, "password": given}
    output.result(
        shown,
        output.words(
            f"工号 {staff.employee_no}（{staff.name}）密码 {given}（只显示一次，首次登录须修改）",
            f"Employee {staff.employee_no} ({staff.name}), password {given}"
            " (shown once; it is changed at the first sign-in)",
        ),
    )
