"""The small types of source definitions, each with its own check."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.parse import parse_tree
from zhike.expressions.types import Type
from zhike.insight.warehouse.logic import engine
from zhike.kernel.definition_parts import Labels, Text, Unfit
from zhike.platform.fields import api as fields

#: The layers that the product writes itself.
_OWN_LAYERS = ("mart", "identity")
_PLACE = re.compile(r"\{(business_date|month):([^{}]+)\}")


def _dataset(text: str) -> str:
    layer = text.partition(".")[0]
    if layer in _OWN_LAYERS:
        raise Unfit(
            f"“{layer}.”由系统自己写入，请换一个前缀",
            f"'{layer}.' is written by the product itself; choose another first part",
        )
    return text


#: A dataset: its layer or system, a dot, its name.
DatasetName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}\.[a-z][a-z0-9_]{0,62}$"),
    AfterValidator(_dataset),
    Field(description="layer and name: core.trade"),
]
#: How text is written; the content of a file decides.
Encoding = Literal["utf-8", "gbk", "gb18030", "gb2312", "utf-16", "big5", "iso-8859-1", "windows-1252"]
Share = Annotated[float, Field(ge=0, le=1, description="a share of 1: 0.1 is 10 %")]


def _sign(text: str) -> str:
    if len(text) != 1 or text in "\r\n" or text.isalnum():
        raise Unfit(
            f"应为一个符号，不能是字母、数字或换行；实为 {text!r}",
            f"it is one sign, no letter, digit or line end; it is {text!r}",
        )
    return text


#: One sign between, around or before values.
Sign = Annotated[str, AfterValidator(_sign)]


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        place = (error.pos or 0) + 1
        raise Unfit(f"不是正则表达式，第 {place} 个字符处有误", f"no regular expression: {error}") from error
    fault = engine.fault_of_pattern(text)
    if fault:
        raise Unfit(
            f"数据仓库不支持这种写法（如环视、反向引用、独占量词、1000 次以上的重复）：{fault}",
            f"the warehouse does not understand it (as look-around, references back, more than 1000 repeats): {fault}",
        )
    return text


#: A regular expression that the warehouse's engine understands (RE2).
Pattern = Annotated[Text, AfterValidator(_regex)]


class Format(str):
    """How days or moments are written, by the directives %Y %y %m %-m %d %-d %H %-H %M %S."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls._checked, core_schema.str_schema())

    @classmethod
    def _checked(cls, text: str) -> Format:
        fields.check_format(text, day_only=False)
        return cls(text)


def _column_type(text: str) -> str:
    known = _COLUMNS
    if text not in known:
        raise Unfit(
            f"没有文件列类型“{text}”；现有：{'、'.join(known)}",
            f"there is no type '{text}' for columns of files; there are: {', '.join(known)}",
        )
    return text


def _in_a_file(found: type[fields.ValueType]) -> bool:
    """Whether a file can hold values of the type, which for a place is its key; listed values come as texts."""
    return found.given is not None and "options" not in found.settings_model.model_fields


_COLUMNS = [key for key, found in fields.value_types().items() if _in_a_file(found)]
#: The type of a column: a field type whose values a file can hold.
ColumnType = Annotated[str, AfterValidator(_column_type), WithJsonSchema({"type": "string", "enum": _COLUMNS})]


def _file_name(text: str) -> str:
    places = _PLACE.findall(text)
    rest = _PLACE.sub("", text)
    if "{" in rest or "}" in rest:
        raise Unfit(
            "文件名中的占位只能是 {business_date:%Y%m%d} 或 {month:%Y%m}",
            "a place in a file name is {business_date:%Y%m%d} or {month:%Y%m}",
        )
    if len(places) > 1:
        raise Unfit("文件名中只能有一个日期", "a file name has one date")
    if "/" in text or "\\" in text:
        raise Unfit("文件名不带文件夹", "a file name has no folder")
    for name, shape in places:
        used = set(re.findall(r"%(.)", shape))
        wanted = {"m"} | ({"d"} if name == "business_date" else set())
        if not used <= set("Yymd") or not wanted <= used or not {"Y", "y"} & used:
            daily = name == "business_date"
            raise Unfit(
                f"{{{name}:{shape}}} 要用 %Y %y %m %d 写出年、月{'、日' if daily else ''}",
                f"{{{name}:{shape}}} names year, month{' and day' if daily else ''} by %Y %y %m %d",
            )
    return text


#: A file's name: `*` stands for anything, {business_date:%Y%m%d} or {month:%Y%m} for the days it holds.
FileName = Annotated[Text, AfterValidator(_file_name)]


def _formula(text: object) -> object:
    if not isinstance(text, str):
        raise Unfit(f'请写成文本，加引号："{text}"', f'write it as a text, in quotes: "{text}"')
    try:
        parse_tree(text)
    except ExpressionInvalid as error:
        zh, en = (
            "；".join(one.message("zh") for one in error.found),
            "; ".join(one.message("en") for one in error.found),
        )
        raise Unfit(zh, en) from error
    return text


#: An expression; what it may name is checked where it is used.
Formula = Annotated[Text, BeforeValidator(_formula), Field(description="an expression")]


class Bound(str):
    """The lowest or highest value of a column: a number, a day or a moment, as it is written in definitions."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        given = core_schema.union_schema([core_schema.str_schema(), core_schema.int_schema(strict=True)])
        return core_schema.no_info_after_validator_function(lambda value: cls(str(value)), given)

    def misfit(self, kind: fields.ValueType) -> Labels | None:
        """Return why the bound is no value of that type, or why values of it cannot be put in order."""
        if not kind.is_number and kind.expression not in (Type.DATE, Type.DATETIME):
            return Labels(
                f"`low` 和 `high` 只用于数字和日期，而类型是 {kind.key}",
                f"`low` and `high` are for numbers and days; the type is {kind.key}",
            )
        try:
            kind.read(str(self), fields.DESK)
        except ValueError as error:
            return Labels(f"“{self}”不是 {kind.key} 类型的值", f"'{self}' is no value of type {kind.key}: {error}")
        return None

    def above(self, other: Bound, kind: fields.ValueType) -> bool:
        """Return whether the bound comes after another one; both are values of the type."""
        low, high = (cast(Decimal | date, kind.read(str(bound), fields.DESK)) for bound in (self, other))
        return low > high  # type: ignore[operator]
