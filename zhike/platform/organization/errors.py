from __future__ import annotations

from collections.abc import Mapping

from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError


class UnknownUnit(ZhikeError):
    """A unit code that is not in the tree."""

    code = "organization.unknown_unit"
    status = 422
    zh = "没有机构“{unit}”。已有：{has}"
    en = "There is no unit '{unit}'. There are: {has}"


class UnitCircle(ZhikeError):
    """Units that stand above themselves."""

    code = "organization.unit_circle"
    status = 422
    zh = "机构的上级关系成环：{units}（箭头指向上级）。请更正机构文件中的上级机构代码"
    en = "Units are above themselves: {units} (each arrow leads to the unit above). Correct the parents in the file of units"


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
    zh = "密码不符合规则："
    en = "The password breaks the rule: "

    def __init__(self, broken: Mapping[str, Labels]) -> None:
        """Take the rules that are broken, by code."""
        super().__init__(
            findings=[{"code": code, "message": said.zh, "message_en": said.en} for code, said in broken.items()]
        )

    def message(self, lang: str = "zh") -> str:
        """Return the sentence in `lang`, with every rule that is broken."""
        key, between = ("message", "；") if lang == "zh" else ("message_en", "; ")
        return super().message(lang) + between.join(str(found[key]) for found in self.findings)


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


class UserExists(ZhikeError):
    """An employee number that somebody has already."""

    code = "organization.user_exists"
    status = 409
    zh = "工号“{employee_no}”已有用户，可为其增加岗位"
    en = "Employee number '{employee_no}' is somebody's already; give them another post"


class ZerosDiffer(ZhikeError):
    """A new employee number that is another one but for zeros in front: a spreadsheet took them away, most likely."""

    code = "organization.zeros_differ"
    status = 409
    zh = "工号“{employee_no}”与已有工号“{known}”仅差前导零，请核对"
    en = "Employee number '{employee_no}' differs from '{known}', which is somebody's, by zeros in front only; check it"


class PostTwice(ZhikeError):
    """A post that overlaps one of the same role and unit."""

    code = "organization.post_twice"
    status = 409
    zh = "该用户自 {since} 起已在此机构任此岗位"
    en = "The user holds this post already, since {since}"


class PostEnded(ZhikeError):
    """A post whose last day is over."""

    code = "organization.post_ended"
    status = 409
    zh = "该岗位已于 {until} 结束"
    en = "The post ended on {until}"


class WrongDates(ZhikeError):
    """A post that would end before it begins, or before today."""

    code = "organization.wrong_dates"
    status = 422
    zh = "结束日期须不早于开始日期，也不早于今天"
    en = "A post ends no earlier than it begins, and no earlier than today"


class UnlikelyDay(ZhikeError):
    """A day on which no post begins or ends: a slip, or another figure that was read as a day."""

    code = "organization.unlikely_day"
    status = 422
    zh = "岗位日期须在 {first} 至 {last} 之间"
    en = "Posts begin and end between {first} and {last}"


class OwnAccount(ZhikeError):
    """Somebody who would change their own posts, or end their own account."""

    code = "organization.own_account"
    status = 409
    zh = "不能更改自己的岗位或停用自己的账号，请由其他管理员操作"
    en = "Nobody changes their own posts or ends their own account; another administrator does"


class UserEnded(ZhikeError):
    """Something for a user who has ended."""

    code = "organization.user_ended"
    status = 409
    zh = "该用户已停用，请先恢复启用"
    en = "The user has ended; let them return first"


class RoleNotGiven(ZhikeError):
    """A role that the caller may not give."""

    code = "organization.role_not_given"
    status = 403
    zh = "您不能授予角色“{role}”。可授予：{has}"
    en = "You cannot give the role '{role}'. You can give: {has}"
