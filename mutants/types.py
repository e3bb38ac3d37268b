"""What a break is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Break:
    """One text of a file that is put in another's place; `title` begins with the area."""

    title: str
    guarantee: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied(self, whole: str) -> str:
        """Return the file's text with the break in it. Raises ValueError unless the old text stands there once."""
        if whole.count(self.old) != 1:
            raise ValueError(f"{self.title}: the text to break stands {whole.count(self.old)} times in {self.file}")
        return whole.replace(self.old, self.new)
