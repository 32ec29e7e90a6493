"""What changed in an account, told to its clients through the account's stream in Redis.

The machinery of runs tells of itself in its Lua scripts; this is for what people change.
"""

import itertools
import logging
from collections.abc import Iterable, Iterator
from uuid import UUID

import msgspec

from pipeline.connections import UNREACHABLE, state

log = logging.getLogger(__name__)

MAX_LENGTH = 10_000
"""Events kept, about; whoever asks for older ones loads everything anew."""

CHUNK = 500
"""Ids an event names at most."""


async def rows_changed(
    account_id: UUID, table: str, ids: Iterable[UUID], deleted: bool = False
) -> None:
    """Tell that rows of `table` were made, changed or deleted. Call it after the commit.

    Never raises for a Redis that is away: what is committed stays done, and clients load everything
    anew when the stream comes back.
    """
    events = list(_events(table, ids, deleted))
    if not events:
        return
    stream = f"igny8:{{{account_id}}}:events"
    try:
        async with state().pipeline(transaction=False) as pipe:
            for event in events:
                pipe.xadd(stream, {"event": event}, maxlen=MAX_LENGTH, approximate=True)
            await pipe.execute()
    except UNREACHABLE as error:
        log.warning("changes of %s could not be told: %s", table, error)


def _events(table: str, ids: Iterable[UUID], deleted: bool) -> Iterator[bytes]:
    remaining = iter(ids)
    while some := list(itertools.islice(remaining, CHUNK)):
        yield msgspec.json.encode({"type": "rows", "table": table, "ids": some, "deleted": deleted})
