"""The kinds `object` and `extension`: what only other definitions can tell about them, and their tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zhike.expressions.types import Schema
from zhike.kernel.definition_checks import each, guessed, meant, unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.fields import api as fields
from zhike.platform.objects.definitions import ExtensionDefinition, ObjectDefinition, RelationPart, Shape
from zhike.platform.objects.logic import lookup_checks, schema_changes
from zhike.platform.objects.logic.catalogue import FIGURES, defined, expression_schema, figures_beside, provisional
from zhike.platform.objects.logic.written_conditions import condition_faults
from zhike.platform.objects.types import PARAMS
from zhike.platform.permissions.types import Refinement

#: Where an object has conditions over its records.
_CONDITIONS = ("refinements", "rules")


def check_object(found: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with an object type."""
    whole = defined(everything).get(found.key, found)
    return each(
        _check_role(found, everything),
        _check_current(found, whole),
        _check_display(found, whole),
        _check_said_once(found),
        _check_through(found, whole),
        _check_access_circle(found, everything),
        _check_shape(found, whole, everything),
        *(_check_conditions(name, found, whole, everything) for name in _CONDITIONS),
    )


def _check_role(found: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    roles = sorted(key for key, other in defined(everything).items() if found.role and other.role == found.role)
    if len(roles) > 1:
        said = Labels(
            f"不止一个对象写了 role“{found.role}”：{'、'.join(roles)}",
            f"role '{found.role}' is claimed by {', '.join(roles)}",
        )
        yield Finding("object.doubled_role", said, ("role",))


def _check_current(found: ObjectDefinition, whole: ObjectDefinition) -> Iterator[Finding]:
    known = [item.key for item in whole.refinements]
    if found.current and found.current not in known:
        yield unknown(Labels("对象细分", "refinement"), found.current, known, ("current",), "object.unknown_refinement")


def _check_display(found: ObjectDefinition, whole: ObjectDefinition) -> Iterator[Finding]:
    keys = whole.field_keys()
    if found.display and found.display not in keys:
        yield _no_field(found.display, keys, ("display",))
    for number, key in enumerate(found.display_with):
        if key not in keys:
            yield _no_field(key, keys, ("display_with", number))
    pointing = {field.key for field in whole.fields if fields.value_type(field.type).pointer is not None}
    for number, key in enumerate(found.display_with):
        if key in pointing:
            said = Labels(
                f"“{key}”指向另一条记录；记录要用自己的内容来称呼",
                f"'{key}' points at another record; a record is called by its own words",
            )
            yield Finding("object.display_points", said, ("display_with", number))


def _check_said_once(found: ObjectDefinition) -> Iterator[Finding]:
    for number, key in enumerate(found.display_with):
        if key == found.display:
            said = Labels(
                f"“{key}”已是 `display`，会说两遍", f"'{key}' is the `display` already and would be said twice"
            )
            yield Finding("object.display_doubled", said, ("display_with", number))


def check_extension(found: ExtensionDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with an extension: beside what an object may have, what the object or another one has."""
    base, whole = everything.written.get("object", {}).get(found.of), defined(everything).get(found.of)
    if isinstance(base, ObjectDefinition) and whole is not None:
        yield from each(
            *(_check_taken(name, found, base, everything) for name in ("fields", "relations", *_CONDITIONS)),
            *(_check_layout_taken(name, found, everything) for name in ("list", "detail", "form", "page")),
            _check_shape(found, whole, everything),
            *(_check_conditions(name, found, whole, everything) for name in _CONDITIONS),
        )


def _others(found: ExtensionDefinition, everything: Snapshot) -> list[ExtensionDefinition]:
    """The other extensions of the same object."""
    every = [one for one in everything.written.get("extension", {}).values() if isinstance(one, ExtensionDefinition)]
    return [one for one in every if one.of == found.of and one.key != found.key]


def _check_taken(
    name: str, found: ExtensionDefinition, base: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    beside: list[ObjectDefinition | ExtensionDefinition] = [base, *_others(found, everything)]
    taken = {item.key: other for other in beside for item in getattr(other, name)}
    for number, item in enumerate(getattr(found, name)):
        if item.key in taken:
            kind, owner = taken[item.key].kind, taken[item.key].key
            said = Labels(f"{kind}“{owner}”已有“{item.key}”", f"'{item.key}' is already in the {kind} '{owner}'")
            yield Finding("extension.taken", said, (name, number, "key"))


def _check_layout_taken(name: str, found: ExtensionDefinition, everything: Snapshot) -> Iterator[Finding]:
    doubled = [one.key for one in _others(found, everything) if getattr(one, name) and getattr(found, name)]
    if doubled:
        said = Labels(
            f"扩展“{doubled[0]}”也给“{found.of}”写了 {name}",
            f"extension '{doubled[0]}' has a {name} for '{found.of}', too",
        )
        yield Finding("extension.taken", said, (name,))


def _check_shape(
    found: ObjectDefinition | ExtensionDefinition, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    return each(
        *(_check_once(name, found) for name in ("fields", "relations", "refinements", "rules")),
        _check_relation_names(found, whole),
        _check_refinement_names(found),
        _check_figures(found, whole, everything),
        _check_layout(found, whole),
        lookup_checks.check_lookups(found, whole, everything),
        _check_written(found, whole),
        _check_columns(found, whole, everything),
        _check_sort(found, whole, everything),
        _check_tabs(found, whole),
        _check_relations(found, whole, everything),
        _check_field_roles(found, whole),
    )


def _check_relations(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    placed = [(relation, ("relations", number)) for number, relation in enumerate(found.relations)]
    yield from each(*(_check_relation(relation, place, whole, everything) for relation, place in placed))


def _check_relation(
    relation: RelationPart, place: Place, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    other = meant(relation.object, defined(everything))
    if other is None:
        return
    pointing = [field.key for field in other.fields if getattr(field, "target", "") == whole.key]
    if relation.through not in pointing:
        what = Labels(
            f"“{other.key}”指向“{whole.key}”的引用字段", f"reference of '{other.key}' to '{whole.key}' called"
        )
        found = unknown(what, relation.through, pointing, (*place, "through"), _UNKNOWN)
        yield from [found] if relation.object == other.key else guessed(relation.object, [found])


def _check_field_roles(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    by_role: dict[str, str] = {}
    for field in whole.fields:
        if field.role and by_role.setdefault(field.role, field.key) != field.key:
            number = next((n for n, own in enumerate(found.fields) if own.key == field.key), -1)
            if number >= 0:
                other = by_role[field.role]
                said = Labels(
                    f"{other} 和 {field.key} 都写了 role“{field.role}”",
                    f"field role '{field.role}' is claimed by {other} and {field.key}",
                )
                yield Finding("object.doubled_role", said, ("fields", number, "role"))


_UNKNOWN = "object.unknown_field"


def _check_once(name: str, found: Shape) -> Iterator[Finding]:
    keys = [item.key for item in getattr(found, name)]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            said = Labels(f"“{key}”在 `{name}` 中写了两次", f"'{key}' is in `{name}` twice")
            yield Finding("object.doubled_key", said, (name, number, "key"))


def _check_relation_names(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    for number, relation in enumerate(found.relations):
        if relation.key in whole.field_keys():
            said = Labels(
                f"已有字段“{relation.key}”，条件里分不清",
                f"there is a field '{relation.key}'; conditions could mean either",
            )
            yield Finding("object.doubled_key", said, ("relations", number, "key"))


def _check_refinement_names(found: Shape) -> Iterator[Finding]:
    for number, item in enumerate(getattr(found, "refinements", ())):
        if item.key == "all":
            said = Labels("`all` 总是表示全部记录，请换一个键名", "`all` always means every record; choose another key")
            yield Finding("object.reserved_key", said, ("refinements", number, "key"))


def _check_through(found: ObjectDefinition, whole: ObjectDefinition) -> Iterator[Finding]:
    pointing = [field.key for field in whole.fields if getattr(field, "target", "")]
    if found.access and found.access.through not in pointing:
        yield unknown(Labels("引用字段", "reference"), found.access.through, pointing, ("access", "through"), _UNKNOWN)


def _check_written(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    """Find values whose kind no choice of the object tells, and kinds that the choice does not have."""
    choices = {field.key: [option.key for option in getattr(field, "options", ())] for field in whole.fields}
    for number, field in enumerate(found.fields):
        written = getattr(field, "written", None)
        if written is None or written.by is None:
            continue
        place: Place = ("fields", number, "written")
        has = choices.get(written.by)
        if not has:
            known = [key for key, options in choices.items() if options]
            yield unknown(Labels("选项字段", "choice field"), written.by, known, (*place, "by"), _UNKNOWN)
            continue
        for option in written.of:
            if option not in has:
                yield unknown(Labels("选项", "option"), option, has, (*place, "of", option), "object.unknown_option")


def _check_layout(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    keys = whole.field_keys()
    for place, key in found.layout_fields():
        if key not in keys:
            yield _no_field(key, keys, place)


def _check_access_circle(found: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Find objects whose rights hang on each other: nobody's rights would hold."""
    circle, here = [found.key], _followed(found, everything)
    while here is not None and here.key not in circle:
        circle.append(here.key)
        here = _followed(here, everything)
    if here is not None and here.key == found.key:
        path = " → ".join([*circle, found.key])
        said = Labels(f"权限互相依赖：{path}", f"the rights on each hang on the other: {path}")
        yield Finding("object.access_circle", said, ("access", "through"), (found.key,))


def _followed(found: ObjectDefinition, everything: Snapshot) -> ObjectDefinition | None:
    """The object whose rights hold for the records of this one."""
    through = found.access.through if found.access else ""
    whole = defined(everything).get(found.key, found)
    target = next((getattr(field, "target", "") for field in whole.fields if field.key == through), "")
    return defined(everything).get(target)


def _check_listed(key: str, place: Place, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Find a name that a list of the object cannot show: nothing is called so, or a figure that is not beside it."""
    known = [*whole.field_keys(), *figures_beside(whole, everything)]
    figure = next((kind for kind in FIGURES if key in everything.named(kind)), None)
    if key in known:
        return
    if figure is None:
        yield unknown(Labels("字段、指标或标签", "field, indicator or tag"), key, known, place, _UNKNOWN)
    elif whole.role == "party":
        said = Labels(f"指标“{key}”是隐藏的，不显示", f"{figure} '{key}' is hidden: it is shown to nobody")
        yield Finding("object.hidden_figure", said, place)
    else:
        said = Labels(
            f"“{key}”是主体的指标或标签，“{whole.key}”的列表显示不出来；现有：{'、'.join(sorted(known))}",
            f"'{key}' is a figure of the party; a list of '{whole.key}' cannot show it;"
            f" there are: {', '.join(sorted(known))}",
        )
        yield Finding("object.other_figure", said, place)


def _check_figures(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Find fields by which the party is extended that are called like a figure, which would stand nowhere.

    A field of the object itself was there before any figure: the figure is at fault, and told.
    """
    extended = whole.role == "party" and isinstance(found, ExtensionDefinition)
    for number, field in enumerate(found.fields if extended else ()):
        for kind in FIGURES:
            if field.key in everything.named(kind):
                said = Labels(f"已有 {kind}“{field.key}”", f"there is {kind} '{field.key}' already")
                yield Finding("object.figure_taken", said, ("fields", number, "key"))


def _check_columns(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    for number, key in enumerate(found.list.columns if found.list else ()):
        yield from _check_listed(key, ("list", "columns", number), whole, everything)


def _check_sort(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    sort = found.list.sort if found.list else None
    if sort is None:
        return
    yield from _check_listed(sort.field, ("list", "sort", "field"), whole, everything)
    for field in whole.fields:
        if field.key == sort.field and not fields.value_type(field.type).sortable:
            said = Labels(
                f"列表不能按“{field.key}”排序：它的类型没有次序",
                f"a list is not sorted by '{field.key}': its type has no order",
            )
            yield Finding("object.unsortable", said, ("list", "sort", "field"))


def _check_tabs(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    tabs = ["all", *(refinement.key for refinement in whole.refinements)]
    for number, tab in enumerate(found.list.tabs if found.list else ()):
        if tab not in tabs:
            yield unknown(
                Labels("筛选条件", "refinement"), tab, tabs, ("list", "tabs", number), "object.unknown_refinement"
            )


def _check_conditions(
    name: str, found: ObjectDefinition | ExtensionDefinition, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    schema = expression_schema(provisional(everything), whole.key)
    items: tuple[Refinement, ...] = getattr(found, name)
    yield from each(*(_condition(item, (name, number), schema) for number, item in enumerate(items)))


def _condition(item: Refinement, place: Place, schema: Schema) -> Iterator[Finding]:
    yield from condition_faults(item.condition, schema, PARAMS, (*place, "condition"))


def _no_field(key: str, keys: Collection[str], place: Place) -> Finding:
    return unknown(Labels("字段", "field"), key, keys, place, _UNKNOWN)


OBJECT = Kind(
    ObjectDefinition, order=10, check=check_object, classify=schema_changes.classify, applied=schema_changes.apply
)
EXTENSION = Kind(
    ExtensionDefinition,
    order=11,
    check=check_extension,
    classify=schema_changes.classify,
    applied=schema_changes.apply,
    extends="object",
    extend=lambda extension, base: extension.widen(base),
)
