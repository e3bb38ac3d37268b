"""The wide rows of a published day as a file of their own: read by every process from disk, never written in place.

A table in memory of 300 columns for 2,000,000 parties takes 8 to 13 GB in every process; this one stays in the pages that
the operating system shares between them. A file is called by its day and by the files of the dataset that it was made of, so
whoever misses one makes the same again.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Collection
from datetime import date
from pathlib import Path

from django.conf import settings

from zhike.expressions import trees
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel import time_limits

DATASET = "mart.party_wide"
#: The one table of the file.
TABLE = "wide"
_FOLDER, _NAME = "served", "party_wide"
#: Files of other publications go after it: longer than any request, whose publication may be the one before.
_KEPT_SECONDS = 3600


def of(publication: PublicationInfo) -> Path:
    """Return the file of a publication's day, made now where it is missing."""
    return _made(publication.business_date, publication)


def make(day: date) -> Path:
    """Make the file of the newest rows of a day, before it is published, and drop those that nobody reads any more."""
    file = _made(day, None)
    published = warehouse.publication()
    kept = {file}
    if published is not None and DATASET in published.versions:
        with warehouse.session(pins=published) as session:
            kept.add(_file(session, published.business_date))
    _drop_others(kept)
    return file


def _made(day: date, publication: PublicationInfo | None) -> Path:
    # Whoever is the first to ask makes it for all.
    with time_limits.unlimited(), warehouse.session(pins=publication) as session:
        file = _file(session, day)
        if file.exists():
            return file
        rows = trees.sql(
            "select * exclude (business_date) from _rows where business_date = _day order by party_id",
            rows=session.table(DATASET, first=day, last=day),
            day=trees.value(day),
        )
        unfinished = file.with_suffix(f".{uuid.uuid4().hex}")
        try:
            session.save(rows, unfinished, table=TABLE)
            os.replace(unfinished, file)
        finally:
            unfinished.unlink(missing_ok=True)
            unfinished.with_name(f"{unfinished.name}.wal").unlink(missing_ok=True)
    return file


def _file(session: Session, day: date) -> Path:
    rows = session.files(DATASET, first=day, last=day)
    digest = hashlib.sha256("\n".join(Path(file).name for file in rows).encode()).hexdigest()[:16]
    return _folder() / f"{_NAME}-{day}-{digest}.duckdb"


def _drop_others(kept: Collection[Path]) -> None:
    """Who has a dropped file open reads on."""
    for file in _folder().iterdir():
        if file not in kept and file.stat().st_mtime < time.time() - _KEPT_SECONDS:
            file.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.HOME) / _FOLDER
    folder.mkdir(exist_ok=True)
    return folder
