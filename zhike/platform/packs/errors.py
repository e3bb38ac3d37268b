from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class PackBroken(ZhikeError):
    """Packs that do not pass their check; every finding is listed."""

    code = "pack.broken"
    status = 422
    zh = "应用包有 {count} 处错误，未做任何更改"
    en = "The packs have {count} faults; nothing was changed"


class DestructivePlan(ZhikeError):
    """A plan that removes something, without consent."""

    code = "pack.destructive"
    status = 409
    zh = "计划包含 {count} 项破坏性更改：{changes}。确认后用 --yes 执行"
    en = "The plan holds {count} destructive changes: {changes}. Run again with --yes to consent"
