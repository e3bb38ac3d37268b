"""How large the sample broker is, as the command line asks for it."""

from __future__ import annotations

import argparse
from datetime import date


def add(parser: argparse.ArgumentParser, when: str = "") -> None:
    """Add the options to a command; `when` says in which case they count."""
    parser.add_argument("--customers", type=int, default=20_000, help=f"customers of the sample broker{when}")
    parser.add_argument("--days", type=int, default=250, help=f"trading days of the sample broker{when}")
    parser.add_argument(
        "--end",
        type=date.fromisoformat,
        help=f"last business day of the sample broker (default: the last one before today){when}; the clock follows",
    )
