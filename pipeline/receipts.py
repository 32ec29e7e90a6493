"""What a control answers: what it really did."""

from uuid import UUID

import msgspec


class Cancelled(msgspec.Struct, frozen=True):
    """Receipt of a cancel: each item's end, as counts by stage, and the credits that came back.

    The queues of a stage name the items.
    """

    cancelled: dict[int, int]
    completed: dict[int, int]
    failed: dict[int, int]
    released: int


class Skipped(msgspec.Struct, frozen=True):
    """An item that was not retried, and why."""

    item: UUID
    reason: str


class Retried(msgspec.Struct, frozen=True):
    """Receipt of a retry: items that are pending again by stage, those that are not and why."""

    retried: dict[int, list[UUID]]
    skipped: list[Skipped]
