"""YAML without surprises: dates stay text, only true and false are booleans (`on` and `no` are words)."""

from __future__ import annotations

import re
from pathlib import Path

import yaml


class _Loader(yaml.SafeLoader):
    """Resolves what YAML 1.2 resolves, dates left out."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read(path: Path) -> object:
    """Return what a YAML file holds. Raises yaml.YAMLError and UnicodeDecodeError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
