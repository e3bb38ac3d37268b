"""What the loads interface gives."""

from __future__ import annotations

from dataclasses import asdict

from zhike.insight.warehouse.types import LoadResult, RejectedRow


def load_out(load: LoadResult) -> dict[str, object]:
    """Return a load as the interface gives it."""
    return {name: value for name, value in asdict(load).items() if name != "error" or value}


def rejected_out(row: RejectedRow) -> dict[str, object]:
    """Return a rejected row as the interface gives it."""
    return asdict(row)
