"""How deep a test looks: as deep as CI has time for, or many times deeper under `make prove`."""

from __future__ import annotations

import os

_TIMES = int(os.environ.get("ZHIKE_PROVE", "1"))


def examples(in_ci: int) -> int:
    """Return how many examples a test makes up, given how many CI has time for."""
    return in_ci * _TIMES
