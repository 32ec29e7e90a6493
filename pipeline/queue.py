"""The sets of a run's stages in Redis: the only place that knows a Redis key of a run.

    igny8:{account}:run:<run>:   (one hash tag an account, so a script's keys share a slot)
      meta            hash   status, version, concurrency, first, last, s<n> (open or closed), …
      s<n>:pending    set  \\
      s<n>:processing set   | an item of stage n is in exactly one of them
      s<n>:completed  set   |
      s<n>:failed     set   |
      s<n>:cancelled  set  /
      s<n>:order      zset   the pending ones by position; a delayed one by the time it is due
      s<n>:attempts   hash   item → claims so far, less those given back
      s<n>:deaths     hash   item → how often its worker died
      s<n>:alone      set    those that are claimed without others: one of them kills its process
      claim:<token>   set    the items a claim holds
      settled:<token> string for a minute: the claim's children have entered
      leases          zset   <n>:<token> → deadline in Redis milliseconds
      slots           zset   turn → deadline: who may have a call in flight
      partial         hash   <n>:<item> → share of its work that is done, in 1/1000
      steps           list   the run's step log, newest last
      preparing       string who prepares the first stage, while they do
    igny8:{account}:events   stream of the account's changes

Everything here can be rebuilt from PostgreSQL (`rebuild.py`). Each function is one Lua script, and
each script can be sent twice without harm.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from redis.commands.core import AsyncScript, Script

from db.status import GenerationStatus, RunStatus, StageStatus
from pipeline.connections import state

LUA = Path(__file__).parent / "lua"
FILL_CHUNK = 1000
"""Items entered by one script call: about 10 ms of Redis."""


class RunKey(msgspec.Struct, frozen=True):
    """Which run, of which account."""

    account: UUID
    run: UUID

    @property
    def meta(self) -> str:
        return f"igny8:{{{self.account}}}:run:{self.run}:meta"

    @property
    def events(self) -> str:
        return f"igny8:{{{self.account}}}:events"


class Held(msgspec.Struct, frozen=True):
    """An item as claimed: how many claims it has had and how often its worker died."""

    id: UUID
    attempt: int
    deaths: int


class Claim(msgspec.Struct, frozen=True):
    """Items of one stage held by one token until the lease ends or all of them are settled.

    pending, processing and ended are the stage's counts just after the claim, `version` is the
    run's.
    """

    key: RunKey
    stage: int
    token: str
    items: list[Held]
    pending: int = 0
    processing: int = 0
    ended: int = 0
    version: int = 0

    @property
    def total(self) -> int:
        return self.pending + self.processing + self.ended


class Refused(msgspec.Struct, frozen=True):
    """Nothing was claimed: UNKNOWN run, FULL, NONE due, or the run's status if not running."""

    why: str


class Settled(msgspec.Struct, frozen=True):
    """What `settle` did: items this token no longer held, whether the stage has none left open."""

    lost: int
    drained: bool
    entered: int


class StageLook(msgspec.Struct, frozen=True):
    """One stage as the keeper sees it."""

    stage: int
    status: StageStatus
    due: int
    open: int


class Look(msgspec.Struct, frozen=True):
    """A run as the keeper sees it; `idle` is seconds since the last claim."""

    status: RunStatus
    version: int
    free: int
    idle: float
    stages: list[StageLook]


def source(name: str) -> bytes:
    """A script's text with the prelude before it."""
    return (LUA / "prelude.lua").read_bytes() + (LUA / f"{name}.lua").read_bytes()


@cache
def _script(name: str) -> AsyncScript:
    return AsyncScript(None, source(name))  # type: ignore[arg-type]


Argument = str | int | float


def _flat(rows: Iterable[Iterable[Argument]]) -> list[Argument]:
    """Rows of arguments as one list."""
    return [value for row in rows for value in row]


async def _call(name: str, key: RunKey, *args: Argument) -> Any:
    return await _script(name)(keys=[key.meta, key.events], args=args, client=state())


async def sync(
    key: RunKey, *, status: RunStatus, version: int, concurrency: int, first: int, last: int
) -> bool:
    """Tell Redis what PostgreSQL says of the run; True if Redis did not know it."""
    args = (status.value, version, concurrency, str(key.run), first, last)
    return bool(await _call("sync", key, *args))


async def fill(key: RunKey, stage: int, items: Iterable[tuple[UUID, str, int, int]]) -> int:
    """Enter (item, status, position, attempts) that the sets do not know yet; how many were new."""
    flat = [(str(i), status, position, attempts) for i, status, position, attempts in items]
    new = 0
    for start in range(0, len(flat), FILL_CHUNK):
        part = _flat(flat[start : start + FILL_CHUNK])
        new += int(await _call("fill", key, stage, *part))
    return new


async def set_stage(key: RunKey, stage: int, status: StageStatus) -> None:
    """Note that a stage has all its items (open) or has ended (closed)."""
    await _call("stage", key, stage, status.value)


async def claim(
    key: RunKey,
    turn: str,
    token: str,
    lease: float,
    stages: Sequence[tuple[int, int]],
) -> Claim | Refused:
    """Take due items of the first of `stages` ((stage, batch)..) that has any, for `lease` s.

    `turn` is who claims: it takes one slot of the run's concurrency with its first claim, and
    keeps it until it leaves (`leave`).
    """
    answer = await _call("claim", key, turn, token, round(lease * 1000), *_flat(stages))
    if answer[0] != b"OK":
        return Refused(answer[0].decode())
    held = [
        Held(UUID(answer[i].decode()), answer[i + 1], answer[i + 2])
        for i in range(6, len(answer), 3)
    ]
    return Claim(key, answer[1], token, held, *answer[2:6])


async def leave(key: RunKey, turn: str) -> None:
    """Give back the slot of a turn."""
    await state().zrem(key.meta.removesuffix("meta") + "slots", turn)


async def settle(
    claim: Claim,
    outcomes: dict[UUID, GenerationStatus],
    *,
    seconds: float = 0.0,
    children: Sequence[tuple[UUID, int]] = (),
) -> Settled:
    """Move items to the outcomes PostgreSQL has; enter children ((item, position)..) after them."""
    moves = _flat((str(item), status.value) for item, status in outcomes.items())
    entering = _flat((str(item), position) for item, position in children)
    lost, drained, entered = await _call(
        "settle",
        claim.key,
        claim.stage,
        claim.token,
        round(seconds * 1000),
        len(outcomes),
        *moves,
        *entering,
    )
    return Settled(lost, bool(drained), entered)


async def release(
    claim: Claim,
    items: Iterable[UUID],
    *,
    delay: float = 0.0,
    refund: bool = False,
    alone: bool = False,
) -> int:
    """Give items back, due after `delay` s; `refund` does not count the attempt.

    With `alone` each of them is claimed without others from now on.
    """
    ids = [str(item) for item in items]
    how = round(delay * 1000), int(refund), int(alone)
    return int(await _call("release", claim.key, claim.stage, claim.token, *how, *ids))


async def overdue(key: RunKey, limit: int = 500) -> tuple[int, dict[int, list[UUID]]]:
    """What dead workers hold, by stage, and when that was in Redis ms: 0 if none is dead."""
    until, *found = await _call("overdue", key, limit)
    stages: dict[int, list[UUID]] = {}
    for stage, item in zip(found[::2], found[1::2], strict=True):
        stages.setdefault(stage, []).append(UUID(item.decode()))
    return until, stages


async def reap(key: RunKey, limit: int = 500, until: int | None = None) -> int:
    """Take back what dead workers held (by `until`, in Redis ms); how many items."""
    return int(await _call("reap", key, limit, "" if until is None else until))


async def reopen(key: RunKey, stage: int, items: Sequence[tuple[UUID, int]]) -> int:
    """Put (item, position) back into pending after a person's retry; how many moved."""
    moved = 0
    for start in range(0, len(items), FILL_CHUNK):
        part = _flat((str(item), position) for item, position in items[start : start + FILL_CHUNK])
        moved += int(await _call("reopen", key, stage, *part))
    return moved


async def restore(
    key: RunKey, version: int, stage: int, items: Sequence[tuple[UUID, str, int]]
) -> int:
    """Put (item, status, position) of an ended run where PostgreSQL has them; how many moved."""
    moved = 0
    for start in range(0, len(items), FILL_CHUNK):
        part = _flat(
            (str(i), status, place) for i, status, place in items[start : start + FILL_CHUNK]
        )
        moved += int(await _call("restore", key, version, stage, *part))
    return moved


async def cancel(key: RunKey, version: int) -> int:
    """Cancel everything open; how many items."""
    return int(await _call("cancel", key, version))


async def tell(
    key: RunKey,
    stage: int,
    now: tuple[str, str, str],
    shares: Mapping[UUID | str, float],
    steps: Sequence[bytes],
) -> None:
    """Report work under way: (phase, message, current item), shares done (0 to 1), new steps."""
    pairs = _flat((str(i), round(share * 1000)) for i, share in shares.items())
    await _call("tell", key, stage, *now, *pairs, "|", *(step.decode() for step in steps))


async def look(key: RunKey) -> Look | None:
    """The run as the keeper needs it; None when Redis does not know it."""
    answer = await _call("look", key)
    if not answer:
        return None
    stages = [
        StageLook(answer[i], StageStatus(answer[i + 1].decode()), answer[i + 2], answer[i + 3])
        for i in range(4, len(answer), 4)
    ]
    status = RunStatus(answer[0].decode())
    return Look(status, answer[1], answer[2], answer[3] / 1000, stages)


async def snapshot(key: RunKey) -> list[Any]:
    """Raw material of `progress.read`: see `lua/snapshot.lua`. Empty when Redis forgot the run."""
    answer: list[Any] = await _call("snapshot", key)
    return answer


async def raise_best(key: RunKey, percentage: float) -> float:
    """Remember the highest percentage shown and return it."""
    return float(await _call("raise", key, f"{percentage:.4f}"))


async def expire(key: RunKey, seconds: int | None) -> None:
    """Let the run's keys go after `seconds`; None keeps them."""
    await _call("expire", key, -1 if seconds is None else seconds)


async def forget(key: RunKey) -> None:
    """Drop all that Redis has of a run, and let the account's clients load everything anew."""
    await _call("forget", key)


async def status(key: RunKey) -> RunStatus | None:
    """The run's status as Redis has it; None when it does not know the run."""
    raw: Any = await state().hget(key.meta, "status")
    return None if raw is None else RunStatus(raw.decode())


def for_heartbeat(client: Any) -> tuple[Script, Script]:
    """`renew` and `adopt` on a synchronous client: the heartbeat is a thread of its own."""
    return Script(client, source("renew")), Script(client, source("adopt"))
