"""The breaks. A guarantee that is gone must be noticed by the tests named with it."""

from __future__ import annotations

from mutants import effects, engagement, files, kernel, masks, questions, reading, records, rights, security, warehouse

BREAKS = (
    *engagement.BREAKS,
    *effects.BREAKS,
    *rights.BREAKS,
    *masks.BREAKS,
    *kernel.BREAKS,
    *records.BREAKS,
    *reading.BREAKS,
    *questions.BREAKS,
    *warehouse.BREAKS,
    *files.BREAKS,
    *security.BREAKS,
)
