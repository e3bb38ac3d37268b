"""Conditions name org units by their codes; the vocabulary gave their inner ids, as text."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_COMPARED = ("=", "!=", "in", "not_in")


def by_code(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Write codes for the ids in what is stored; an id that no unit has any more stays, and is told."""
    codes = {str(unit.pk): unit.code for unit in apps.get_model("organization", "Unit").objects.all()}
    units = {
        str(field["key"])
        for row in apps.get_model("kernel", "StoredDefinition").objects.filter(body__has_key="fields")
        for field in (row.body["fields"] if isinstance(row.body["fields"], list) else ())
        if isinstance(field, dict) and field.get("type") == "unit"
    }
    for model in ("Audience", "Snapshot"):
        for row in apps.get_model("audiences", model).objects.defer(*(["members"] if model == "Snapshot" else [])):
            condition = _named(row.condition, units, codes)
            if condition != row.condition:
                row.condition = condition
                row.save(update_fields=["condition"])


def _named(part: object, units: Collection[str], codes: Mapping[str, str]) -> object:
    if isinstance(part, list):
        return [_named(one, units, codes) for one in part]
    if not isinstance(part, dict):
        return part
    left = part.get("left")
    if part.get("op") in _COMPARED and isinstance(left, dict) and left.get("field") in units:
        right = part.get("right")
        found = [_code(one, codes) for one in right] if isinstance(right, list) else _code(right, codes)
        return {**part, "right": found}
    return {key: _named(value, units, codes) for key, value in part.items()}


def _code(value: object, codes: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return codes.get(value, value)
    if isinstance(value, dict) and value.get("type", "text") == "text" and isinstance(value.get("value"), str):
        return {**value, "value": codes.get(value["value"], value["value"])}
    return value


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0002_unit"),
        ("kernel", "0012_runs_in_english"),
        ("organization", "0003_numbers_once"),
    ]

    operations = [migrations.RunPython(by_code, migrations.RunPython.noop)]
