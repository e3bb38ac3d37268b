"""What is wrong with lookups: only definitions of both objects together can tell."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.kernel.definition_checks import each, guessed, meant, unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Snapshot
from zhike.platform.fields import api as fields
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects.definitions import FieldPart, Lookup, ObjectDefinition, Shape
from zhike.platform.objects.logic import lookups
from zhike.platform.objects.logic.catalogue import provisional
from zhike.platform.objects.logic.written_conditions import condition_faults
from zhike.platform.objects.types import FieldType, ObjectType

#: What says how a column is kept; a lookup has none.
_OF_COLUMNS = ("required", "unique", "index", "personal", "searchable", "default", "stamp")


def check_lookups(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with the fields of `found` that are looked up, and with layouts that want to edit them."""
    return each(
        _check_fields(found, whole, everything),
        _check_uses(found, whole),
        _check_display(found, whole),
    )


def _check_fields(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    yield from each(
        *(_check(field, ("fields", number), whole, everything) for number, field in enumerate(found.fields))
    )


def _looked_up(whole: ObjectDefinition) -> set[str]:
    return {field.key for field in whole.fields if field.lookup}


def _check_uses(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    for place, key in found.layout_fields():
        if place[0] == "form" and key in _looked_up(whole):
            said = Labels(f"“{key}”取自关联记录，表单不能修改", f"'{key}' is looked up; a form cannot change it")
            yield Finding("lookup.not_editable", said, place)


def _check_display(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    if not isinstance(found, ObjectDefinition):
        return
    called: list[tuple[Place, str | None]] = [(("display",), found.display)]
    called += [(("display_with", number), key) for number, key in enumerate(found.display_with)]
    for where, name in called:
        if name in _looked_up(whole):
            said = Labels(
                f"“{name}”取自关联记录；记录要用自己存储的字段来称呼",
                f"'{name}' is looked up; a record is called by a stored field",
            )
            yield Finding("lookup.not_stored", said, where)


def _check(field: FieldPart, place: Place, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    lookup = field.lookup
    if lookup is None:
        return
    here = (*place, "lookup")
    yield from each(
        *(_no_column(field, name, place) for name in _OF_COLUMNS),
        *(_fitting(field, lookup, name, here) for name in ("otherwise", "prefer")),
        _check_relation(field, lookup, here, whole, everything),
    )


def _no_column(field: FieldPart, name: str, place: Place) -> Iterator[Finding]:
    if getattr(field, name, None):
        said = Labels(f"“{field.key}”取自关联记录，不能有 `{name}`", f"'{field.key}' is looked up; it has no `{name}`")
        yield Finding("lookup.no_column", said, (*place, name))


def _fitting(field: FieldPart, lookup: Lookup, name: str, place: Place) -> Iterator[Finding]:
    value = getattr(lookup, name)
    try:
        fields.value_type(field.type)(field).parse(value)  # type: ignore[arg-type]
    except BadValue as error:
        said = Labels(
            f"“{field.key}”不能是“{value}”，应为{error.expected_zh}",
            f"'{field.key}' cannot be '{value}'; it is {error.expected}",
        )
        yield Finding(error.code, said, (*place, name))


def _check_relation(
    field: FieldPart, lookup: Lookup, place: Place, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    relations = {relation.key: relation.object for relation in whole.relations}
    if lookup.relation not in relations:
        yield unknown(
            Labels("关联", "relation"), lookup.relation, relations, (*place, "relation"), "object.unknown_relation"
        )
    target = provisional(everything).get(meant(lookup.relation, relations) or "")
    if target is not None:
        found = each(
            *(_stored(lookup, name, place, target) for name in ("field", "newest")),
            _check_shown(field, lookup, place, target),
            _check_newest(lookup, place, target),
            _check_where(lookup, place, target),
        )
        yield from found if lookup.relation in relations else guessed(lookup.relation, found)


def _stored_fields(target: ObjectType) -> dict[str, FieldType]:
    return {key: one for key, one in target.fields.items() if one.stored}


def _stored(lookup: Lookup, name: str, place: Place, target: ObjectType) -> Iterator[Finding]:
    key, stored = getattr(lookup, name), _stored_fields(target)
    if key not in stored:
        what = Labels(f"{target.key} 的存储字段", f"stored field of {target.key}")
        yield unknown(what, key, stored, (*place, name), "object.unknown_field")


def _check_newest(lookup: Lookup, place: Place, target: ObjectType) -> Iterator[Finding]:
    newest = _stored_fields(target).get(lookup.newest)
    if newest is not None and not newest.values.sortable:
        said = Labels(
            f"“{lookup.newest}”不能排序，无法判断哪条记录最新",
            f"'{lookup.newest}' has no order; the newest record cannot be told by it",
        )
        yield Finding("object.unsortable", said, (*place, "newest"))


def _check_where(lookup: Lookup, place: Place, target: ObjectType) -> Iterator[Finding]:
    if lookup.where:
        yield from condition_faults(lookup.where, lookups.schema_of(target), lookups.PARAMS, (*place, "where"))


def _check_shown(field: FieldPart, lookup: Lookup, place: Place, target: ObjectType) -> Iterator[Finding]:
    shown = _stored_fields(target).get(lookup.field)
    if shown is not None:
        where = (*place, "field")
        yield from each(_of_type(field, shown, where), _masked(field, shown, where), _with_options(field, shown, where))


def _of_type(field: FieldPart, shown: FieldType, place: Place) -> Iterator[Finding]:
    if shown.type != field.type:
        said = Labels(
            f"“{field.key}”是 {field.type}，而“{shown.key}”是 {shown.type}",
            f"'{field.key}' is a {field.type}, but '{shown.key}' is a {shown.type}",
        )
        yield Finding("lookup.other_type", said, place)
    elif shown.values.companions or shown.values.pointer:
        said = Labels(
            f"“{shown.key}”是 {shown.type}，不能从关联记录取值",
            f"'{shown.key}' is a {shown.type}, which cannot be looked up",
        )
        yield Finding("lookup.other_type", said, place)


def _masked(field: FieldPart, shown: FieldType, place: Place) -> Iterator[Finding]:
    if shown.mask and getattr(field, "mask", None) != shown.mask:
        said = Labels(
            f"“{shown.key}”以 {shown.mask} 脱敏，而“{field.key}”会显示原文",
            f"'{shown.key}' is masked as {shown.mask}; '{field.key}' would show it",
        )
        yield Finding("lookup.unmasked", said, place)


def _with_options(field: FieldPart, shown: FieldType, place: Place) -> Iterator[Finding]:
    has = [option.key for option in getattr(field, "options", ())]
    missing = [option.key for option in shown.options if option.key not in has]
    if missing and shown.type == field.type:
        said = Labels(
            f"“{field.key}”缺少“{shown.key}”的选项：{'、'.join(missing)}",
            f"'{field.key}' lacks the options {', '.join(missing)} of '{shown.key}'",
        )
        yield Finding("lookup.missing_option", said, place)
