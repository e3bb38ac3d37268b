"""`zhike identity`: who is who by which definition, which records one party has, how right that is."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from zhike.cli.output import Output

_STATES = {
    "key": "定义",
    "name": "名称",
    "object": "对象",
    "systems": "来源系统",
    "records": "记录数",
    "parties": "户数",
}
_LINKS = {"party_id": "编号", "system": "来源系统", "source_key": "来源编号"}


def states(_options: argparse.Namespace, output: Output) -> None:
    """List the definitions of who is who with the records and parties that they link."""
    from zhike.insight.identity import api as identity

    rows = [
        {
            "key": found.key,
            "name": found.labels["zh"],
            "object": found.object,
            "systems": ", ".join(found.systems),
            "records": found.records,
            "parties": found.parties,
        }
        for found in identity.states()
    ]
    output.table(rows, _STATES)


def links(options: argparse.Namespace, output: Output) -> None:
    """List which records belong to which party; with --record all records of that one's party."""
    from zhike.insight.identity import api as identity

    found = identity.links(options.identity, record=options.record, limit=options.limit)
    output.table([asdict(link) for link in found], _LINKS)


def evaluate(options: argparse.Namespace, output: Output) -> None:
    """Print precision and recall of a definition against a file of who is one person."""
    from zhike.insight.identity import api as identity

    found = asdict(identity.evaluate(options.truth, identity=options.identity))
    output.result(found, "  ".join(f"{key}={value}" for key, value in found.items()))
