"""Who asks, and the condition under which the answer is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Definition, Key, Labels, Part, Refers, Text, rule

ObjectRef = Annotated[Key, Refers("object")]


#: What a principal may be. Only staff and the system sign in today; rights are the same rule for all.
PrincipalKind = Literal["staff", "broker", "party", "supplier", "system", "key", "anonymous"]


@dataclass(frozen=True, slots=True)
class Post:
    """A role held in a unit. What the role grants holds in `units`, the ids of that unit and of everything below it."""

    role: str
    unit: int | None = None
    units: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that acts, with the posts that hold today.

    `subject` is the number of the record that a principal other than staff is: a party that asks about itself. The
    system principal acts for a person at the command line: `name` says who. `shared` are the inner ids of the records,
    by object, that others let it see today.
    """

    kind: PrincipalKind
    name: str
    user_id: int | None = None
    employee_no: str = ""
    language: str = "zh"
    posts: tuple[Post, ...] = ()
    subject: str = ""
    shared: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the posts, each once, in their order."""
        return tuple(dict.fromkeys(post.role for post in self.posts))

    @property
    def units(self) -> tuple[int, ...]:
        """The ids of the units of all posts and of everything below them."""
        return units_of_posts(self.posts)

    @property
    def unit(self) -> int | None:
        """The unit of the first post, where what the holder makes belongs."""
        return self.posts[0].unit if self.posts else None

    @property
    def shape(self) -> str:
        """What the texts of its conditions depend on: two principals of one shape differ in parameters only."""
        return f"{self.kind}:{self.roles}:{tuple(resource for resource, _ids in self.shared)}"

    @property
    def me(self) -> str:
        """What `:me` stands for in conditions: the employee number, or the number of the record that one is."""
        return self.employee_no or self.subject

    @property
    def actor(self) -> str:
        """How the journal names this principal."""
        return f"user:{self.employee_no}" if self.kind == "staff" else f"{self.kind}:{self.subject or self.name}"


def units_of_posts(posts: Iterable[Post]) -> tuple[int, ...]:
    """Return the ids of the units in which any of the posts holds, ascending."""
    return tuple(sorted({unit for post in posts for unit in post.units}))


@dataclass(frozen=True, slots=True)
class ScopeCondition:
    """An expression text over an object; the units that it calls `:my_units` are bound as `units`.

    A condition of a grant is about the units of the posts that give it, not about those of the holder's other posts.
    """

    text: str
    units: str = "my_units"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records of one object a principal may use for one operation.

    The scope holds the records that meet any of `conditions` (all records when `everything`), without those
    that meet any of `denials`; `params` binds them. Of a grant to read, the records `shared` with the principal are held,
    too: an array of their inner ids is the parameter of that name. With neither `everything` nor conditions nothing is in scope:
    refused is the default.
    """

    everything: bool
    conditions: tuple[ScopeCondition, ...]
    denials: tuple[ScopeCondition, ...]
    params: Mapping[str, object]
    shared: str = ""

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
    operations: tuple[Key, ...] = Field(
        min_length=1,
        description="the operations that are granted. On an object `find_by_number` finds a record by a whole number that one"
        " sees masked, each time on record; `share` lets a colleague or a unit read one record until a day; `unmask` shows a"
        " value in clear for a reason",
    )
    where: Key = Field(
        "all",
        description="a refinement of the object that narrows the grant; all records, when absent. A part of the product is"
        " narrowed by `mine` (what one made or was given: audience, campaign, work, load, run) or `my_units` (audience,"
        " campaign, work). `my_units` are the units of the posts that give this role, and what is below them, not those of"
        " the holder's other posts",
    )


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
