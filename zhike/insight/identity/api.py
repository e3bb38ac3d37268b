"""One id per party over all systems, and the master records that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from zhike.insight.identity.logic import definitions, evaluating, feeding, matching, numbering
from zhike.insight.identity.types import Evaluation, IdentityResult
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import LoadResult
from zhike.kernel.definitions import Snapshot
from zhike.kernel.jobs import RunHandle
from zhike.platform.objects import api as objects

__all__ = ["ACCOUNT_PARTY", "LINK", "evaluate", "load_definitions", "run"]

LINK = numbering.LINK
ACCOUNT_PARTY = "identity.account_party"


def run(
    *, business_date: date | None = None, snapshot: Snapshot | None = None, handle: RunHandle | None = None
) -> IdentityResult:
    """Match the newest records of all systems, number the parties and feed the master records.

    With `snapshot` the definitions of a folder are used instead of the installation's. The same inputs again change
    nothing. Raises NoIdentity.
    """
    definition = definitions.identity_definition(snapshot)
    with warehouse.only_writer(handle), warehouse.session() as connection:
        records = matching.match(connection, definition)
        created, merges = numbering.number(connection, definition.object)
        numbering.store(connection, merges)
        links = definition.accounts
        if links and warehouse.state(links.dataset):
            numbering.store_accounts(connection, links.dataset, links.account_id, links.holder, links.system)
        feeding.forget_merged(definition.object, merges)
        masters = definitions.masters(snapshot)
        fed: dict[str, int] = {}
        for master in masters:
            if master.object == feeding.ORG_UNIT:
                fed[master.key] = feeding.feed_master(connection, master, snapshot, business_date)
        _progress(handle, definition.object)
        fed[definition.object] = feeding.feed_parties(connection, definition, snapshot)
        for master in masters:
            if master.object != feeding.ORG_UNIT:
                _progress(handle, master.object)
                fed[master.key] = feeding.feed_master(connection, master, snapshot, business_date)
        row = connection.execute("select count(distinct party_id) from link").fetchone()
    return IdentityResult(records, int(row[0]) if row else 0, created, len(merges), fed)


def load_definitions(
    path: Path, data: Path, *, handle: RunHandle | None = None
) -> tuple[list[LoadResult], IdentityResult]:
    """Load the files in `data` by the definitions in the folder `path` and make their parties and records.

    Nothing but definitions is needed for a new system. Raises DefinitionsBroken.
    """
    snapshot = warehouse.read_definitions(path)
    results = warehouse.load_folder(data, snapshot=snapshot, handle=handle)
    return results, run(snapshot=snapshot, handle=handle)


def evaluate(truth: Path | Mapping[str, object]) -> Evaluation:
    """Compare who was joined with who is one person: the path of truth.json, or {"links": rows, "duplicates": …}."""
    return evaluating.evaluate(truth)


def _progress(handle: RunHandle | None, object: str) -> None:
    if handle is not None:
        handle.progress(f"客户识别：{objects.describe(object).labels['zh']}")
