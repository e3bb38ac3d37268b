from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class UnknownUnit(ZhikeError):
    """A unit code that is not in the tree."""

    code = "organization.unknown_unit"
    status = 422
    zh = "没有机构“{unit}”。已有：{has}"
    en = "There is no unit '{unit}'. There are: {has}"


class UnknownRole(ZhikeError):
    """A role that no pack defines."""

    code = "organization.unknown_role"
    status = 422
    zh = "没有角色“{role}”。已有：{has}"
    en = "There is no role '{role}'. There are: {has}"


class WeakPassword(ZhikeError):
    """A password that breaks the password rule."""

    code = "organization.weak_password"
    status = 422
    zh = "密码不符合规则：{reasons}"
    en = "The password breaks the rule: {reasons}"


class SignInLocked(ZhikeError):
    """Too many wrong passwords in a row."""

    code = "organization.locked"
    status = 429
    zh = "连续输错密码，账号已锁定至 {until}"
    en = "Too many wrong passwords; the account is locked until {until}"


class WrongPassword(ZhikeError):
    """The current password is not the one given."""

    code = "organization.wrong_password"
    status = 422
    zh = "当前密码不正确"
    en = "The current password is not right"


class PasswordDue(ZhikeError):
    """The password has to be changed before anything else is done."""

    code = "organization.password_due"
    status = 403
    zh = "请先修改密码"
    en = "Please change your password first"
