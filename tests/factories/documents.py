"""The fenced blocks and the commands of a Markdown file, and what its reader is told about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: The line above a block that cannot be run by a test, as readers see it too.
NOT_RUN = "*Not run by the tests:"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"`((?:\.venv/bin/)?zhike [^`]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, its text, where it starts; `run` unless the line above says that it is not.

    A block of text that follows a block of commands at once is what the last of them prints (`follows`).
    """

    path: Path
    line: int
    language: str
    text: str
    run: bool
    follows: bool

    @property
    def commands(self) -> list[str]:
        """The lines of a shell block, without remarks; a line that ends in a backslash goes on."""
        joined = self.text.replace("\\\n", " ")
        return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def blocks(path: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a file in their order."""
    text = path.read_text(encoding="utf-8")
    end, language = -1, ""
    for found in _FENCE.finditer(text):
        above = text[: found.start()].rstrip().rsplit("\n", 1)[-1]
        follows = found[1] == "text" and language == "sh" and not text[end : found.start()].strip()
        line = text[: found.start()].count("\n") + 1
        yield Block(path, line, found[1], found[2], not above.startswith(NOT_RUN), follows)
        end, language = found.end(), found[1]


def commands(path: Path) -> list[str]:
    """Return the commands that stand in the running text of a file."""
    return [command for _line, command in placed_commands(path)]


def placed_commands(path: Path) -> list[tuple[int, str]]:
    """Return the commands in the running text of a file, each with its line."""
    text = _FENCE.sub(lambda found: "\n" * found[0].count("\n"), path.read_text(encoding="utf-8"))
    return [(text[: found.start()].count("\n") + 1, found[1]) for found in _COMMAND.finditer(text)]


def documents() -> list[Path]:
    """Return every Markdown file that ships."""
    found = [Path(name) for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    return [*found, *sorted(Path("docs").rglob("*.md")), *sorted(Path("examples").rglob("*.md"))]
