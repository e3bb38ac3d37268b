"""Where definitions lie: what packs brought, and over it the installation's own."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any, Literal

from zhike.kernel import definition_checks
from zhike.kernel.definition_parts import Definition, identity_of
from zhike.kernel.definitions import Body, kind_named
from zhike.kernel.models import StoredDefinition

Layer = Literal["pack", "own"]
_log = logging.getLogger("zhike.definitions")
_parsed: dict[str, Definition] = {}


def stored() -> list[StoredDefinition]:
    """Return every stored definition of both layers."""
    return list(StoredDefinition.objects.order_by("kind", "key", "layer"))


def effective() -> Mapping[str, Mapping[str, Definition]]:
    """Return the definitions that count, parsed: the installation's own before what packs brought.

    One that no longer fits its model (a stricter product) is set aside and said in the log; the others stay.
    """
    rows: dict[tuple[str, str], StoredDefinition] = {}
    for row in stored():
        if row.layer == "own" or (row.kind, row.key) not in rows:
            rows[row.kind, row.key] = row
    found: dict[str, dict[str, Definition]] = {}
    for row in rows.values():
        definition = _definition(row)
        if definition is not None:
            found.setdefault(row.kind, {})[row.key] = definition
    return found


def set_aside() -> list[tuple[str, str, str]]:
    """Return (kind, key, why) of stored definitions that no model of this product takes."""
    return [(row.kind, row.key, why) for row in stored() if (why := _why(row))]


def identity(body: Body) -> uuid.UUID:
    """Return the uuid of a definition: its own, or the one that kind and key make."""
    given = body.get("uuid")
    return uuid.UUID(str(given)) if given else identity_of(str(body["kind"]), str(body["key"]))


def digest(body: Body) -> str:
    """Return the hash by which two writings of a definition are the same."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def _definition(row: StoredDefinition) -> Definition | None:
    key = f"{row.kind}:{row.digest}"
    if key not in _parsed:
        kind = kind_named(row.kind)
        found, faults = definition_checks.parsed(row.body, kind) if kind else (None, [])
        if found is None:
            _log.error("definition set aside", extra={"kind": row.kind, "key": row.key, "faults": len(faults)})
            return None
        _parsed[key] = found
    return _parsed[key]


def _why(row: StoredDefinition) -> str:
    kind: Any = kind_named(row.kind)
    if kind is None:
        return f"没有“{row.kind}”这一类定义"
    _found, faults = definition_checks.parsed(row.body, kind)
    return "；".join(fault.said.zh for fault in faults)
