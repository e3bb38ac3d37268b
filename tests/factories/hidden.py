"""Two worlds that differ only in what somebody does not see: the values of masked and refused fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection, transaction
from psycopg import sql

from zhike.platform.fields.logic.masks import mask
from zhike.platform.objects.logic import writing
from zhike.platform.objects.logic.catalogue import catalogue
from zhike.platform.objects.logic.field_rights import field_rules
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal


def hidden_fields(owner: ObjectType, principal: Principal) -> dict[str, str]:
    """Return how the stored fields of an object are hidden from somebody: "masked" or "refused"."""
    rules = field_rules(owner, owner.fields, principal)
    return {
        key: rules[key]
        for key, field in owner.fields.items()
        if field.stored and (rules[key] == "refused" or (rules[key] == "masked" and field.mask))
    }


@contextmanager
def other_world(principal: Principal, keep: Callable[[FieldType], bool]) -> Iterator[None]:
    """Run the block where every value that is hidden from somebody is another one that looks the same to them.

    Fields that `keep` says are left as they are. Nothing else is different, and nothing stays.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:  # a change that no trigger writes down and no revision tells
            cursor.execute("select set_config('zhike.load', 'on', true)")
        for owner in catalogue().values():
            if permissions.allowed(principal, f"{owner.key}.read"):
                _change(
                    owner,
                    {key: rule for key, rule in hidden_fields(owner, principal).items() if not keep(owner.fields[key])},
                )
        yield
        transaction.set_rollback(True)


def _change(owner: ObjectType, hidden: dict[str, str]) -> None:
    if not hidden:
        return
    stored = [field for field in owner.fields.values() if field.stored]
    columns = sql.SQL(", ").join(sql.Identifier(field.column) for field in stored)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select id, {} from {}").format(columns, sql.Identifier(owner.table)))
        rows = cursor.fetchall()
    for record_id, *cells in rows:
        clear = {field.key: field.values.clear(cell) for field, cell in zip(stored, cells, strict=True)}
        changed = {key: another(owner.fields[key], clear[key], rule) for key, rule in hidden.items()}
        written: dict[str, object] = {"grams": writing.grams(owner, {**clear, **changed})}
        for key, value in changed.items():
            for suffix, cell in owner.fields[key].values.store(value).items():
                written[f"{owner.fields[key].column}{suffix}"] = cell
        sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in written)
        with connection.cursor() as cursor:
            statement = sql.SQL("update {} set {} where id = %s").format(sql.Identifier(owner.table), sets)
            cursor.execute(statement, [*written.values(), record_id])


def another(field: FieldType, value: object, rule: str) -> object:
    """Return another value of a field: one under the same mask, or whatever else where the field is refused."""
    shown = (lambda one: mask(field.mask, one)) if rule == "masked" else (lambda _one: None)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, date):
        return value.replace(month=value.month % 12 + 1) if rule == "masked" else value + timedelta(days=400)
    if not isinstance(value, str):
        return value
    if value in (option.key for option in field.options):
        keys = [option.key for option in field.options]
        return keys[(keys.index(value) + 1) % len(keys)]
    for place, sign in enumerate(value):
        tried = value[:place] + _other_sign(sign) + value[place + 1 :]
        if shown(tried) == shown(value):
            value = tried
    return value


def _other_sign(sign: str) -> str:
    if sign.isdigit():
        return str((int(sign) + 3) % 10)
    return chr(ord(sign) + 1) if sign.isalpha() and sign not in "zZ" else sign
