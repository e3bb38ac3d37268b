from __future__ import annotations

from zhike.kernel.errors import NotFound, Unavailable


class NothingToCount(Unavailable):
    """A count before the first published business date with wide rows."""

    code = "audience.nothing_published"
    zh = "还没有可供圈选的数据，请先运行夜间加工（zhike stage run）"
    en = "There is nothing to count yet; run the stage first (zhike stage run)"


class PartyNotCounted(NotFound):
    """A party that the published data do not know yet: it came after them."""

    code = "audience.party_not_counted"
    zh = "截至 {business_date} 的数据中还没有 {id}，请在下一次夜间加工后再查"
    en = "The data of {business_date} do not hold {id} yet; ask again after the next stage run"
