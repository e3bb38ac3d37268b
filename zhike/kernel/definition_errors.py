"""What can keep definitions from being changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhike.kernel.definitions import Finding
from zhike.kernel.errors import ZhikeError


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding and the definition it is about."""

    kind: str
    key: str
    finding: Finding

    def as_dict(self) -> dict[str, object]:
        """Return the fault as errors carry it."""
        where = ".".join(map(str, self.finding.where))
        zh, en = (f"{self.kind} {self.key}: {self.finding.said[lang]}" for lang in ("zh", "en"))
        return {"code": self.finding.code, "message": zh, "message_en": en, "field": where}


class DefinitionsBroken(ZhikeError):
    """Definitions that do not pass their check; every finding is listed."""

    code = "definition.broken"
    status = 422
    zh = "定义有 {count} 处错误，未做任何更改"
    en = "The definitions have {count} faults; nothing was changed"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(findings=[fault.as_dict() for fault in faults], count=len(faults))


class DestructiveChange(ZhikeError):
    """A change that removes something, without consent."""

    code = "definition.destructive"
    status = 409
    zh = "计划包含 {count} 项破坏性更改：{changes}。确认后用 --yes 执行"
    en = "The plan holds {count} destructive changes: {changes}. Run again with --yes to consent"


class DefinitionInUse(ZhikeError):
    """A definition that something which runs still needs."""

    code = "definition.in_use"
    status = 409
    zh = "{definition} 正在被使用：{users}。请先停止它们"
    en = "{definition} is in use by {users}; stop them first"


class ChangedSince(ZhikeError):
    """A change cannot be taken back because a later one touched the same definition."""

    code = "definition.changed_since"
    status = 409
    zh = "{definition} 之后又被修改（{at}，{actor}），请先撤销后一次更改"
    en = "{definition} was changed again ({at}, {actor}); take that change back first"


class ChangedMeanwhile(ZhikeError):
    """A change that waited for its tables is of definitions that somebody else has changed since."""

    code = "definition.changed_meanwhile"
    status = 409
    zh = "等待期间 {definition} 已被修改（{at}，{actor}），此更改未执行；请重新计划后再改"
    en = "While it waited {definition} was changed ({at}, {actor}); nothing was done. Plan the change again"


class AlreadyUndone(ZhikeError):
    """A change that was taken back before."""

    code = "definition.already_undone"
    status = 409
    zh = "更改 {change} 已经撤销（{at}，{actor}）；要恢复它，请撤销 {undo}"
    en = "Change {change} was already taken back ({at}, {actor}); to make it again, take back {undo}"


class TablesInUse(ZhikeError):
    """A table that had to change was held by other work longer than anybody may be kept waiting."""

    code = "definition.tables_in_use"
    status = 409
    zh = "相关数据表正被其他任务占用，未做任何更改；请在任务结束后重试"
    en = "A table that has to change is in use by other work; nothing was changed. Try again when it has ended"


class UnknownChange(ZhikeError):
    """There is no such change of definitions."""

    code = "definition.unknown_change"
    status = 404
    zh = "没有编号为 {change} 的更改"
    en = "There is no change {change}"


class UnknownDefinition(ZhikeError):
    """There is no such definition, now or ever."""

    code = "definition.unknown"
    status = 404
    zh = "没有定义 {kind} {key}。现有：{has}"
    en = "There is no {kind} {key}. There are: {has}"
