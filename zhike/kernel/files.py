"""Files by content hash behind one port: a directory now, an object store later."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20


class FileStore:
    """Keeps each content once, under `root/ab/abcdef…`; a stored file never changes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, stream: BinaryIO) -> str:
        """Store the bytes of `stream` and return their SHA-256 (hexadecimal)."""
        self._root.mkdir(parents=True, exist_ok=True)
        partial = self._root / f".partial-{os.getpid()}-{os.urandom(4).hex()}"
        digest = hashlib.sha256()
        try:
            with partial.open("wb") as target:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
            name = digest.hexdigest()
            final = self.path(name)
            final.parent.mkdir(exist_ok=True)
            os.replace(partial, final)
        finally:
            partial.unlink(missing_ok=True)
        return name

    def put_path(self, path: Path) -> str:
        """Store a copy of the file at `path` and return its SHA-256 (hexadecimal)."""
        with path.open("rb") as stream:
            return self.put(stream)

    def remove(self, name: str) -> None:
        """Forget the content called `name`; nothing happens where there is none."""
        self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Return where the content called `name` lies."""
        return self._root / name[:2] / name

    def open(self, name: str) -> BinaryIO:
        """Return the stored content, opened for reading; raises FileNotFoundError."""
        return self.path(name).open("rb")
