"""What may be wrong with the value that a record is given for a field, said the same way at the desk and by a load."""

from __future__ import annotations

from zhike.platform.fields.errors import BadValue
from zhike.platform.objects.types import Fault, FieldType, Labels

__all__ = [
    "bad_key",
    "doubled_key",
    "duplicate",
    "misfit",
    "nobodys",
    "no_change",
    "no_key",
    "no_target",
    "required",
    "source_owned",
    "stamped",
    "unsaid_kind",
    "unwritten",
    "write_anew",
]


def misfit(field: FieldType, error: BadValue) -> Fault:
    """Say what a value of the field would have to be."""
    return _said(error.code, field, f"应为{error.expected_zh}", f"should be {error.expected}")


def unwritten(field: FieldType, wrong: Labels) -> Fault:
    """Say what is wrong with how somebody wrote the field."""
    return _said("value.unwritten", field, wrong["zh"], wrong["en"])


def unsaid_kind(field: FieldType, value: FieldType) -> Fault:
    """Say that the field has to tell of what kind a value is."""
    zh, en = f"填写{value.labels['zh']}时必填", f"is required with {value.labels['en'].lower()}"
    return _said("record.required", field, zh, en)


def write_anew(field: FieldType, kind: FieldType) -> Fault:
    """Say that a value which the writer does not see is written again where its kind changes."""
    zh = f"已改{kind.labels['zh']}，请重新填写"
    return _said("value.write_anew", field, zh, f"is to be written again with another {kind.labels['en'].lower()}")


def required(field: FieldType) -> Fault:
    """Say that a record cannot be without the field."""
    return _said("record.required", field, "必填", "is required")


def nobodys(field: FieldType) -> Fault:
    """Say that no source keeps the field of this record, so that no correction is asked for."""
    return _said(
        "record.not_source_owned", field, "不由来源系统维护，请直接修改", "is kept by no source: change it yourself"
    )


def no_change(field: FieldType) -> Fault:
    """Say that the proposed value is what is there."""
    return _said("record.no_change", field, "与现有值相同", "is the value that is there")


def no_target(field: FieldType) -> Fault:
    """Say that the field points at nothing."""
    return _said("record.no_target", field, "指向的记录不存在", "points to no record")


def duplicate(field: FieldType) -> Fault:
    """Say that another record has the value."""
    return _said("record.duplicate", field, "已存在相同的值", "has this value already on another record")


def source_owned(field: FieldType) -> Fault:
    """Say that the desk does not change the field."""
    return _said("record.source_owned", field, "由来源系统维护，不能在此修改", "is owned by its source system")


def stamped(field: FieldType) -> Fault:
    """Say that nobody fills in the field."""
    return _said("record.stamped", field, "由系统填写", "is filled in by the system")


def _said(code: str, field: FieldType, zh: str, en: str) -> Fault:
    return Fault(code, field.key, {"zh": f"{field.labels['zh']}：{zh}", "en": f"{field.labels['en']} {en}"})


def no_key() -> Fault:
    """Say that a row does not say which record it is about."""
    return Fault("record.no_key", "", {"zh": "没有来源编号", "en": "the row has no source key"})


def bad_key() -> Fault:
    """Say that no table holds the key of a row."""
    return Fault("record.bad_key", "", {"zh": "来源编号含有控制字符", "en": "the source key has control characters"})


def doubled_key() -> Fault:
    """Say that another row was about the same record."""
    labels = {
        "zh": "记录编号与前面的行重复，采用了第一行",
        "en": "another row before has the same source key; that one was taken",
    }
    return Fault("record.duplicate_key", "", labels)
