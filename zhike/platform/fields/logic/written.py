"""How people have to write what has a fixed form: what is wrong with a value, in words that say where to look.

The browser knows the same forms (web/src/kit/fields/written.ts) and says so while somebody types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from zhike.kernel import clock, folding
from zhike.kernel.definition_parts import Code, Key, Labels, Part, rule

#: Forms: GB 11643 (18 digits, or the 15 of before), GB 32100, a mobile of the mainland or abroad, a day that has come.
Form = Literal["resident_id", "credit_code", "mobile", "past_day"]

_SHORT, _LONG = 15, 18
#: The signs of a unified credit code in their order; their places are their values (GB 32100-2015, modulus 31).
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WRONG_CHECK = Labels("校验位不符，请逐位核对", "has a wrong check digit: look at each digit again")


class Written(Part):
    """How people have to write a value: `always` in one form, or in that which the option of another field asks for."""

    always: Form | None = Field(None, description="the form of every value")
    by: Key | None = Field(None, description="the choice field that says of what kind the value is")
    of: Mapping[Code, Form] = Field(
        {}, description="option of that field → form; a value of another option has any form"
    )

    @rule("always")
    def _one_way(self) -> Labels | None:
        if (self.always is None) == (self.by is None) or bool(self.by) != bool(self.of):
            return Labels("写 `always`，或者写 `by` 和 `of`", "either `always`, or `by` with `of`")
        return None

    def fault(self, text: str, beside: Mapping[str, object]) -> Labels | None:
        """Return what is wrong with a value, as a sentence without its subject; None where nothing is.

        `beside` are the values of the other fields.
        """
        form = self.of.get(str(beside.get(self.by))) if self.by else self.always
        return _FORMS[form](text) if form else None


def _resident_id(text: str) -> Labels | None:
    number = folding.text(text)
    if len(number) not in (_SHORT, _LONG):
        return Labels(
            f"居民身份证号码应为 18 位（旧证 15 位），现为 {len(number)} 位",
            f"has {len(number)} signs; an identity card number has 18, or 15 on an old card",
        )
    if not re.fullmatch(r"[1-9][0-9]{14}|[1-9][0-9]{16}[0-9x]", number):
        return Labels(
            "居民身份证号码只有数字，18 位的末位可为 X，首位不为 0",
            "has other signs than digits; only the last of 18 may be an X, and the first is no 0",
        )
    born = number[6:14] if len(number) == _LONG else f"19{number[6:12]}"
    if not _is_day(born):
        return Labels(
            f"其中的出生日期 {born} 不存在，请核对", f"has a birth date that does not exist, {born}: look at it again"
        )
    if len(number) == _LONG and folding.check_sign(number[:-1]) != number[-1]:
        return _WRONG_CHECK
    return None


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _credit_code(text: str) -> Labels | None:
    code = folding.text(text).upper()
    if len(code) != _LONG:
        return Labels(
            f"统一社会信用代码应为 18 位，现为 {len(code)} 位", f"has {len(code)} signs; a unified credit code has 18"
        )
    strange = sorted(set(code) - set(_CODE_SIGNS))
    if strange:
        return Labels(
            f"统一社会信用代码中没有“{strange[0]}”（不用 I、O、S、V、Z）",
            f"has the sign '{strange[0]}', which no unified credit code has (there is no I, O, S, V, Z)",
        )
    total = sum(_CODE_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:-1]))
    if _CODE_SIGNS[-total % 31] != code[-1]:
        return _WRONG_CHECK
    return None


def _mobile(text: str) -> Labels | None:
    number = folding.phone(text)
    if re.fullmatch(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}", number) and not number.startswith("+86"):
        return None
    return Labels(
        "手机号码应为 1 开头的 11 位数字；境外号码请加国家或地区代码，如 +852",
        "should be 11 digits that begin with 1; a number abroad with its country, as +852",
    )


def _past_day(text: str) -> Labels | None:
    today = clock.today()
    if date.fromisoformat(text) <= today:
        return None
    return Labels(f"不能晚于今天（{today}）", f"should not be after today ({today})")


_FORMS: Mapping[Form, Callable[[str], Labels | None]] = {
    "resident_id": _resident_id,
    "credit_code": _credit_code,
    "mobile": _mobile,
    "past_day": _past_day,
}
