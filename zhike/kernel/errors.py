"""Errors that carry their own sentence, a stable code and structured facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from zhike.kernel import clock


class ZhikeError(Exception):
    """An expected answer that is not a success.

    A subclass names its `code` (stable, part of the API), its HTTP `status` and one sentence in each
    language; the sentences are templates over the keyword `facts`. `findings` holds the single faults
    where there are several, each a mapping with at least `code` and `message`.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    zh: ClassVar[str] = "操作未完成"
    en: ClassVar[str] = "The operation was not carried out"

    def __init__(self, *, findings: Sequence[Mapping[str, object]] = (), **facts: object) -> None:
        self.findings = list(findings)
        self.facts = facts
        super().__init__(self.message("en"))

    def message(self, lang: str = "zh") -> str:
        """Return the sentence in `lang` ("zh" or "en")."""
        template = self.zh if lang == "zh" else self.en
        return template.format_map(_Facts(self.facts, lang))

    def as_dict(self, lang: str = "zh") -> dict[str, object]:
        """Return the one error shape of the API: code, message, facts, findings."""
        return {
            "code": self.code,
            "message": self.message(lang),
            "facts": self.facts,
            "findings": self.findings,
        }


class _Facts(dict[str, object]):
    """Facts as a sentence wants them: lists joined, moments in local time, a missing one visible instead of fatal."""

    def __init__(self, facts: Mapping[str, object], lang: str) -> None:
        super().__init__(facts)
        self._comma = "、" if lang == "zh" else ", "

    def __getitem__(self, key: str) -> object:
        value = super().__getitem__(key)
        if isinstance(value, list | tuple | set | frozenset):
            return self._comma.join(str(item) for item in value)
        return f"{clock.local(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class NotFound(ZhikeError):
    """What was asked for does not exist, or the caller may not know that it exists.

    The facts are its `kind` and `id`, for programs; people read an id that people write (a number, a key), never a uid.
    """

    code = "not_found"
    status = 404
    zh = "“{id}”不存在，或您无权查看"
    en = "There is no '{id}', or you may not see it"

    def message(self, lang: str = "zh") -> str:
        if _said_by_people(self.facts.get("id")):
            return super().message(lang)
        return "没有找到，或您无权查看" if lang == "zh" else "Not found, or you may not see it"


def _said_by_people(id: object) -> bool:
    """Whether an id is one that people write: neither a uid nor the number of a row."""
    if not isinstance(id, str) or id in ("", "—"):
        return False
    try:
        UUID(id)
    except ValueError:
        return True
    return False


class Refused(ZhikeError):
    """The caller lacks the right."""

    code = "refused"
    status = 403
    zh = "您没有“{operation}”权限"
    en = "You have no right to '{operation}'"


class SignInRequired(ZhikeError):
    """Nobody is signed in, or the session ended."""

    code = "sign_in_required"
    status = 401
    zh = "登录已过期，请重新登录"
    en = "Your session has ended; please sign in again"


class OtherPerson(ZhikeError):
    """A page of the browser asks for one person while another one has signed in; who that is, is not told."""

    code = "session.other_person"
    status = 409
    zh = "本浏览器的登录已换人，请重新载入页面"
    en = "Somebody else has signed in on this browser; please load the page again"


class Invalid(ZhikeError):
    """The input breaks one or more rules; every finding is listed."""

    code = "invalid"
    status = 422
    zh = "输入有 {count} 处需要修改"
    en = "{count} things in the input need a correction"

    def __init__(self, *, findings: Sequence[Mapping[str, object]] = (), **facts: object) -> None:
        super().__init__(findings=findings, **{"count": len(findings) or 1, **facts})


class StaleRevision(ZhikeError):
    """Somebody changed the record since the caller read it."""

    code = "stale_revision"
    status = 409
    zh = "这条记录已被他人修改（您基于第 {given} 版，现为第 {current} 版）。请刷新后再改，您的输入没有保存"
    en = "Someone changed this record (yours: revision {given}, now {current}). Reload; nothing was saved"


class BadCursor(ZhikeError):
    """A page cursor of another list or order, or one that nobody gave."""

    code = "bad_cursor"
    status = 422
    zh = "翻页标记与当前列表不符，请从第一页重新开始"
    en = "The page cursor does not fit this list; start again at the first page"


class Unavailable(ZhikeError):
    """Something this needs is not there yet or not running."""

    code = "unavailable"
    status = 503
    zh = "{what} 暂不可用：{remedy}"
    en = "{what} is not available: {remedy}"


class DatabaseAway(ZhikeError):
    """The database cannot be reached: nobody's fault who asks, and worth trying again."""

    code = "database.away"
    status = 503
    zh = "数据库暂不可用，请稍后重试"
    en = "The database cannot be reached; please try again later"


class DiskFull(ZhikeError):
    """Nothing more can be written: what was being done is not done, and what was saved before is untouched.

    Said of an answer, a file and a run alike, so it promises of no work that nothing of it was kept.
    """

    code = "disk.full"
    status = 507
    zh = "服务器磁盘已满：没做完的这一步没有生效，此前已保存的数据不受影响。请联系管理员清理或扩容后重试"
    en = "The server's disk is full: what was under way did not take effect, and what was saved before is untouched. Ask an administrator for room, then try again"


class TooCostly(ZhikeError):
    """A question worked for longer than the installation lets one; it was stopped, and nothing else was harmed."""

    code = "too_costly"
    status = 422
    zh = "这个问题太费时：{seconds} 秒内没有得出结果，已停止。请缩小范围后再试，例如减少条件，或先选定营业部、日期"
    en = "This question takes too long: it had no answer after {seconds} seconds and was stopped. Ask for less, such as fewer conditions, one branch or fewer days"


class Contended(ZhikeError):
    """What is read together was changed again and again while it was read."""

    code = "contended"
    status = 503
    zh = "数据正被频繁更改，请稍后重试"
    en = "What you asked for is being changed too often; please try again later"
