"""What a written name means in a schema: a key, or a label in either language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from zhike.expressions.errors import Finding
from zhike.expressions.types import Field, Relation, Schema, Type

Place = int | str | None
Named = TypeVar("Named", Field, Relation)


class Names:
    """Resolves dotted names and reports what it cannot; `keys_only` for JSON, which never holds labels."""

    def __init__(self, report: Callable[[Finding], None], keys_only: bool) -> None:
        self._report = report
        self._keys_only = keys_only

    def field(self, schema: Schema, parts: tuple[str, ...], at: Place) -> tuple[tuple[str, ...], Field] | None:
        """Return the keys of a path over to-one relations and its field, or report and return None."""
        keys: list[str] = []
        for part in parts[:-1]:
            relation = self._relation(schema, part, at)
            if relation is None:
                return None
            if relation.many:
                self._report(Finding("many_relation", at, {"name": part}))
                return None
            keys.append(relation.key)
            schema = relation.target()
        found = self._find(schema.fields, parts[-1], at)
        if found is not None:
            return (*keys, found.key), found
        if named := matching(schema.relations, parts[-1], self._keys_only):
            target = named[0].target()
            facts = {"name": parts[-1], "has": target.describe(), "has_en": target.describe("en")}
            self._report(Finding("relation_as_value", at, facts))
        elif not matching(schema.fields, parts[-1], self._keys_only):
            facts = {"has": schema.describe(), "has_en": schema.describe("en")}
            self._unknown("unknown_field", schema, parts[-1], facts, at)
        return None

    def many(
        self, schema: Schema, parts: tuple[str, ...], at: Place
    ) -> tuple[tuple[str, ...], Schema, tuple[str, ...]] | None:
        """Return the keys up to the first to-many relation, its target, and the parts left over."""
        start, keys = schema, list[str]()
        for index, part in enumerate(parts):
            if not matching(schema.relations, part, self._keys_only):
                break
            relation = self._relation(schema, part, at)
            if relation is None:
                return None
            keys.append(relation.key)
            schema = relation.target()
            if relation.many:
                return tuple(keys), schema, parts[index + 1 :]
        has = ", ".join(key for key, relation in start.relations.items() if relation.many) or "–"
        self._report(Finding("not_many", at, {"name": ".".join(parts), "has": has}))
        return None

    def _relation(self, schema: Schema, name: str, at: Place) -> Relation | None:
        found = self._find(schema.relations, name, at)
        if found is None and not matching(schema.relations, name, self._keys_only):
            has = ", ".join(schema.relations) or "–"
            self._unknown("unknown_relation", schema, name, {"has": has}, at)
        return found

    def _find(self, named: Mapping[str, Named], name: str, at: Place) -> Named | None:
        found = matching(named, name, self._keys_only)
        if len(found) > 1:
            facts = {"name": name, "has": ", ".join(item.key for item in found)}
            self._report(Finding("ambiguous_name", at, facts))
        return found[0] if len(found) == 1 else None

    def _unknown(self, code: str, schema: Schema, name: str, has: Mapping[str, str], at: Place) -> None:
        called = {f"schema_{lang}": label for lang, label in schema.labels.items()}
        self._report(Finding(code, at, {"schema": schema.key, **called, "name": name, **has}))


def matching(named: Mapping[str, Named], name: str, keys_only: bool = False) -> list[Named]:
    """Return what `name` may mean: the thing with that key, else everything with that label."""
    if name in named:
        return [named[name]]
    return [] if keys_only else [item for item in named.values() if name in item.labels.values()]


def listed_types(types: frozenset[Type]) -> str:
    """Return type names for a sentence."""
    return "/".join(sorted(types))
