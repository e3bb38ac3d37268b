from __future__ import annotations

from zhike.kernel.errors import NotFound


class PartyNotCounted(NotFound):
    """A party that the published data do not know yet: it came after them."""

    code = "audience.party_not_counted"
    zh = "截至 {business_date} 的数据中还没有 {id}，请在下一次日终跑批后再查"
    en = "The data of {business_date} do not hold {id} yet; ask again after the next stage run"
