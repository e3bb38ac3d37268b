"""What people chose for heads that are called otherwise than is wanted, kept for one file or for all with the same heads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from zhike.kernel import clock, context
from zhike.platform.exchange.logic.heads import Remembered
from zhike.platform.exchange.models import ChosenHeads

__all__ = ["choose", "chosen"]


def choose(scope: str, columns: Mapping[str, str], *, file: str = "", heads: Sequence[str] = ()) -> None:
    """Keep what was chosen for the file with that hash, or for every file of the scope with the same `heads`."""
    given = {"columns": dict(columns), "chosen_by": context.current().actor, "chosen_at": clock.now()}
    ChosenHeads.objects.update_or_create(scope=scope, of=_file(file) if file else _heads(heads), defaults=given)


def chosen(scope: str, *, file: str = "") -> Remembered:
    """Return what says for the heads of a file what was chosen; what was chosen for this very file comes first."""
    kept = dict(ChosenHeads.objects.filter(scope=scope).values_list("of", "columns"))

    def of(heads: Sequence[str]) -> Mapping[str, str]:
        return kept.get(_file(file)) or kept.get(_heads(heads)) or {}

    return of


def _file(digest: str) -> str:
    return f"file:{digest}"


def _heads(heads: Sequence[str]) -> str:
    """The same heads in another order are the same."""
    return "heads:" + hashlib.sha256("\x1f".join(sorted(filter(None, heads))).encode()).hexdigest()
