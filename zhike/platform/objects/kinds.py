"""The kind `object`: checking an object type and turning its changes into real tables."""

from __future__ import annotations

from collections import Counter

from zhike.expressions import api as expressions
from zhike.kernel.definitions import Body, Change, Finding, Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.kernel.loose import loose_kind
from zhike.platform.objects.logic import schema_changes
from zhike.platform.objects.logic.catalogue import FIELD_TYPES, expression_schema, provisional
from zhike.platform.objects.types import PARAMS
from zhike.platform.permissions.types import Securable

OBJECT_ROLES = {
    "party",
    "party_role",
    "relationship",
    "contact_point",
    "consent",
    "financial_account",
    "account_role",
    "coverage",
    "product",
    "interaction",
    "employee",
}
FIELD_ROLES = {
    "name",
    "certificate_number",
    "mobile",
    "email",
    "birth_date",
    "sex",
    "branch",
    "manager",
    "risk_level",
    "value_tier",
    "status",
    "expires_on",
}


def check_object(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with an object type, every finding at once."""
    findings = _check_roles(body, everything)
    objects = everything.of("object")
    fields: list[Body] = list(body.get("fields", []))  # type: ignore[call-overload]
    for key, times in Counter(str(field["key"]) for field in fields).items():
        if times > 1:
            findings.append(Finding("object.doubled_field", f"field '{key}' is defined {times} times", f"fields.{key}"))
    for field in fields:
        where = f"fields.{field['key']}"
        if field.get("type") not in FIELD_TYPES:
            findings.append(
                Finding(
                    "object.unknown_type",
                    f"there is no field type '{field.get('type')}'; there are: {', '.join(FIELD_TYPES)}",
                    where,
                )
            )
        if field.get("stamp") not in (None, "me"):
            findings.append(
                Finding("object.unknown_stamp", f"there is no stamp '{field['stamp']}'; there is: me", where)
            )
        if field.get("type") == "reference" and field.get("target") not in objects:
            findings.append(
                Finding(
                    "object.unknown_target",
                    f"there is no object '{field.get('target')}'; there are: {', '.join(sorted(objects))}",
                    where,
                )
            )
    return findings or [*_check_layout(body), *_check_conditions(body, everything)]


def _check_roles(body: Body, everything: Snapshot) -> list[Finding]:
    findings = []
    role = str(body.get("role", ""))
    if role and role not in OBJECT_ROLES:
        findings.append(
            Finding(
                "object.unknown_role",
                f"there is no object role '{role}'; there are: {', '.join(sorted(OBJECT_ROLES))}",
                "role",
            )
        )
    doubled = [key for key, other in everything.of("object").items() if role and other.get("role") == role]
    if len(doubled) > 1:
        findings.append(
            Finding("object.doubled_role", f"role '{role}' is claimed by {', '.join(sorted(doubled))}", "role")
        )
    for field in body.get("fields", []):  # type: ignore[attr-defined]
        if field.get("role") and field["role"] not in FIELD_ROLES:
            findings.append(
                Finding(
                    "object.unknown_role",
                    f"there is no field role '{field['role']}'; there are: {', '.join(sorted(FIELD_ROLES))}",
                    f"fields.{field['key']}",
                )
            )
    return findings


def _check_layout(body: Body) -> list[Finding]:
    keys = {field["key"] for field in body.get("fields", [])}  # type: ignore[attr-defined]
    layout: Body = body.get("form", {})  # type: ignore[assignment]
    return [
        Finding("object.unknown_field", f"the form names '{key}'; the object has: {', '.join(sorted(keys))}", "form")
        for key in layout.get("fields", [])  # type: ignore[attr-defined]
        if key not in keys
    ]


def _check_conditions(body: Body, everything: Snapshot) -> list[Finding]:
    findings = []
    try:
        schema = expression_schema(provisional(everything), str(body["key"]))
    except (KeyError, ZhikeError) as error:
        return [Finding("object.broken", f"the object cannot be built: {error}")]
    for part in ("refinements", "rules"):
        for named in body.get(part, []):  # type: ignore[attr-defined]
            try:
                expressions.parse(named["condition"], schema, PARAMS)
            except ZhikeError as error:
                findings.append(Finding(error.code, error.message("en"), f"{part}.{named['key']}"))
    return findings


def classify(change: Change, _everything: Snapshot) -> Change:
    """Say what a change of an object type means for its table."""
    return schema_changes.classify(change)


class _Loosely(Securable):
    def field_keys(self) -> list[str]:
        return [field["key"] for field in self.model_extra["fields"]]  # type: ignore[index]


OBJECT = loose_kind(
    name="object", order=10, check=check_object, classify=classify, applied=schema_changes.apply, base=_Loosely
)
