"""A migration that some installation has applied is not edited: that installation would never get what was added."""

import hashlib
from pathlib import Path

KEPT = Path(__file__).with_name("migrations.txt")


def digests() -> dict[str, str]:
    """The digest of every migration of the program, by its path."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path("zhike").rglob("migrations/0*.py"))
    }


def test_what_is_there_stays_as_it_is_and_what_is_new_is_written_down():
    kept = dict(line.split(" ") for line in KEPT.read_text().splitlines())
    edited = [path for path, digest in digests().items() if kept.get(path, digest) != digest]
    assert edited == [], "add a migration instead"
    assert sorted(set(kept) ^ set(digests())) == [], f"write it down in {KEPT.name}: path and sha256"
