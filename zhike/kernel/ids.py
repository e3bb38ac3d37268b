"""Identifiers: `id` (bigint) inside, `uid` (UUID version 7, made here) outside."""

from __future__ import annotations

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a new UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits.

    It reads the machine's clock on purpose: a uid orders rows by when they were written, and a travelled
    business clock must not make two of them collide.
    """
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def parse_uid(text: str) -> uuid.UUID | None:
    """Return the UUID written in `text`, or None when it is not one."""
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
