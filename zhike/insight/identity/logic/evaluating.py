"""How right identity is: pairs of records joined, against pairs known to be one person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from zhike.insight.identity.logic.numbering import LINK
from zhike.insight.identity.types import Evaluation, Identity
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import Session


def evaluate(truth: Path | Mapping[str, object], definition: Identity) -> Evaluation:
    """Return precision and recall of a definition over pairs, for everything and for the planted duplicates alone."""
    with warehouse.session() as connection:
        planted = _truth(connection, truth)
        connection.execute(
            f"""create temp table judged as select t.system, t.source_key, t.person, l.party_id, t.person in (select unnest(?))
            as planted from truth t join {warehouse.relation(LINK)} l using (system, source_key) where l.identity = ?""",
            [planted, definition.key],
        )
        everything = _pairs(connection, "true")
        some = _pairs(connection, "planted")
    return Evaluation(
        precision=_share(everything[2], everything[1]),
        recall=_share(everything[2], everything[0]),
        true_pairs=everything[0],
        found_pairs=everything[1],
        right_pairs=everything[2],
        planted_precision=_share(some[2], some[1]),
        planted_recall=_share(some[2], some[0]),
    )


def _truth(connection: Session, truth: Path | Mapping[str, object]) -> list[str]:
    if isinstance(truth, Path):
        body = json.loads(truth.read_text(encoding="utf-8"))
        connection.execute(
            f"create temp table truth as select * from read_parquet({warehouse.literal(truth.parent / body['links'])})"
        )
    else:
        body = cast(dict[str, Any], dict(truth))
        table = pa.Table.from_pylist(body["links"])
        connection.register("given_truth", table)
        connection.execute("create temp table truth as select * from given_truth")
    return [entry["person"] for entry in body.get("duplicates", [])]


def _pairs(connection: Session, where: str) -> tuple[int, int, int]:
    counts = []
    for group in ("person", "party_id", "(person, party_id)"):
        row = connection.execute(
            f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from judged where {where} group by {group})"
        ).fetchone()
        counts.append(int(row[0]) if row else 0)
    return counts[0], counts[1], counts[2]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 1.0
