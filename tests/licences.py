"""What the product is shipped with and under which licence: NOTICE, made from the two locks by `make licences`."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOTICE = Path("NOTICE")
PYTHON_LOCK, WEB_LOCK = Path("requirements/base.txt"), Path("web/package-lock.json")
ALLOWED = frozenset(
    ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "LGPL-2.1-only"]
    + ["LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "OFL-1.1", "PSF-2.0"]
    + ["Python-2.0", "Unlicense", "Zlib"]
)
#: What packages call a licence that has a name of its own in the list of SPDX.
_SPDX = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_HEAD = """知客 Zhike
Copyright the authors of Zhike. Licensed under the Apache License 2.0, see LICENSE.

It is shipped with the libraries and the font below, each under its own licence. Made by `make licences`, never edited.
"""


@dataclass(frozen=True, order=True)
class Part:
    """Something shipped: name, version and licence as an SPDX expression."""

    name: str
    version: str
    licence: str


class LicenceRefused(Exception):
    """A part whose licence is not one that the product may be shipped with."""


def python_parts(lock: str) -> list[Part]:
    """Return what the lock of the server names, by the metadata of what is installed."""
    return sorted(Part(name, version, _licence_of(name)) for name, version in _LOCKED.findall(lock))


def web_parts(lock: str) -> list[Part]:
    """Return what the lock of the front end names, without what only builds and tests it."""
    packages = json.loads(lock)["packages"]
    return sorted(
        {
            Part(path.rpartition("node_modules/")[2], found["version"], found.get("license", ""))
            for path, found in packages.items()
            if path and not found.get("dev") and not found.get("devOptional")
        }
    )


def _licence_of(name: str) -> str:
    found = importlib.metadata.metadata(name)
    named = [line.rpartition(" :: ")[2] for line in found.get_all("Classifier") or [] if line.startswith("License ::")]
    known = [_SPDX[licence] for licence in named if licence in _SPDX]
    return found.get("License-Expression") or " OR ".join(known) or found.get("License") or ""


def allowed(expression: str) -> bool:
    """Return whether an SPDX expression can be met: any side of OR, both sides of AND."""
    text = expression.strip()
    for operator, enough in ((" OR ", any), (" AND ", all)):
        sides = list(_split(text, operator))
        if len(sides) > 1:
            return enough(allowed(side) for side in sides)
    if text.startswith("(") and text.endswith(")"):
        return allowed(text[1:-1])
    return text in ALLOWED


def _split(text: str, operator: str) -> Iterator[str]:
    """Yield the sides of an operator outside of parentheses."""
    depth = begin = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and text.startswith(operator, at):
            yield text[begin:at]
            begin = at + len(operator)
    yield text[begin:]


def refused(parts: list[Part]) -> list[Part]:
    """Return the parts that the product may not be shipped with."""
    return [part for part in parts if not allowed(part.licence)]


def notice(python_lock: str, web_lock: str) -> str:
    """Return the text of NOTICE; raise LicenceRefused naming every part whose licence is not allowed."""
    groups = (("Server", python_parts(python_lock)), ("Front end", web_parts(web_lock)))
    wrong = [part for _title, parts in groups for part in refused(parts)]
    if wrong:
        raise LicenceRefused("; ".join(f"{part.name} {part.version}: {part.licence or 'no licence'}" for part in wrong))
    lines = [_HEAD]
    for title, parts in groups:
        lines += [f"\n{title}\n\n", *(f"- {part.name} {part.version} — {part.licence}\n" for part in parts)]
    return "".join(lines)


def made() -> str:
    """Return NOTICE as the locks of this tree want it."""
    return notice(PYTHON_LOCK.read_text("utf-8"), WEB_LOCK.read_text("utf-8"))


if __name__ == "__main__":
    try:
        NOTICE.write_text(made(), encoding="utf-8")
    except LicenceRefused as refusal:
        sys.exit(f"Not allowed: {refusal}")
