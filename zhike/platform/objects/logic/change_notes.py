"""What a plan says that a change of an object type does to its table and its readers."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.platform.permissions.types import Role

NEW_TABLE = Labels("新建数据表", "new table")
HIDDEN = Labels("对象隐藏；数据表和记录保留", "the object is hidden; its table and rows stay")


def unread(key: str, everything: Snapshot) -> tuple[Labels, ...]:
    """Return the note that nobody will see a new object, and what to do, if there are roles and none may read it."""
    roles = everything.of(Role).values()
    readers = [grant for role in roles for grant in role.grants if grant.on == key]
    if not roles or any("read" in grant.operations for grant in readers):
        return ()
    return (
        Labels(
            f"没有角色可读取“{key}”：请在角色的 `grants` 和 `menu` 中加上",
            f"no role may read '{key}': add it to the `grants` and the `menu` of a role",
        ),
    )


def add_column(key: str, lock: str) -> Labels:
    """Return the note about a field that gets a column."""
    return Labels(
        f"新增列 {key}（不重写数据，加锁不超过 {lock}）", f"add column {key} (no rewrite, no lock beyond {lock})"
    )


def looked_up(key: str, relation: str) -> Labels:
    """Return the note about a stored field whose value comes from a relation from now on."""
    return Labels(
        f"字段 {key} 今后取自 {relation}；已录入的值留在列中，不再显示",
        f"field {key} is looked up in {relation} from now on; what was entered stays in its column, out of sight",
    )


def hide(key: str) -> Labels:
    """Return the note about a field that goes."""
    return Labels(f"隐藏字段 {key}；列和值保留", f"hide field {key}; its column and values stay")


def unmasked(key: str) -> Labels:
    """Return the note about a field that everybody sees in clear from now on."""
    return Labels(f"字段 {key} 不再脱敏", f"field {key} is no longer masked")


def searched(key: str) -> Labels:
    """Return the note about a field that records are found by from now on."""
    return Labels(
        f"按字段 {key} 可以搜索；已有记录当晚起可按它找到",
        f"records are found by {key}, those that there are already from tonight on",
    )


def loses(key: str, options: Sequence[str]) -> Labels:
    """Return the note about options that go."""
    return Labels(
        f"字段 {key} 去掉选项 {'、'.join(options)}；已存的值保留",
        f"field {key} loses {', '.join(options)}; stored values stay",
    )


def drop_unique(key: str) -> Labels:
    """Return the note about a field whose values may repeat from now on."""
    return Labels(f"删除 {key} 的唯一索引；今后可以重复", f"drop unique index of {key}; it may occur twice")


def drop_index(key: str) -> Labels:
    """Return the note about an index that goes."""
    return Labels(f"删除 {key} 的索引", f"drop index of {key}")


def create_index(key: str) -> Labels:
    """Return the note about an index that is made."""
    return Labels(
        f"为 {key} 建索引；建成前写入需等待", f"create index of {key}; whoever writes waits while it is built"
    )
