"""Deleting the files of table versions that nobody can read any more."""

from __future__ import annotations

import logging

from deltalake.exceptions import DeltaError

from zhike.insight.warehouse.logic import tables
from zhike.insight.warehouse.models import Publication

#: A question over the newest version may run while a load replaces its files; none runs this long.
GRACE_HOURS = 1
_log = logging.getLogger("zhike.warehouse")


def vacuum() -> tuple[int, int]:
    """Delete replaced files that neither the newest versions nor a kept publication read; return (files, bytes).

    Files are deleted without a commit, so versions do not move and running it twice is harmless. A table whose kept
    versions cannot be listed is left alone.
    """
    kept: dict[str, set[int]] = {}
    for versions in Publication.objects.values_list("versions", flat=True):
        for dataset, version in versions.items():
            kept.setdefault(dataset, set()).add(version)
    files = size = 0
    for dataset in tables.versions():
        try:
            found = tables.replaced_files(dataset, sorted(kept.get(dataset, ())), GRACE_HOURS)
        except DeltaError:
            _log.warning("files of a table were not vacuumed", exc_info=True, extra={"dataset": dataset})
            continue
        for path in found:
            size += path.stat().st_size
            path.unlink()
            files += 1
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    return files, size
