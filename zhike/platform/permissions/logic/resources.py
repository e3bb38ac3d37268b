"""What rights are granted on beside objects: parts of the product, registered by the rooms that they belong to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from zhike.kernel.definition_parts import Labels

#: How a grant on a part of the product may be narrowed: to what the principal made or was given, to what its units have.
Narrowing = Literal["mine", "my_units"]

#: What the operations are called that objects and several parts of the product have.
OPERATIONS: Mapping[str, Labels] = {
    "read": Labels("查看", "see"),
    "create": Labels("新建", "create"),
    "update": Labels("修改", "change"),
    "delete": Labels("删除", "delete"),
    "unmask": Labels("查看完整内容：", "see in clear"),
    "find_by_number": Labels("按完整号码查找", "find by whole number"),
    "export": Labels("导出", "export"),
    "share": Labels("共享", "share"),
    "access_log": Labels("查看访问记录：", "see the access log of"),
    "erase": Labels("清除个人信息：", "erase people of"),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A part of the product: what can be done there, how a grant may be narrowed, and its path if it has a page.

    Operations that only it has say what they are `called`.
    """

    key: str
    labels: Labels
    operations: tuple[str, ...] = ()
    narrowed_by: tuple[Narrowing, ...] = ()
    path: str = ""
    called: Mapping[str, Labels] = field(default_factory=dict)


_resources: dict[str, Resource] = {}


def register(resource: Resource) -> None:
    """Offer a part of the product to grants and menus; called when the application starts."""
    _resources[resource.key] = resource


def registered() -> Mapping[str, Resource]:
    """Return every part of the product by key."""
    return _resources


def in_menus() -> Collection[str]:
    """Return the parts of the product that can stand in a menu."""
    return [key for key, resource in _resources.items() if resource.path]


def word_for(resource: str, operation: str) -> Labels | None:
    """Return what screens call an operation; None for what is none."""
    found = _resources.get(resource)
    return (found.called.get(operation) if found else None) or OPERATIONS.get(operation)
