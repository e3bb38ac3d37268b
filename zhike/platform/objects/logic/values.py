"""Field values: what comes in over the interface, what lies in a column, what goes out to a viewer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from zhike.kernel.encryption import keyring
from zhike.kernel.ids import parse_uid
from zhike.platform.fields.api import mask, normalize
from zhike.platform.objects.types import FieldType

_CURRENCY = re.compile(r"^[A-Z]{3}$")
_TAIL = 4


class BadValue(ValueError):
    """A value that does not fit its field: a stable code and what would fit, in Chinese and English."""

    def __init__(self, code: str, expected_zh: str, expected: str) -> None:
        super().__init__(expected)
        self.code = code
        self.expected_zh = expected_zh
        self.expected = expected


def parse(field: FieldType, value: object) -> object:
    """Return `value` as its field holds it; None for nothing. Raises BadValue with what would fit.

    References come as the uid of their target and are returned as UUIDs for the caller to resolve.
    """
    if value is None or (value == "" and field.type != "text"):
        return None
    return _PARSERS[field.type](field, value)


def columns_of(field: FieldType, value: object) -> dict[str, object]:
    """Return the columns a parsed value lies in: money and identity numbers have companions."""
    if field.type == "identity_number":
        text = str(value) if value is not None else None
        return {
            field.column: keyring().encrypt(text) if text else None,
            f"{field.column}_digest": keyring().digest(normalize(text)) if text else None,
            f"{field.column}_tail": keyring().digest(normalize(text)[-_TAIL:], "tail") if text else None,
        }
    if field.type == "money":
        amount, currency = value if isinstance(value, tuple) else (value, "CNY")
        return {field.column: amount, f"{field.column}_currency": currency if amount is not None else None}
    return {field.column: value}


def compared_columns_of(field: FieldType, value: object) -> dict[str, object]:
    """Return those columns of a parsed value that differ when the value does: of an identity number its hash."""
    if field.type == "identity_number":
        text = str(value) if value is not None else None
        return {f"{field.column}_digest": keyring().digest(normalize(text)) if text else None}
    return columns_of(field, value)


def clear(field: FieldType, stored: object) -> object:
    """Return a stored value in clear: identity numbers decrypted, everything else as it is."""
    if field.type == "identity_number" and stored:
        return keyring().decrypt(str(stored))
    return stored


def shown(field: FieldType, stored: object, rule: str) -> object:
    """Return what a viewer under `rule` ("clear", "masked") sees of a stored value, as plain JSON."""
    value = clear(field, stored)
    if field.mask and rule != "clear":
        value = mask(field.mask, value)
    return plain(value)


def plain(value: object) -> object:
    """Return a value as JSON carries it: decimals and dates as text, instants as UTC with a Z."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")[:-8] + "Z" if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _text(field: FieldType, value: object) -> object:
    if not isinstance(value, str):
        raise BadValue("value.not_text", "文本", "text")
    text = value.strip()
    if "\x00" in text:
        raise BadValue("value.bad_character", "不含控制字符的文本", "text without control characters")
    longest = 200 if field.type != "long_text" else 20_000
    if len(text) > longest:
        raise BadValue("value.too_long", f"不超过 {longest} 个字符的文本", f"at most {longest} characters")
    return text


def _email(field: FieldType, value: object) -> object:
    text = str(_text(field, value))
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise BadValue("value.not_email", "邮箱地址，例如 name@example.com", "an address such as name@example.com")
    return text


def _phone(field: FieldType, value: object) -> object:
    text = normalize(str(_text(field, value)))
    if not re.fullmatch(r"\+?[\d-]{5,20}", text):
        raise BadValue("value.not_phone", "5 至 20 位数字", "5 to 20 digits")
    return text


def _choice(field: FieldType, value: object) -> object:
    known = [option.key for option in field.options]
    if value not in known:
        raise BadValue("value.not_an_option", f"以下之一：{'、'.join(known)}", f"one of: {', '.join(known)}")
    return value


def _choices(field: FieldType, value: object) -> object:
    if not isinstance(value, list):
        raise BadValue("value.not_a_list", "列表", "a list")
    return [_choice(field, item) for item in value]


def _integer(_field: FieldType, value: object) -> object:
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}", str(value).strip()):
        raise BadValue("value.not_integer", "整数", "a whole number")
    return int(str(value))


def _decimal(_field: FieldType, value: object) -> object:
    try:
        found = Decimal(str(value).replace(",", ""))
    except InvalidOperation as error:
        raise BadValue("value.not_number", "数字", "a number") from error
    if not found.is_finite() or len(found.as_tuple().digits) > 38:
        raise BadValue("value.not_number", "最多 38 位的数字", "a number of at most 38 digits")
    return found


def _money(field: FieldType, value: object) -> object:
    if isinstance(value, Mapping):
        currency = str(value.get("currency", "CNY"))
        if not _CURRENCY.match(currency):
            raise BadValue("value.not_currency", "币种代码，例如 CNY", "a currency code such as CNY")
        return _decimal(field, value.get("amount")), currency
    return _decimal(field, value), "CNY"


def _boolean(_field: FieldType, value: object) -> object:
    if not isinstance(value, bool):
        raise BadValue("value.not_boolean", "是或否", "true or false")
    return value


def _date(_field: FieldType, value: object) -> object:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise BadValue("value.not_date", "日期，例如 2026-03-17", "a date such as 2026-03-17") from error


def _datetime(_field: FieldType, value: object) -> object:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadValue(
            "value.not_instant", "时间，例如 2026-03-17T02:42:00Z", "an instant such as 2026-03-17T02:42:00Z"
        ) from error
    if found.tzinfo is None:
        raise BadValue(
            "value.no_zone",
            "带时区的时间，例如 2026-03-17T02:42:00Z",
            "an instant with its zone, such as 2026-03-17T02:42:00Z",
        )
    return found


def _reference(_field: FieldType, value: object) -> object:
    found = parse_uid(str(value.get("uid") if isinstance(value, Mapping) else value))
    if found is None:
        raise BadValue("value.not_a_uid", "一条记录", "the uid of a record")
    return found


_PARSERS: dict[str, Callable[[FieldType, object], object]] = {
    "text": _text,
    "long_text": _text,
    "identity_number": _text,
    "email": _email,
    "phone": _phone,
    "choice": _choice,
    "multi_choice": _choices,
    "integer": _integer,
    "decimal": _decimal,
    "percent": _decimal,
    "money": _money,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "reference": _reference,
    "unit": _reference,
}
