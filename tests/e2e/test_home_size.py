"""What a browser loads before the first page of the day is drawn: all of it together stays small, charts come later."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

DIST = Path("web/dist")
ENTRIES = ("index.html", "src/rooms/home/index.tsx")
MOST = 300_000


def _loaded() -> dict[str, int]:
    """The scripts and styles of the home page by name: their bytes as they are sent."""
    if not DIST.exists():
        pytest.skip("the front end is not built: make web")
    parts = json.loads((DIST / ".vite/manifest.json").read_text("utf-8"))
    waiting, seen = list(ENTRIES), set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += parts[name].get("imports", [])
    files = {file for name in seen for file in (parts[name]["file"], *parts[name].get("css", []))}
    return {file: len(gzip.compress((DIST / file).read_bytes(), 9)) for file in sorted(files)}


def test_the_home_page_stays_small():
    loaded = _loaded()
    assert sum(loaded.values()) <= MOST, (sum(loaded.values()), loaded)


def test_the_home_page_loads_charts_forms_and_pickers_only_when_it_draws_them():
    text = "".join((DIST / file).read_text("utf-8") for file in _loaded())
    for sign in ("zrender", "ant-picker-dropdown", "ant-upload"):
        assert sign not in text, sign
