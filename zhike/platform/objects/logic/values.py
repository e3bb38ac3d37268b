"""Field values: what comes in over the interface, what lies in a column, what goes out to a viewer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from zhike.kernel.encryption import keyring
from zhike.kernel.ids import parse_uid
from zhike.platform.objects.logic.masks import mask
from zhike.platform.objects.logic.search_tokens import normalize
from zhike.platform.objects.types import FieldType

_CURRENCY = re.compile(r"^[A-Z]{3}$")
_TAIL = 4


class BadValue(ValueError):
    """A value that does not fit its field: a stable code and what would fit."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(expected)
        self.code = code
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
        raise BadValue("value.not_text", "text")
    text = value.strip()
    if "\x00" in text:
        raise BadValue("value.bad_character", "text without control characters")
    if len(text) > (200 if field.type != "long_text" else 20_000):
        raise BadValue("value.too_long", "at most 200 characters")
    return text


def _email(field: FieldType, value: object) -> object:
    text = str(_text(field, value))
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise BadValue("value.not_email", "an address such as name@example.com")
    return text


def _phone(field: FieldType, value: object) -> object:
    text = normalize(str(_text(field, value)))
    if not re.fullmatch(r"\+?[\d-]{5,20}", text):
        raise BadValue("value.not_phone", "5 to 20 digits")
    return text


def _choice(field: FieldType, value: object) -> object:
    known = [option.key for option in field.options]
    if value not in known:
        raise BadValue("value.not_an_option", f"one of: {', '.join(known)}")
    return value


def _choices(field: FieldType, value: object) -> object:
    if not isinstance(value, list):
        raise BadValue("value.not_a_list", "a list")
    return [_choice(field, item) for item in value]


def _integer(_field: FieldType, value: object) -> object:
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}", str(value).strip()):
        raise BadValue("value.not_integer", "a whole number")
    return int(str(value))


def _decimal(_field: FieldType, value: object) -> object:
    try:
        found = Decimal(str(value).replace(",", ""))
    except InvalidOperation as error:
        raise BadValue("value.not_number", "a number") from error
    if not found.is_finite() or len(found.as_tuple().digits) > 38:
        raise BadValue("value.not_number", "a number of at most 38 digits")
    return found


def _money(field: FieldType, value: object) -> object:
    if isinstance(value, Mapping):
        currency = str(value.get("currency", "CNY"))
        if not _CURRENCY.match(currency):
            raise BadValue("value.not_currency", "a currency code such as CNY")
        return _decimal(field, value.get("amount")), currency
    return _decimal(field, value), "CNY"


def _boolean(_field: FieldType, value: object) -> object:
    if not isinstance(value, bool):
        raise BadValue("value.not_boolean", "true or false")
    return value


def _date(_field: FieldType, value: object) -> object:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise BadValue("value.not_date", "a date such as 2026-03-17") from error


def _datetime(_field: FieldType, value: object) -> object:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadValue("value.not_instant", "an instant such as 2026-03-17T02:42:00Z") from error
    if found.tzinfo is None:
        raise BadValue("value.no_zone", "an instant with its zone, such as 2026-03-17T02:42:00Z")
    return found


def _reference(_field: FieldType, value: object) -> object:
    found = parse_uid(str(value.get("uid") if isinstance(value, Mapping) else value))
    if found is None:
        raise BadValue("value.not_a_uid", "the uid of a record")
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
