"""Who asks, and the condition under which the answer is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Definition, Key, Labels, Part, Refers, Text, rule

ObjectRef = Annotated[Key, Refers("object")]


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that acts.

    `kind` is "user", "system" or "anonymous"; `units` are the ids of the units of the holder's posts and of
    everything below them; `unit` is the unit of the first post, where what the holder makes belongs. The system
    principal acts for a person at the command line: `name` says who.
    """

    kind: str
    name: str
    user_id: int | None = None
    employee_no: str = ""
    language: str = "zh"
    roles: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    unit: int | None = None

    @property
    def actor(self) -> str:
        """How the journal names this principal."""
        return f"user:{self.employee_no}" if self.kind == "user" else f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records of one object a principal may use for one operation.

    The scope holds the records that meet any of `conditions` (all records when `everything`), without those
    that meet any of `denials`. Conditions are expression texts over the object; `params` binds them. With
    neither `everything` nor conditions nothing is in scope: refused is the default.
    """

    everything: bool
    conditions: tuple[str, ...]
    denials: tuple[str, ...]
    params: Mapping[str, object]

    @property
    def nothing(self) -> bool:
        """Whether no record at all is in scope."""
        return not self.everything and not self.conditions


ANONYMOUS = Principal(kind="anonymous", name="anonymous")


class Refinement(Part):
    """A named condition over the records of an object: usable in lists, rights, references and audiences."""

    key: Key = Field(description="the name by which roles, tabs and lists use it")
    labels: Labels
    condition: Text = Field(description="an expression over the object; it may name :me, :my_units and :today")


class Securable(Definition):
    """What rights are granted on: it has refinements that narrow a grant, and fields that a role may be refused.

    The rooms below and beside objects know an object type by this much.
    """

    kind: Literal["object"]
    role: str | None = Field(None, description="what the object is to the engines: party, coverage, product …")
    refinements: tuple[Refinement, ...] = ()

    def field_keys(self) -> Collection[str]:
        """Return the keys of the fields."""
        raise NotImplementedError


class Grant(Part):
    """What the holders of a role may do on the records of one object, or with one part of the product."""

    on: Key = Field(description="an object, or a part of the product such as `audience` or `work`")
    operations: tuple[Key, ...] = Field(min_length=1, description="the operations that are granted")
    where: Key = Field("all", description="a refinement of the object that narrows the grant; all records, when absent")


class Wall(Part):
    """An information wall: records that the role never sees, whatever else is granted."""

    on: ObjectRef = Field(description="the resource that is walled off")
    where: Key = Field(description="the refinement whose records are taken away")


class FieldRules(Part):
    """How a role sees single fields of an object."""

    clear: tuple[Key, ...] = Field(
        (), description="fields seen without their mask, and asked about: in conditions, orders, groups and sums"
    )
    refused: tuple[Key, ...] = Field((), description="fields that are not seen and not asked about at all")

    @rule("refused")
    def _not_both(self) -> Labels | None:
        both = [key for key in self.refused if key in self.clear]
        if not both:
            return None
        return Labels(f"既明文又拒绝：{'、'.join(both)}", f"both clear and refused: {', '.join(both)}")


class Role(Definition):
    """What the holders of a role may do, on which records, what they see first and which fields stay hidden."""

    kind: Literal["role"]
    home: Key | None = Field(None, description="the desk they see first: the page `home_` and this")
    menu: tuple[Key, ...] = Field((), description="objects and parts of the product, in the order of the menu")
    grants: tuple[Grant, ...] = ()
    walls: tuple[Wall, ...] = ()
    gives: tuple[Annotated[str, Refers("role")], ...] = Field(
        (), description="the roles that they may give to others, and whose holders they may manage; none, when absent"
    )
    fields: Mapping[ObjectRef, FieldRules] = Field(default_factory=dict, description="rules for fields, by object")
