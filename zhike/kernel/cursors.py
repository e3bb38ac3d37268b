"""Page cursors: what a list needs to go on, sealed, so that nobody reads it or writes one."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from zhike.kernel.encryption import keyring
from zhike.kernel.errors import BadCursor

Part = str | int | bool | None


def seal(list_key: str, parts: Sequence[Part]) -> str:
    """Return the cursor of a row of the list `list_key`; values that the list masks may be in it."""
    return keyring().encrypt(json.dumps([list_key, *parts]))


def unseal(list_key: str, cursor: str) -> list[Part]:
    """Return the parts of a cursor of the list `list_key`; raises BadCursor for one this installation never made."""
    try:
        found: list[Part] = json.loads(keyring().decrypt(cursor))
    except (ValueError, InvalidTag) as error:
        raise BadCursor() from error
    if found[0] != list_key:
        raise BadCursor()
    return found[1:]
