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
