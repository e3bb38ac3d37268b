"""What other rooms find before people write a record: that it is there already.

A room registers a guard when the application starts. It is asked before anything is written, outside of the transaction
that writes: what it notes of the question outlives a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from zhike.kernel.errors import Invalid
from zhike.platform.permissions.types import Principal

__all__ = ["Guard", "ask", "hold", "register"]

#: The object, what is written, the record before with its id (none of a new one), the writer; findings out. Those that
#: are `weak` hold nobody who says why.
Guard: TypeAlias = Callable[[str, Mapping[str, object], Mapping[str, Any], Principal], Sequence[dict[str, object]]]
_guards: list[Guard] = []


def register(guard: Guard) -> None:
    """Have a guard asked before people write records."""
    _guards.append(guard)


def ask(principal: Principal) -> bool:
    """Return whether guards are asked about what somebody writes: what the product writes itself it knows."""
    return principal.kind != "system" and bool(_guards)


def hold(
    object: str, given: Mapping[str, object], stored: Mapping[str, Any], principal: Principal, *, despite: str = ""
) -> None:
    """Raise Invalid with what guards find; what is weak of it does not count where a reason is given."""
    asked = _guards if ask(principal) else []
    findings = [finding for guard in asked for finding in guard(object, given, stored, principal)]
    found = [finding for finding in findings if not (despite.strip() and finding.get("weak"))]
    if found:
        raise Invalid(findings=found, object=object)
