"""Time-ordered UUIDs as primary keys: made by the database or by Python, whichever inserts."""

import os
import time
import uuid

from piccolo.columns import UUID
from piccolo.columns.defaults.uuid import UUID7


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, then random bits."""
    raw = bytearray((time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return uuid.UUID(bytes=bytes(raw))


class UUIDv7(UUID7):
    """`uuidv7()` as the database default; Piccolo's own Python default needs Python 3.14."""

    def python(self) -> uuid.UUID:
        return uuid7()


def primary_key() -> UUID:
    """The primary key of every business table."""
    return UUID(primary_key=True, default=UUIDv7())
