"""Field types: one class each knows how its values are stored, read, shown, asked about, loaded and exported.

A type is bound to the settings of one field: `bound("decimal", scale=6)` reads, prints and stores values with six
decimals. Nothing outside this room asks what a type is called; it asks the type.
"""

from __future__ import annotations

from zhike.platform.fields.currencies import CURRENCIES, Currency
from zhike.platform.fields.logic.masks import mask
from zhike.platform.fields.logic.moments import check as check_format
from zhike.platform.fields.logic.moments import readable as readable_format
from zhike.platform.fields.logic.numbers import check as check_numbers
from zhike.platform.fields.logic.registry import value_type, value_types
from zhike.platform.fields.logic.value_type import DESK, GRAMMARS, Settings, ValueType, plain
from zhike.platform.fields.logic.words import UNWRITABLE, bad_character
from zhike.platform.fields.logic.written import Form, Written

__all__ = [
    "CURRENCIES",
    "Currency",
    "DESK",
    "Form",
    "GRAMMARS",
    "Settings",
    "UNWRITABLE",
    "ValueType",
    "Written",
    "bad_character",
    "bound",
    "check_format",
    "check_numbers",
    "mask",
    "plain",
    "readable_format",
    "value_type",
    "value_types",
]


def bound(type: str, **settings: object) -> ValueType:
    """Return a type bound to those of `settings` that it has. Raises UnknownType that says which types there are."""
    return value_type(type).bound(**settings)
