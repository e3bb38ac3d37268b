"""From a query and a scope to SQL: the only place where conditions over records become WHERE clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from zhike.expressions import api as expressions
from zhike.expressions.types import Named, RelationSource
from zhike.kernel import definitions
from zhike.platform.objects.logic.catalogue import SIDE, Catalogue, expression_schema, side_table
from zhike.platform.objects.logic.lookups import column_of
from zhike.platform.objects.logic.pointed_records import Visible, named
from zhike.platform.objects.types import PARAMS, FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal, Scope, ScopeCondition


@dataclass(slots=True)
class Where:
    """Conditions being collected for one statement, with the values of their placeholders."""

    objects: Catalogue
    parts: list[exp.Expr] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    _count: int = 0

    def add(self, condition: exp.Expr) -> None:
        """Narrow the statement by an SQL condition."""
        self.parts.append(condition)

    def bind(self, value: object) -> exp.Placeholder:
        """Return a placeholder that carries `value`."""
        self._count += 1
        name = f"v{self._count}"
        self.values[name] = value
        return exp.Placeholder(this=name)

    def alias(self, prefix: str) -> str:
        """Return a name that nothing else in this statement has; built again, it is called the same."""
        self._count += 1
        return f"{prefix}{self._count}"

    def compile(
        self, expression: expressions.Expression, owner: ObjectType, alias: str, visible: Visible | None = None
    ) -> exp.Expr:
        """Return an expression over `owner`, known as `alias`, as SQL of this statement.

        Other records that it reaches are those that `visible` lets through; all, without it.
        """
        self._count += 1
        binding = RecordBinding(self.objects, owner, alias, self.alias, visible=visible)
        fragment = expressions.compile_sql(expression, "postgres", binding, prefix=f"e{self._count}_")
        self.values.update(fragment.values)
        return fragment.tree


class RecordBinding:
    """Where the names of an object type live: its table, the side table, scalar sub-queries for references.

    `inside` a sub-query the record is not the one whose side table the statement joins. Records that are reached have
    names that `new_alias` gives and are narrowed to the `visible` ones.
    """

    def __init__(
        self,
        objects: Catalogue,
        owner: ObjectType,
        alias: str,
        new_alias: Callable[[str], str],
        *,
        inside: bool = False,
        visible: Visible | None = None,
    ) -> None:
        self._objects = objects
        self._owner = owner
        self._alias = alias
        self._new_alias = new_alias
        self._inside = inside
        self._visible = visible

    def column(self, path: tuple[str, ...]) -> exp.Expr:
        """Return the column of a field, through references if the path has several parts."""
        found = self._owner.fields[path[0]]
        if len(path) == 1:
            if found.kind != "field":
                return self._figure(found)
            return column_of(found, self._alias, SIDE)
        target, alias, reached = self._step(path[0])
        inner = self._within(target, alias).column(path[1:])
        return exp.select(inner).from_(reached).where(self._joined(path[0], target, alias)).subquery()

    def relation(self, path: tuple[str, ...]) -> RelationSource:
        """Return the live records of a to-many relation, tied to the outer row."""
        if len(path) > 1:
            target, alias, reached = self._step(path[0])
            inner = self._within(target, alias).relation(path[1:])
            joined = exp.select("1").from_(reached).where(self._joined(path[0], target, alias)).where(inner.join)
            return RelationSource(inner.source, exp.Exists(this=joined), inner.inner)
        relation = self._owner.relations[path[0]]
        target = self._objects[relation.object]
        alias = self._new_alias("r")
        through = target.fields[relation.through]
        join = exp.and_(
            exp.column(through.column, table=alias, quoted=True).eq(exp.column("id", table=self._alias)),
            exp.column("deleted_at", table=alias).is_(exp.null()),
            *self._narrowed(target, alias),
        )
        source = exp.alias_(exp.to_table(target.table, quoted=True), alias, table=True)
        return RelationSource(source, join, self._within(target, alias))

    def named(self, path: tuple[str, ...]) -> Named:
        """Return how what a field points at is found by words, of the visible records only."""
        owner = self._owner
        for step in path[:-1]:
            owner = self._objects[owner.fields[step].target]
        field = owner.fields[path[-1]]
        return lambda words: named(self._objects, field, words, self._new_alias("p"), self._visible)

    def _within(self, target: ObjectType, alias: str) -> RecordBinding:
        return RecordBinding(self._objects, target, alias, self._new_alias, inside=True, visible=self._visible)

    def _narrowed(self, target: ObjectType, alias: str) -> list[exp.Expr]:
        return self._visible(target, alias) if self._visible else []

    def _figure(self, found: FieldType) -> exp.Expr:
        """A served figure: of the side table that the statement joins, or of the record's own inside a sub-query."""
        if not self._inside:
            return exp.column(found.column, table=SIDE, quoted=True)
        side = side_table(self._owner.key)
        if side is None:
            return exp.null()
        alias = self._new_alias("s")
        select = exp.select(exp.column(found.column, table=alias, quoted=True))
        select = select.from_(exp.alias_(exp.to_table(side.table, quoted=True), alias, table=True))
        return select.where(exp.column("id", table=alias).eq(exp.column("id", table=self._alias))).subquery()

    def _step(self, key: str) -> tuple[ObjectType, str, exp.Expr]:
        target = self._objects[self._owner.fields[key].target]
        alias = self._new_alias("r")
        return target, alias, exp.alias_(exp.to_table(target.table, quoted=True), alias, table=True)

    def _joined(self, key: str, target: ObjectType, alias: str) -> exp.Expr:
        reference = exp.column(self._owner.fields[key].column, table=self._alias, quoted=True)
        return exp.and_(exp.column("id", table=alias).eq(reference), *self._narrowed(target, alias))


def narrow_to_scope(
    where: Where, owner: ObjectType, alias: str, principal: Principal, operation: str, *, shared: bool = True
) -> None:
    """Narrow the statement to what `principal` may do `operation` on; a child follows its parent.

    What others have `shared` with it is among what it reads, unless the caller leaves it out.
    """
    where.parts.extend(_in_scope(where, owner, alias, principal, operation, shared=shared))


def _in_scope(
    where: Where, owner: ObjectType, alias: str, principal: Principal, operation: str, *, shared: bool = True
) -> list[exp.Expr]:
    """The conditions that the records known as `alias` meet on which `principal` may do `operation`.

    What is `shared` with it is among what it reads, and so is what follows such a record; nothing is done with these.
    """
    scope = permissions.scope(principal, operation, owner.key)
    where.values.update(scope.params)
    if scope.nothing:
        return [exp.false()]
    parts = _scope_parts(where, owner, alias, scope, shared)
    if owner.through:
        parts += _follow_parent(where, owner, alias, principal, shared and operation == "read")
    return parts


def _scope_parts(where: Where, owner: ObjectType, alias: str, scope: Scope, shared: bool) -> list[exp.Expr]:
    parts: list[exp.Expr] = []
    if not scope.everything:
        allowed = [_held(where, owner, alias, one) for one in scope.conditions]
        if scope.shared and shared:
            allowed.append(exp.column("id", table=alias).eq(any_id(exp.Placeholder(this=scope.shared))))
        parts.append(exp.or_(*allowed))
    return parts + _denied(where, owner, alias, scope)


def _denied(where: Where, owner: ObjectType, alias: str, scope: Scope) -> list[exp.Expr]:
    compiled = (_held(where, owner, alias, one) for one in scope.denials)
    return [exp.not_(exp.func("coalesce", one, exp.false())) for one in compiled]


def _held(where: Where, owner: ObjectType, alias: str, condition: ScopeCondition) -> exp.Expr:
    """A condition of a scope, about the units of the posts that give it."""
    tree = where.compile(_parse(where, owner, condition.text), owner, alias)
    for placeholder in tree.find_all(exp.Placeholder):
        if placeholder.name == "my_units":
            placeholder.set("this", condition.units)
    return tree


def _follow_parent(where: Where, owner: ObjectType, alias: str, principal: Principal, shared: bool) -> list[exp.Expr]:
    """A child is in scope with its parent only, and that one with its own parent, however far that goes."""
    parent, parent_alias = where.objects[owner.fields[owner.through].target], f"{alias}_parent"
    kept = _in_scope(where, parent, parent_alias, principal, "read", shared=shared)
    if not kept or kept == [exp.false()]:
        return kept
    live = exp.column("deleted_at", table=parent_alias).is_(exp.null())
    return [_exists(owner, alias, parent, parent_alias, [live, *kept])]


def _exists(
    owner: ObjectType, alias: str, parent: ObjectType, parent_alias: str, conditions: Sequence[exp.Expr]
) -> exp.Expr:
    """The condition that a record's parent exists that meets conditions."""
    reference = exp.column(owner.fields[owner.through].column, table=alias, quoted=True)
    source = exp.alias_(exp.to_table(parent.table, quoted=True), parent_alias, table=True)
    own = exp.column("id", table=parent_alias).eq(reference)
    return exp.Exists(this=exp.select("1").from_(source).where(own, *conditions))


def outside_walls(where: Where, owner: ObjectType, alias: str, principal: Principal) -> list[exp.Expr]:
    """Return the conditions that records known as `alias` meet which no information wall keeps from `principal`.

    A record is behind the walls around the records that it follows, too. Where there is no wall there is no condition.
    """
    scope = permissions.scope(principal, "read", owner.key)
    parts = _denied(where, owner, alias, scope)
    if parts:
        where.values.update(scope.params)
    if owner.through:
        parent, parent_alias = where.objects[owner.fields[owner.through].target], f"{alias}_parent"
        kept = outside_walls(where, parent, parent_alias, principal)
        if kept:
            orphan = exp.column(owner.fields[owner.through].column, table=alias, quoted=True).is_(exp.null())
            parts.append(exp.or_(orphan, _exists(owner, alias, parent, parent_alias, kept)))
    return parts


def compiled_rules(where: Where, owner: ObjectType, alias: str) -> list[exp.Expr]:
    """Return for each rule of the object whether the record breaks it; a rule about nothing known is met."""
    return [
        exp.not_(exp.func("coalesce", where.compile(_parse(where, owner, text), owner, alias), exp.true()))
        for text in (rule.condition for rule in owner.rules.values())
    ]


def fields_of(objects: Catalogue, owner: ObjectType, text: str) -> list[str]:
    """Return the fields of the record itself that a condition of its object's definition names, in its order."""
    found = expressions.parse(text, expression_schema(objects, owner.key), PARAMS)
    return list(dict.fromkeys(_own_fields(found)))


def current(where: Where, owner: ObjectType, alias: str) -> exp.Expr:
    """Return whether a record known as `alias` is one of those that hold today, as its object's definition says."""
    return where.compile(_parse(where, owner, current_text(owner)), owner, alias)


def current_text(owner: ObjectType) -> str:
    """Return the condition of the records that hold today, as it is written."""
    return owner.refinements[owner.definition.current or ""].condition


def _own_fields(node: expressions.Expression) -> Iterator[str]:
    if isinstance(node, expressions.Path):
        yield node.parts[0]
    elif not isinstance(node, expressions.Aggregate):  # what it says is about other records
        for child in expressions.children(node):
            yield from _own_fields(child)


def narrow_to_refinement(where: Where, owner: ObjectType, alias: str, refinement: str) -> None:
    """Narrow the statement to the live records that a named condition of the object is true of."""
    where.add(exp.column("deleted_at", table=alias).is_(exp.null()))
    if refinement:
        text = owner.refinements[refinement].condition
        where.add(where.compile(_parse(where, owner, text), owner, alias))


def narrow_to_condition(
    where: Where, owner: ObjectType, alias: str, condition: expressions.Expression, principal: Principal
) -> None:
    """Narrow the statement by a condition that somebody asks.

    What the installation asks itself reaches everything; people reach what they may read.
    """
    where.add(asked_sql(where, owner, alias, condition, principal))


def asked_sql(
    where: Where, owner: ObjectType, alias: str, expression: expressions.Expression, principal: Principal
) -> exp.Expr:
    """Return an expression that somebody asks, of the record known as `alias`: it reaches what they may read."""
    return where.compile(expression, owner, alias, lambda other, known: readable(where, other, known, principal))


def readable(where: Where, owner: ObjectType, alias: str, principal: Principal) -> list[exp.Expr]:
    """Return the conditions that the records known as `alias` meet which `principal` may read."""
    return _in_scope(where, owner, alias, principal, "read")


def uses_side_table(owner: ObjectType, parts: Sequence[exp.Expr]) -> bool:
    """Return whether any of the SQL conditions names a column of the side table."""
    return any(column.table == SIDE for part in parts for column in part.find_all(exp.Column))


def any_id(ids: exp.Placeholder) -> exp.Expr:
    """Return the right side of "= any(…)" over a bound list of inner ids."""
    return exp.Anonymous(this="any", expressions=[exp.cast(ids, exp.DataType.build("bigint[]", dialect="postgres"))])


def _parse(where: Where, owner: ObjectType, text: str) -> expressions.Expression:
    """Return a condition that definitions hold, parsed once per version of them."""
    return definitions.derive(
        f"objects.condition:{owner.key}:{text}",
        lambda _all: expressions.parse(text, expression_schema(where.objects, owner.key), PARAMS),
    )
