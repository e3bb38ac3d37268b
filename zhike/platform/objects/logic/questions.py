"""A question of somebody about records: checked once, then asked by statements whose text depends on its shape alone."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from zhike.expressions import api as expressions
from zhike.kernel import definitions
from zhike.kernel.errors import Refused
from zhike.platform.objects.errors import UnknownField, UnknownRefinement
from zhike.platform.objects.logic import (
    asking,
    computing,
    kept_answers,
    paths,
    searching,
    served_by,
    single_records,
    statements,
    table_changes,
)
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import (
    Where,
    any_id,
    narrow_to_condition,
    narrow_to_refinement,
    narrow_to_scope,
)
from zhike.platform.objects.logic.searching import Answers
from zhike.platform.objects.logic.statements import ALIAS, Kept, Statement
from zhike.platform.objects.types import FieldType, ObjectType, RecordQuery, pointing_at
from zhike.platform.organization import places
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: The placeholder of the records that were chosen.
_CHOSEN = "chosen"
#: Answers that are kept, and from how many seconds on one took long (own figures): a region's takes one, the firm's three.
_KEPT, _LONG = 200, 0.2
#: The placeholder of the units that records belong to.
_UNITS = "in_units"


@dataclass(frozen=True, slots=True)
class Question:
    """What a query asks for, of what `principal` may read and do `operation` on.

    `condition` is the shape of what it asks, `written` the values in it; `answers` are those to its search, if it has one;
    `chosen` are records that were chosen one by one, None for all; `computed` the columns that the query makes, by key,
    whose values are among the `written` ones. `units` are those that the records belong to, () for none at all, None for
    any; `served_by` is the number of who serves them, "" for nobody, None for whoever.
    """

    owner: ObjectType
    principal: Principal
    operation: str
    refinement: str
    condition: expressions.Expression | None
    written: Sequence[object]
    answers: Answers | None
    chosen: Sequence[uuid.UUID] | None
    computed: Mapping[str, FieldType] = field(default_factory=dict)
    units: tuple[int, ...] | None = None
    served_by: str | None = None

    def statement(self, about: Hashable, select: Callable[[Where], exp.Select]) -> Statement:
        """Return the statement that `select` makes of the conditions, made once for all questions of this shape.

        `about` tells it from the other statements of the question. What `select` binds beside belongs to the shape:
        a value of the asker's is a placeholder, given when the statement is run.
        """

        def build() -> Statement:
            where = self._where()
            return Statement.of(select(where), where.values)

        if (
            self.answers is not None and self.answers.ids is None
        ):  # what the search tokens ask is made of the text itself
            return build()
        by_id = (self.answers is not None, self.chosen is not None)
        place = (self.units and True, self.served_by and True)  # what stands in them is bound
        asked_of = (self.owner.key, self.principal.shape, self.operation)
        shape = (*asked_of, self.refinement, self.condition, by_id, place, about)
        return statements.kept(shape, build)

    def askable(self, key: str) -> FieldType:
        """Return a column that the principal may ask about: of the record, of one that it points at, or a computed one.

        Raises UnknownField, TooManySteps, Refused.
        """
        found = self.computed.get(key) or paths.field_of(self.owner, key, self.principal)
        if found.formula is None:
            paths.require(self.owner, found, self.principal)
        return found

    def rows(self, statement: Statement, *, explain: bool = False, **given: object) -> list[tuple[Any, ...]]:
        """Return the rows of a statement of this question, or of the plan that the database has for it."""
        return statements.rows(statement.sql, self._values(statement, given), explain=explain)

    def kept_rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Return the rows of a statement; those that took long to make are kept until a row that they follow from changes."""
        values = statements.dated(statement.sql, self._values(statement, {}))
        tables = kept_answers.watched(statement)
        if tables is None:
            return statements.rows(statement.sql, values)
        kept: Kept[list[tuple[Any, ...]]] = definitions.derive("objects.answers", lambda _all: Kept(_KEPT))
        shape, state = kept_answers.named(statement, values), table_changes.state_of(tables)
        found = kept.get((shape, state))
        if found is None:
            begun = time.monotonic()
            found = statements.rows(statement.sql, values)
            # Outside a block that reads one state a row may have changed between the two statements.
            if time.monotonic() - begun > _LONG and table_changes.state_of(tables) == state:
                kept.put((shape, state), found)
        return list(found)

    def dict_rows(self, statement: Statement, **given: object) -> list[dict[str, Any]]:
        """Return the rows by the names of what the statement selects."""
        return statements.fetch(statement.sql, self._values(statement, given), statement.names)

    def _values(self, statement: Statement, given: Mapping[str, object]) -> Mapping[str, object]:
        params = permissions.scope(self.principal, "read", self.owner.key).params
        found = {searching.FOUND: self.answers.ids} if self.answers else {}
        chosen = {_CHOSEN: list(self.chosen)} if self.chosen is not None else {}
        place = {_UNITS: list(self.units)} if self.units else {}
        served = {served_by.NUMBER: self.served_by} if self.served_by else {}
        filled = expressions.filled(statement.values, self.written)
        return {**filled, **params, **found, **chosen, **place, **served, **given}

    def _where(self) -> Where:
        where = Where(catalogues.catalogue())
        narrow_to_refinement(where, self.owner, ALIAS, self.refinement)
        if self.condition is not None:
            narrow_to_condition(where, self.owner, ALIAS, self.condition, self.principal)
        if self.answers is not None:
            searching.narrow_to_answers(where, self.answers)
        if self.chosen is not None:
            where.add(exp.column("uid", table=ALIAS).eq(exp.Any(this=exp.paren(exp.Placeholder(this=_CHOSEN)))))
        if self.units is not None:
            where.add(_in_units(self.owner, some=bool(self.units)))
        if self.served_by is not None:
            served_by.narrow(where, self.principal, nobody=not self.served_by)
        narrow_to_scope(where, self.owner, ALIAS, self.principal, "read")
        if self.operation != "read":
            narrow_to_scope(where, self.owner, ALIAS, self.principal, self.operation)
        return where


def asked(query: RecordQuery, principal: Principal, owner: ObjectType, operation: str = "read") -> Question:
    """Return the question that a query is.

    Raises UnknownRefinement, ExpressionInvalid, BadColumnKey, UnknownUnit, and Refused where a condition, a column or a
    narrowing asks about what the principal may not ask about.
    """
    query = _with_parent(query, principal, owner)
    refinement = "" if query.refinement == "all" else query.refinement
    if refinement and refinement not in owner.refinements:
        raise UnknownRefinement(object=owner.key, refinement=refinement, has=sorted(owner.refinements))
    condition: expressions.Expression | None = None
    shape: expressions.Expression | None = None
    written: Sequence[object] = ()
    if query.condition is not None:
        condition = asking.condition(catalogues.catalogue(), owner, query.condition, principal)
        shape, written = expressions.shape_of(condition)
    answers = searching.answers(owner, query.text, principal) if query.text.strip() else None
    computed, more = computing.columns(query, owner, principal, condition, len(written))
    for place in ("unit", "served_by"):
        if getattr(query, place) is not None:
            _PLACES[place](owner, principal)
    return Question(
        owner,
        principal,
        operation,
        refinement,
        shape,
        (*written, *more),
        answers,
        query.uids,
        computed,
        places.inside(query.unit) if query.unit else None,
        query.served_by,
    )


def places_of(owner: ObjectType, principal: Principal) -> list[str]:
    """Return by which places of the firm `principal` may narrow a list of the object."""
    found = []
    for place, require in _PLACES.items():
        with contextlib.suppress(Refused, UnknownField):
            require(owner, principal)
            found.append(place)
    return found


def _require_unit(owner: ObjectType, principal: Principal) -> None:
    asking.require(owner, (_unit_of(owner).key,), principal)


def _unit_of(owner: ObjectType) -> FieldType:
    """The field that says where in the firm a record belongs. Raises UnknownField where the object has none."""
    found = owner.field_with_role("branch")
    if found is None:
        raise UnknownField(object=owner.key, field="unit", has=[])
    return found


def _in_units(owner: ObjectType, *, some: bool) -> exp.Expr:
    """The condition that a record belongs to one of the bound units, or without `some` to none at all."""
    column = exp.column(_unit_of(owner).column, table=ALIAS, quoted=True)
    return column.eq(any_id(exp.Placeholder(this=_UNITS))) if some else column.is_(exp.null())


def _with_parent(query: RecordQuery, principal: Principal, owner: ObjectType) -> RecordQuery:
    """The query with the record that its rows point at as a part of its condition.

    Raises UnknownField where the field points at no record, NotFound outside the principal's scope.
    """
    if query.of is None:
        return query
    known = catalogues.catalogue()
    through = asking.field_of(owner, query.of.through, principal)
    if through.target not in known:
        pointing = (one.key for one in owner.fields.values() if one.target in known)
        has = sorted(key for key in pointing if not permissions.limited(principal, owner.key, key))
        raise UnknownField(object=owner.key, field=through.key, has=has)
    parent = single_records.id_by_uid(known[through.target], query.of.uid, principal)
    points = pointing_at(through.key, parent)
    return replace(query, of=None, condition={"and": [query.condition, points]} if query.condition else points)


#: Where in the firm the records of a list belong, as a query calls it, and what refuses whoever may not ask.
_PLACES: Mapping[str, Callable[[ObjectType, Principal], None]] = {
    "unit": _require_unit,
    "served_by": served_by.require,
}
