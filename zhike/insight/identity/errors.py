from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class NoIdentity(ZhikeError):
    """An installation without a definition of who is who."""

    code = "identity.no_definition"
    status = 503
    zh = "没有客户识别定义（identity），请先应用应用包"
    en = "There is no identity definition; apply the packs first"
