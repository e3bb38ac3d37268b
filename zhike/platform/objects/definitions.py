"""The kinds `object` and `extension` as models: what a pack may say of a business object, and the value engines read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, create_model

from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Code, Definition, Flag, Key, Labels, Part, Refers, rule
from zhike.platform.fields import api as fields
from zhike.platform.fields.api import ValueType
from zhike.platform.fields.errors import BadValue
from zhike.platform.permissions.types import Refinement, Securable

ObjectRole = Literal[
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
]
FieldRole = Literal[
    "name",
    "certificate_number",
    "mobile",
    "email",
    "birth_date",
    "sex",
    "branch",
    "manager",
    "risk_level",
    "status",
    "expires_on",
]


#: What a field holds that engines read by its role.
_HELD_BY_ROLE = {
    "name": Type.TEXT,
    "mobile": Type.TEXT,
    "email": Type.TEXT,
    "birth_date": Type.DATE,
    "expires_on": Type.DATE,
}


class Lookup(Part):
    """Whose value a field shows: that of the newest related record of some kind. Nothing is stored."""

    relation: Key = Field(description="the relation whose records are looked at")
    field: Key = Field(description="the field of the related record whose value is shown")
    where: str | None = Field(None, description="a condition over the related record's own fields; `:today` is the day")
    newest: Key = Field(description="the field of the related record by which the newest one is taken")
    prefer: Code | None = Field(None, description="of several that are equally new, one with this value is taken")
    otherwise: Code | None = Field(None, description="the value shown where there is no such record")


class FieldPart(Part):
    """One field of an object; each field type adds the settings it knows."""

    key: Key = Field(description="how conditions, layouts and interfaces name it; frozen at birth")
    labels: Labels
    type: str = Field(description="the field type")
    help: Labels | None = Field(None, description="a sentence shown beside the field, in forms and on pages")
    role: FieldRole | None = Field(None, description="what the field is to the engines")
    owner: Literal["desk", "source"] = Field(
        "desk", description="source: loads maintain it and the desk may not change what came by one"
    )
    required: Flag = Field(False, description="a record cannot be without it")
    required_by_hand: Flag = Field(False, description="people fill it in; what a source gives may be without it")
    unique: Flag = Field(False, description="no two live records have the same value")
    index: Flag = Field(False, description="the column is looked up by")
    personal: Flag = Field(False, description="erasing a person wipes it")
    lookup: Lookup | None = Field(None, description="the field shows what a related record says and stores nothing")

    def values(self) -> ValueType:
        """Return the field's type bound to its settings, which stand among its own keys."""
        return fields.value_type(self.type)(self)  # type: ignore[arg-type]

    @rule("default")
    def _default_of_one(self) -> Labels | None:
        default = getattr(self, "default", None)
        if default == "":
            return Labels("默认值是空的；不需要就不写", "the default is empty; what is not wanted is left out")
        if default is not None and self.unique:
            return Labels(
                "值唯一的字段不能有默认值：第二条记录就会重复",
                "a unique field has no default: the second record would repeat it",
            )
        return None

    @rule("role")
    def _role_fits(self) -> Labels | None:
        wanted = _HELD_BY_ROLE.get(self.role or "")
        held = fields.value_type(self.type).expression
        if wanted is None or held is wanted:
            return None
        return Labels(
            f"“{self.role}”的值应为 {wanted.value}，而类型是 {self.type}",
            f"what is {self.role} holds {wanted.value}; the type is {self.type}",
        )

    @rule("default")
    def _default_fits(self) -> Labels | None:
        default = getattr(self, "default", None)
        if default is None:
            return None
        try:
            self.values().parse(fields.plain(default))
        except BadValue as error:
            shown = ", ".join(default) if isinstance(default, tuple) else fields.plain(default)
            return Labels(
                f"默认值“{shown}”不合本字段：应为{error.expected_zh}",
                f"the field would refuse its own default '{shown}'; it takes {error.expected}",
            )
        return None


if TYPE_CHECKING:
    FieldDefinition = FieldPart
else:
    FieldDefinition = Annotated[
        Union[  # noqa: UP007 - made of the registry, not written down
            tuple(
                create_model(
                    f"{key}_field",
                    __base__=(FieldPart, value_type.settings_model),
                    __doc__=value_type.__doc__,
                    type=(Literal[key], Field(description="the field type")),
                )
                for key, value_type in fields.value_types().items()
            )
        ],
        Field(discriminator="type"),
    ]


class RelationPart(Part):
    """A to-many relation: the records of another object whose reference field `through` points here."""

    key: Key = Field(description="the name by which conditions and pages use it")
    labels: Labels
    object: Annotated[Key, Refers("object")] = Field(description="the object whose records point here")
    through: Key = Field(description="the field of the other object that points here")


class Access(Part):
    """Whose rights hold: records are seen by whoever sees the record that `through` points at."""

    through: Key = Field(description="the reference to the record whose readers may read this one")


class Corrections(Part):
    """Who answers what somebody says is wrong in the fields that a source keeps."""

    kind: Annotated[Key, Refers("work_kind")] = Field(description="the work that they are given")
    roles: tuple[Annotated[Key, Refers("role")], ...] = Field(
        min_length=1, description="asked is the first of them that somebody else holds in the asker's unit or above it"
    )


class Sort(Part):
    """An order of a list."""

    field: Key = Field(description="the field by which the list is sorted")
    direction: Literal["asc", "desc"] = Field("asc", description="asc: the smallest first; desc: the largest first")


class ListLayout(Part):
    """The list of an object: its columns, its own order, and refinements as tabs."""

    columns: tuple[Key, ...] = Field((), description="fields, indicators and tags; the first eight fields, when absent")
    sort: Sort | None = Field(None, description="newest first, when absent")
    tabs: tuple[Key, ...] = Field((), description="refinements, and `all`")


class Section(Part):
    """A group of fields under one heading."""

    labels: Labels
    fields: tuple[Key, ...] = Field(min_length=1, description="the fields, in their order")


class DetailLayout(Part):
    """The record page: groups of fields."""

    sections: tuple[Section, ...] = Field(min_length=1)


class FormLayout(Part):
    """The form of a new or changed record."""

    fields: tuple[Key, ...] = Field(min_length=1, description="fields in their order")


class Shape(Part):
    """What objects and extensions have alike."""

    fields: tuple[FieldDefinition, ...] = ()
    relations: tuple[RelationPart, ...] = ()
    rules: tuple[Refinement, ...] = Field(
        (),
        description="conditions that a record must meet: else the desk may not save it, and a load leaves its row out; "
        "the labels say why",
    )
    list: ListLayout | None = None
    detail: DetailLayout | None = None
    form: FormLayout | None = None

    def layout_fields(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield every field of the object that a layout names, with its place; figures may be named by lists only."""
        for number, section in enumerate(self.detail.sections if self.detail else ()):
            for index, key in enumerate(section.fields):
                yield ("detail", "sections", number, "fields", index), key
        for index, key in enumerate(self.form.fields if self.form else ()):
            yield ("form", "fields", index), key


class ObjectDefinition(Shape, Securable):
    """A business object: its fields, how its records belong together, who may see them, how they are shown."""

    kind: Literal["object"]
    role: ObjectRole | None = Field(None, description="what the object is to the engines: party, coverage, product …")
    current: Key | None = Field(
        None, description="the refinement of the records that hold today; engines look at no others of a coverage"
    )
    display: Key | None = Field(None, description="the field that a record is called by")
    display_with: tuple[Key, ...] = Field((), description="fields said after it, where one alone tells too little")
    access: Access | None = Field(None, description="records follow the rights on another one")
    log_views: Flag = Field(False, description="who looks at a record is written to the journal")
    page: Annotated[Key, Refers("page")] | None = Field(None, description="the page that shows a record")
    corrections: Corrections | None = Field(
        None, description="who corrects what a source keeps; nobody is asked, when absent"
    )
    fields: tuple[FieldDefinition, ...] = Field(min_length=1)

    @rule("display_with")
    def _display_first(self) -> Labels | None:
        if self.display_with and not self.display:
            return Labels(
                "`display_with` 跟在 `display` 之后，而 `display` 没有写",
                "`display_with` follows `display`, which is missing",
            )
        return None

    @rule("current")
    def _coverage_holds(self) -> Labels | None:
        if self.role != "coverage" or self.current:
            return None
        return Labels(
            "服务关系要写 `current`：哪个对象细分是今天有效的", "a coverage says by `current` which of its records hold"
        )

    def field_keys(self) -> tuple[str, ...]:
        """Return the keys of the fields."""
        return tuple(field.key for field in self.fields)


#: What there is one of, which an extension gives in place of the object's own.
_ONE_OF = ("list", "detail", "form", "page", "corrections")


class ExtensionDefinition(Shape, Definition):
    """What a pack adds to an object of another pack: fields, relations, refinements, rules, and the wider layouts."""

    kind: Literal["extension"]
    of: Annotated[Key, Refers("object")] = Field(description="the object that becomes wider")
    refinements: tuple[Refinement, ...] = ()
    page: Annotated[Key, Refers("page")] | None = Field(None, description="the page that shows a record")
    corrections: Corrections | None = Field(None, description="who corrects what a source keeps")

    def widen(self, base: ObjectDefinition) -> ObjectDefinition:
        """Return `base` with what this adds; a layout given here stands in place of the one it had."""
        added = {
            name: (*getattr(base, name), *self._new(name, base))
            for name in ("fields", "relations", "refinements", "rules")
        }
        layouts = {name: getattr(self, name) for name in _ONE_OF if getattr(self, name)}
        return base.model_copy(update=added | layouts)

    def _new(self, name: str, base: ObjectDefinition) -> tuple[Any, ...]:
        known = {item.key for item in getattr(base, name)}
        return tuple(item for item in getattr(self, name) if item.key not in known)
