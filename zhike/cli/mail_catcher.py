"""A mail server for trials and tests: every message becomes a file, none goes anywhere."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any


class Catcher:
    """Writes each message to `folder` as an .eml file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep one message."""
        self._folder.mkdir(parents=True, exist_ok=True)
        content = envelope.content if isinstance(envelope.content, bytes) else envelope.content.encode()
        (self._folder / f"{uuid.uuid4().hex}.eml").write_bytes(content)
        return "250 kept"
