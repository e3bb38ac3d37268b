"""What a condition reads like, for whoever cannot edit it row by row."""

from __future__ import annotations

from zhike.expressions import api as expressions
from zhike.expressions.api import Path, Value
from zhike.insight.audiences.logic.conditions import Compiled
from zhike.insight.serving.api import Terms
from zhike.kernel.definition_parts import Labels
from zhike.platform.organization import api as organization

_PARAMETERS = {"business_date": Labels("业务日", "the business date")}


def in_words(condition: Compiled, terms: Terms) -> Labels:
    """Return a condition as a sentence in both languages, its values called as screens call them."""
    units = _units() if any(terms.columns[field].values.pointer for field in condition.fields) else {}

    def named(path: Path, value: Value, lang: str) -> str | None:
        column = terms.columns[path.parts[-1]]
        if column.values.pointer:
            return units.get(str(value))
        options = (option.labels[lang] for option in column.options if option.key == value)
        return next(options, column.values.in_sentence(value))

    def said(lang: str) -> str:
        return expressions.in_words(condition.expression, terms.schema, lang, named, _PARAMETERS)

    return Labels(said("zh"), said("en"))


def _units() -> dict[str, str]:
    """The names of the org units by what conditions write: the id, else the code."""
    found = organization.all_units()
    return {unit.code: unit.name for unit in found} | {str(unit.id): unit.name for unit in found}
