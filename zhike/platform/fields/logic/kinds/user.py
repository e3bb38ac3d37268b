from __future__ import annotations

from typing import ClassVar

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.pointing import Pointing
from zhike.platform.fields.types import Pointer


class User(Pointing):
    """Somebody who signs in, found by employee number."""

    key = "user"
    labels = Labels("用户", "User")
    expected = Labels("一位用户", "the uid of a user")
    web = "user"
    pointer: ClassVar[Pointer | None] = Pointer(
        "user",
        "organization_user",
        "employee_no",
        "name",
        live=False,
        within="id in (select user_id from organization_post where unit_id = any(%(units)s)"
        " and valid_from <= %(today)s and (valid_to is null or valid_to > %(today)s))",
    )
