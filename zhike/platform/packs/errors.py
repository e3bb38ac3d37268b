from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class PackBroken(ZhikeError):
    """Packs that do not pass their check; every finding is listed."""

    code = "pack.broken"
    status = 422
    zh = "应用包有 {count} 处错误，未做任何更改"
    en = "The packs have {count} faults; nothing was changed"
