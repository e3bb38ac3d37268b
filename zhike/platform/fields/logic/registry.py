"""Every field type there is: the modules of `kinds/`, each with the one class it defines."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from zhike.platform.fields.errors import UnknownType
from zhike.platform.fields.logic import kinds
from zhike.platform.fields.logic.value_type import ValueType


@functools.cache
def value_types() -> Mapping[str, type[ValueType]]:
    """Return the field types by key."""
    found: dict[str, type[ValueType]] = {}
    for module in sorted(pkgutil.iter_modules(kinds.__path__), key=lambda module: module.name):
        loaded = importlib.import_module(f"{kinds.__name__}.{module.name}")
        own = [item for item in vars(loaded).values() if isinstance(item, type) and item.__module__ == loaded.__name__]
        for item in own:
            if issubclass(item, ValueType):
                found[item.key] = item
    return MappingProxyType(found)


def value_type(key: str) -> type[ValueType]:
    """Return a field type. Raises UnknownType that says which there are."""
    try:
        return value_types()[key]
    except KeyError:
        raise UnknownType(type=key, has=sorted(value_types())) from None
