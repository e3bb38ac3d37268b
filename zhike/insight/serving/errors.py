"""What can be wrong with served rows."""

from __future__ import annotations

from zhike.kernel.errors import Unavailable


class NothingToCount(Unavailable):
    """A count before the first published business date with wide rows."""

    code = "audience.nothing_published"
    zh = "还没有可供圈选的数据，请先运行日终跑批（zhike stage run）"
    en = "There is nothing to count yet; run the stage first (zhike stage run)"
