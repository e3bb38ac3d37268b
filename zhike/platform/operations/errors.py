"""What can go wrong when background work is set right."""

from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class NothingChosen(ZhikeError):
    """What was seen is no longer put aside: it was told meanwhile, or somebody else acted."""

    code = "job.nothing_chosen"
    status = 409
    zh = "这些记录已不在死信中，请刷新"
    en = "These are no longer put aside; reload"


class TooManyAgain(ZhikeError):
    """A subscriber would be told of more events again than anybody can oversee."""

    code = "job.too_many_again"
    status = 422
    zh = "将重放 {events} 条事件，一次最多 {most} 条，请选更晚的时刻"
    en = "{events} events would be replayed, {most} at most at once; choose a later moment"


class OtherCount(ZhikeError):
    """Between asking and confirming, the number of events changed."""

    code = "job.other_count"
    status = 409
    zh = "现在将重放 {events} 条事件，与确认的 {confirmed} 条不同，请重新确认"
    en = "{events} events would be replayed now, not the {confirmed} confirmed; please confirm again"
