"""Whose an employee number is: users are made beside the employees that a source keeps, and both are one person."""

from __future__ import annotations

import unicodedata

from zhike.expressions.wire import StoredExpression
from zhike.kernel.errors import ZhikeError
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.errors import UnknownObject
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.types import Staff
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

_NUMBER = "employee_no"


class OtherName(ZhikeError):
    """An employee number under which another person is kept; `known` is their name, if the asker may read it."""

    code = "user.other_name"
    status = 409
    zh = "工号“{employee_no}”在员工资料中是“{known}”，不是“{name}”。请核对工号与姓名"
    en = "Employee number '{employee_no}' is '{known}' among the employees, not '{name}'. Please check both"

    def message(self, lang: str = "zh") -> str:
        """Return the sentence in `lang`; one without the other name where the asker may not read it."""
        if self.facts["known"]:
            return super().message(lang)
        number, name = self.facts["employee_no"], self.facts["name"]
        if lang == "en":
            return f"Employee number '{number}' is not '{name}' among the employees. Please check both"
        return f"工号“{number}”在员工资料中不是“{name}”。请核对工号与姓名"


class OtherUser(ZhikeError):
    """An employee number of a user with another name."""

    code = "user.other_user"
    status = 409
    zh = "工号“{employee_no}”是用户“{known}”，不是“{name}”。请核对工号与姓名"
    en = "Employee number '{employee_no}' is the user '{known}', not '{name}'. Please check both"


def require_same_user(staff: Staff, name: str) -> None:
    """Raise OtherUser where a user is called otherwise than whoever names the number says."""
    if _letters(staff.name) != _letters(name):
        raise OtherUser(employee_no=staff.employee_no, known=staff.name, name=name)


def require_same(employee_no: str, name: str, principal: Principal) -> None:
    """Raise OtherName where an employee has the number of a new user, in any letter case, and another name.

    Every employee is looked at, whoever asks. Neither blanks nor the width of letters count; nor does who is a user
    already: `require_same_user` looks at them.
    """
    known = _name_of(employee_no, permissions.system_principal("users"))
    if known is None or _letters(known) == _letters(name) or organization.all_staff(number=employee_no):
        return
    raise OtherName(employee_no=employee_no, known=_name_of(employee_no, principal) or "", name=name)


def _letters(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _name_of(employee_no: str, principal: Principal) -> str | None:
    """Return the name of the employee with a number, as the principal may read it."""
    try:
        owner = catalogue.object_with_role("employee")
    except UnknownObject:
        return None
    allowed = permissions.allowed(principal, f"{owner.key}.read")
    if not allowed or _NUMBER not in owner.fields or not catalogue.may_ask(owner.key, _NUMBER, principal=principal):
        return None
    numbers = dict.fromkeys((employee_no, employee_no.upper(), employee_no.lower()))
    wanted: list[StoredExpression] = [{"value": number, "type": "text"} for number in numbers]
    condition: StoredExpression = {"op": "in", "left": {"field": _NUMBER}, "right": wanted}
    query = RecordQuery(owner.key, condition=condition, sort=(("id", "asc"),), columns=(_NUMBER,), limit=1)
    rows = objects.page(query, principal=principal).rows
    return rows[0].display if rows else None
