"""What a refusal says: the operation and what it is about as screens call them, not by their keys."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import Refused, ZhikeError
from zhike.platform.objects import catalogue
from zhike.platform.objects.errors import UnknownObject

_PARTS: Mapping[str, Labels] = {
    "audience": Labels("客群", "Audiences"),
    "campaign": Labels("营销", "Campaigns"),
    "load": Labels("数据", "Loads"),
    "run": Labels("后台任务", "Runs"),
    "user": Labels("用户", "Users"),
    "work": Labels("待办", "To-do"),
    "home": Labels("工作台", "Home"),
}
_READ = Labels("查看", "see")
_OPERATIONS: Mapping[str, Labels] = {
    "read": _READ,
    "create": Labels("新建", "create"),
    "update": Labels("修改", "change"),
    "delete": Labels("删除", "delete"),
    "unmask": Labels("查看完整内容：", "see in clear"),
    "export": Labels("导出", "export"),
    "access_log": Labels("查看访问记录：", "see the access log of"),
    "erase": Labels("清除个人信息：", "erase people of"),
    "launch": Labels("启动", "launch"),
    "resend": Labels("重发", "send again"),
    "cancel": Labels("取消", "cancel"),
    "complete": Labels("办理", "complete"),
    "read_units": Labels("查看本机构的", "see their unit's"),
}


def message(error: ZhikeError, lang: str) -> str:
    """Return the sentence of an expected error, a refusal by the names that screens show."""
    if not isinstance(error, Refused):
        return error.message(lang)
    resource, _dot, name = str(error.facts["operation"]).partition(".")
    about = _about(resource, name)
    act = _OPERATIONS.get(name, _READ)
    if about is None:
        return error.message(lang)
    return f"You may not {act.en} '{about.en}'" if lang == "en" else f"您没有{act.zh}“{about.zh}”的权限"


def _about(resource: str, name: str) -> Labels | None:
    """What is refused by name: a part of the product, an object, or a field of one."""
    if resource in _PARTS:
        return _PARTS[resource]
    try:
        owner = catalogue.describe(resource)
    except UnknownObject:
        return None
    field = owner.fields.get(name) if name not in _OPERATIONS else None
    zh, en = ([part.labels[lang] for part in (owner, field) if part is not None] for lang in ("zh", "en"))
    return Labels(" · ".join(zh), " · ".join(en))
