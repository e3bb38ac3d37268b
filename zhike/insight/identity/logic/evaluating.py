"""How right identity is: pairs of records joined, against pairs known to be one person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from pyarrow import parquet

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.identity.logic.numbering import LINK
from zhike.insight.identity.types import Evaluation, Identity
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session


def evaluate(truth: Path | Mapping[str, object], definition: Identity) -> Evaluation:
    """Return precision and recall of a definition over pairs, for everything and for the planted duplicates alone."""
    rows, planted = _truth(truth)
    with warehouse.session() as session:
        session.give("truth", rows)
        session.give("planted", pa.table({"person": pa.array(planted, rows.schema.field("person").type)}))
        session.keep(
            "judged",
            trees.sql(
                "select t.person, l.party_id, t.person in (select person from planted) as planted"
                " from truth t join _links l using (system, source_key) where l.identity = _own",
                links=session.table(LINK),
                own=trees.value(definition.key),
            ),
        )
        everything = _pairs(session, trees.value(True))
        some = _pairs(session, trees.column("planted"))
    return Evaluation(
        precision=_share(everything[2], everything[1]),
        recall=_share(everything[2], everything[0]),
        true_pairs=everything[0],
        found_pairs=everything[1],
        right_pairs=everything[2],
        planted_precision=_share(some[2], some[1]),
        planted_recall=_share(some[2], some[0]),
    )


def _truth(truth: Path | Mapping[str, object]) -> tuple[pa.Table, list[str]]:
    """The links as they are known to be, and the persons who were planted twice."""
    if isinstance(truth, Path):
        body = json.loads(truth.read_text(encoding="utf-8"))
        rows = parquet.read_table(truth.parent / body["links"])
    else:
        body = cast(dict[str, Any], dict(truth))
        rows = pa.Table.from_pylist(body["links"])
    return rows, [entry["person"] for entry in body.get("duplicates", [])]


def _pairs(session: Session, where: Tree) -> tuple[int, int, int]:
    counts = []
    for group in (("person",), ("party_id",), ("person", "party_id")):
        pairs = (
            "select coalesce(sum(n * (n - 1) / 2), 0) from"
            " (select count(*) as n from judged where _where group by _group) g"
        )
        counts.append(int(session.row(trees.sql(pairs, where=where, group=[trees.name(key) for key in group]))[0]))
    return counts[0], counts[1], counts[2]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 1.0
