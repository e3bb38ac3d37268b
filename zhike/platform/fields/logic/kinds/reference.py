from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Key, Labels, Refers
from zhike.platform.fields.logic.pointing import Pointing
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.types import Pointer


class ReferenceSettings(Settings):
    """What a field that points at a record says."""

    target: Annotated[Key, Refers("object")] = Field(description="the object whose records it points at")


class Reference(Pointing):
    """Another record."""

    key = "reference"
    labels = Labels("引用", "Reference")
    expected = Labels("一条记录", "the uid of a record")
    pointer: ClassVar[Pointer | None] = Pointer()
    given: ClassVar[Type | None] = None
    settings_model: ClassVar[type[Settings]] = ReferenceSettings
