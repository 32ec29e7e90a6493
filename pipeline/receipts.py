"""What a control answers: what it really did."""

from uuid import UUID

import msgspec


class Cancelled(msgspec.Struct, frozen=True):
    """Receipt of a cancel: items cancelled and outcomes kept by stage, credits that came back."""

    cancelled: dict[int, int]
    completed: dict[int, int]
    released: int


class Skipped(msgspec.Struct, frozen=True):
    """An item that was not retried, and why."""

    item: UUID
    reason: str


class Retried(msgspec.Struct, frozen=True):
    """Receipt of a retry: items that are pending again by stage, those that are not and why."""

    retried: dict[int, list[UUID]]
    skipped: list[Skipped]
