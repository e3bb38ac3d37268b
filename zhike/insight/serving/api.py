"""The wide row of each party on the published day: built at the end of the nightly stage, served to lists and to audiences."""

from __future__ import annotations

from zhike.insight.serving.logic import columns
from zhike.insight.serving.logic import published as _published
from zhike.insight.serving.types import WideColumn

__all__ = ["SCOPE", "Published", "Terms", "WideColumn", "party", "published", "telling", "terms", "total"]

SCOPE = _published.SCOPE
Published = _published.Published
Terms = _published.Terms
party = columns.party
published = _published.published
telling = columns.telling
terms = _published.terms
total = columns.total
