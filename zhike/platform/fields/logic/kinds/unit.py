from __future__ import annotations

from typing import ClassVar

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.pointing import Pointing
from zhike.platform.fields.types import Asked, Pointer


class Unit(Pointing):
    """A place in the firm's tree: a branch, a team."""

    key = "unit"
    labels = Labels("机构", "Org unit")
    expected = Labels("一个机构", "the uid of an org unit")
    web = "unit"
    analytical = True
    asked: ClassVar[Asked] = "choice"
    pointer: ClassVar[Pointer | None] = Pointer("unit", "organization_unit", "code", "name", live=False, waits=True)
