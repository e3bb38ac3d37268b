"""The columns of the wide row as other rooms see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhike.expressions.types import Type
from zhike.platform.fields import api as fields
from zhike.platform.fields.api import ValueType
from zhike.platform.fields.types import Format, Option
from zhike.platform.objects.types import SideColumn

INDICATOR, FIELD, TAG = "indicator", "field", "tag"


@dataclass(frozen=True, slots=True)
class WideColumn:
    """One column of the wide row; `type` is a field type, `mask` that of a personal field."""

    key: str
    labels: Mapping[str, str]
    type: str
    kind: str
    unit: str = ""
    options: tuple[Option, ...] = ()
    description: Mapping[str, str] = field(default_factory=dict)
    mask: str = ""
    format: Format | None = None

    @property
    def values(self) -> ValueType:
        """What its field type knows of its values."""
        return fields.bound(self.type, options=self.options, unit=self.unit, format=self.format)

    @property
    def expression_type(self) -> Type:
        """The type in conditions."""
        return self.values.expression or Type.TEXT

    def as_side_column(self) -> SideColumn:
        """Return the column as lists of the party show it."""
        return SideColumn(self.key, self.labels, self.type, self.kind, self.unit, self.options, self.format)
