"""One server a home: whoever comes second is told who was first."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zhike.kernel.errors import ZhikeError


class AlreadyServed(ZhikeError):
    """An installation that another process serves."""

    code = "serve.already"
    status = 409
    zh = "{home} 已在运行：进程 {pid}，自 {since} 起，地址 {address}。请直接使用，或先停止该进程"
    en = "{home} is being served: process {pid}, since {since}, at {address}. Use that, or stop it first"


@contextmanager
def only_server(home: Path, address: str) -> Iterator[None]:
    """Be the one server of a home during the block; raises AlreadyServed. A process that is gone holds nothing."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServed(home=str(home), **_told(held.read())) from None
        held.truncate()
        json.dump({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(), "address": address}, held)
        held.flush()
        yield


def _told(written: str) -> dict[str, Any]:
    """Who holds the home, as it wrote; nothing of that while it is just beginning."""
    try:
        found = json.loads(written)
        return {**found, "since": datetime.fromisoformat(found["since"])}
    except ValueError:
        return {"pid": "—", "since": "—", "address": "—"}
