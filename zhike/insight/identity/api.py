"""One id per party over all systems, and the master records that follow from it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from zhike.expressions import trees
from zhike.insight.identity.logic import alike as alike_records
from zhike.insight.identity.logic import definitions, evaluating, feeding, linking, matching, numbering
from zhike.insight.identity.types import AlikeRecords, Evaluation, Fed, Identity, IdentityResult, IdentityState, Link
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets, received
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import LoadResult, Source
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.kernel.errors import Refused
from zhike.kernel.jobs import RunHandle
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue, single
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

__all__ = [
    "ACCOUNT_PARTY",
    "LINK",
    "alike",
    "evaluate",
    "identity_of_subject",
    "links",
    "load_definitions",
    "matched_fields",
    "run",
    "states",
    "survivors",
]

LINK = numbering.LINK
ACCOUNT_PARTY = numbering.ACCOUNT_PARTY


def run(
    *, business_date: date | None = None, snapshot: Snapshot | None = None, handle: RunHandle | None = None
) -> IdentityResult:
    """Match the newest records of all systems by every definition, number the parties and feed the master records.

    With `snapshot` the definitions of a folder are used instead of the installation's. The same inputs again change
    nothing. Raises NoIdentity.
    """
    identities = definitions.identities(snapshot)
    masters = definitions.masters(snapshot)
    fed: dict[str, Fed] = {}
    for definition in identities:
        _fold_anew(definition, snapshot, handle)
    with warehouse.only_writer(handle), warehouse.session() as session:
        session.know_digests()
        session.know_folds()
        for master in masters:
            if master.object == definitions.ORG_UNIT:
                fed[master.key] = feeding.feed_master(session, master, snapshot, business_date)
        numbering.carry_over(session, definitions.known(snapshot))
        results = [_identify(session, definition, snapshot, handle, fed) for definition in identities]
        for master in masters:
            if master.object != definitions.ORG_UNIT:
                _progress(handle, master.object)
                fed[master.key] = feeding.feed_master(session, master, snapshot, business_date)
    records, parties, created, merged = (sum(numbers) for numbers in zip(*results, strict=True))
    return IdentityResult(records, parties, created, merged, fed)


def _fold_anew(definition: Identity, snapshot: Snapshot | None, handle: RunHandle | None) -> None:
    """Have every system's hashes made by the folds of today, or one number would have two of them."""
    for system in definition.systems:
        source = datasets.source_of(system.dataset, snapshot=snapshot)
        if source is not None:
            received.fold_anew(source, handle=handle)


def _identify(
    session: Session,
    definition: Identity,
    snapshot: Snapshot | None,
    handle: RunHandle | None,
    fed: dict[str, Fed],
) -> tuple[int, int, int, int]:
    """Match and number by one definition and feed its records; return records, parties, new ids, merges."""
    _progress(handle, definition.object)
    records = matching.match(session, definition, snapshot, LINK)
    created, merges = numbering.number(session, definition)
    numbering.store(session, definition, merges)
    feeding.forget_merged(definition.object, merges)
    sent = feeding.feed_parties(session, definition, snapshot)
    fed[definition.object] = fed.get(definition.object, Fed()) + sent
    (parties,) = session.row(trees.sql("select count(distinct party_id) from link"))
    return records, int(parties), created, len(merges)


def load_definitions(
    path: Path, data: Path, *, handle: RunHandle | None = None
) -> tuple[list[LoadResult], IdentityResult]:
    """Load the files in `data` by the definitions in the folder `path` and make their parties and records.

    Nothing but definitions is needed for a new system. Raises DefinitionsBroken.
    """
    snapshot = datasets.read_definitions(path)
    results = received.load_folder(data, snapshot=snapshot, handle=handle)
    found = run(snapshot=snapshot, handle=handle)
    return received.as_of_now(results), found


def identity_of_subject(source: Source, *, snapshot: Snapshot | None = None) -> Identity:
    """Return the definition by which the facts of a source belong to parties. Raises WhichIdentity."""
    subject = source.subject
    if subject is not None and subject.accounts is not None:
        return definitions.identity_of_accounts(subject.accounts, subject.identity, snapshot)
    system, named = (subject.system, subject.identity) if subject else (None, None)
    return definitions.identity_of_system(system or "", named, snapshot)


def states() -> list[IdentityState]:
    """Return every definition of who is who with the records and parties that it links."""
    return linking.states()


def survivors(object: str) -> dict[int, int]:
    """Return the inner ids of an object's records that were merged into others, with those that they are now."""
    return linking.survivors(object)


def links(identity: str, *, record: str = "", limit: int = 100) -> list[Link]:
    """Return links of one definition by party; with `record` ("counter:0001") all links of its party.

    Raises UnknownIdentity.
    """
    return linking.links(identity, record, limit)


def evaluate(truth: Path | Mapping[str, object], *, identity: str = "") -> Evaluation:
    """Compare who was joined with who is one person: the path of truth.json, or {"links": rows, "duplicates": …}.

    Raises UnknownIdentity, and WhichIdentity where there are several and none is named.
    """
    return evaluating.evaluate(truth, definitions.named_or_only(identity))


def matched_fields(object: str) -> list[str]:
    """Return the fields by whose values records of an object are called the same."""
    return alike_records.fields_of(object)


def alike(
    object: str, given: Mapping[str, object], *, record: uuid.UUID | None = None, principal: Principal
) -> list[AlikeRecords]:
    """Return the records that one with these values would be the same as, for whoever writes it; whole numbers only.

    `record` is the one that is changed. Each number is journalled and counted as found by number. Raises Refused,
    NotFound, FindSeries.
    """
    operation = "create" if record is None else "update"
    permissions.require(principal, f"{object}.{operation}")
    rules = permissions.field_rules(principal, object, given)
    if "refused" in rules.values():
        raise Refused(operation=f"{object}.{operation}")
    stored = single.row(object, record, "update", principal=principal) if record else {}
    return [_as_read(object, found, principal) for found in alike_records.same(object, given, stored, principal)]


def _as_read(object: str, found: alike_records.Same, principal: Principal) -> AlikeRecords:
    reads = permissions.allowed(principal, f"{object}.read")
    branch = catalogue.describe(object).field_with_role("branch")
    columns = [branch.key] if branch else []
    seen = objects.records_by_id(object, found.ids, principal=principal, columns=columns) if reads else {}
    return AlikeRecords(
        fields=tuple(field.key for field in found.fields),
        strong=found.strong,
        readable=tuple(seen.values()),
        others=len(seen) < len(found.ids),
    )


def _progress(handle: RunHandle | None, object: str) -> None:
    if handle is not None:
        called = catalogue.describe(object).labels
        handle.progress(Labels(f"身份识别：{called['zh']}", f"Identity: {called['en']}"))
