"""Chance that repeats: every draw is a hash of (seed, who, which draw), so a day can be written again alike."""

from __future__ import annotations

import duckdb


def prepare(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Define the macros `chance(who, draw)` in [0, 1), `chance_on(who, day, draw)` and `normal(who, draw)`."""
    connection.execute(
        f"create or replace macro chance(who, draw) as cast(hash(who, draw, {seed}) >> 11 as double) / 9007199254740992.0"
    )
    connection.execute(
        "create or replace macro chance_on(who, day, draw) as"
        f" cast(hash(who, day, draw, {seed}) >> 11 as double) / 9007199254740992.0"
    )
    connection.execute(
        "create or replace macro normal(who, draw) as"
        " sqrt(-2 * ln(1 - chance(who, draw))) * cos(2 * pi() * chance(who, draw + 1000))"
    )
    connection.execute(
        "create or replace macro pick(letters, share) as substring(letters, 1 + cast(floor(share * length(letters)) as integer), 1)"
    )
