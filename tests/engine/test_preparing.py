"""Only one worker prepares a run's first stage, whatever becomes of its lock in Redis."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec
import pytest

from db.columns import uuid7
from pipeline import connections, preparing, progress, queue
from pipeline.advance import advance
from pipeline.options import RunOptions
from pipeline.settings import settings
from pipeline.stage import STAGES, Preparation
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import until

ITEMS = [uuid7(), uuid7()]


class Work:
    """A stage's preparation that lasts until it is told to end."""

    def __init__(self) -> None:
        self.begun, self.end = asyncio.Event(), asyncio.Event()

    async def __call__(self, preparation: Preparation) -> Sequence[UUID]:
        self.begun.set()
        await self.end.wait()
        return preparation.items[::-1]


@pytest.fixture
async def key(account: UUID, fate: Fate) -> queue.RunKey:
    """A run that Redis knows."""
    key = await fakes.start(account, count=1, last_stage=2)
    await advance(key)
    return key


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    work = Work()
    monkeypatch.setitem(STAGES, 2, msgspec.structs.replace(STAGES[2], prepare=work))
    return work


def begin(key: queue.RunKey) -> "asyncio.Task[Sequence[UUID] | None]":
    return asyncio.create_task(preparing.prepare(key, 2, RunOptions(), ITEMS, 1))


def lock(key: queue.RunKey) -> str:
    return key.meta.removesuffix("meta") + "preparing"


async def locked(key: queue.RunKey) -> bool:
    return bool(await connections.state().exists(lock(key)))


async def said(key: queue.RunKey) -> list[str]:
    now = await progress.read(key.account, key.run)
    return [step.message for step in now.steps] if now else []


async def test_while_one_prepares_another_does_not(key: queue.RunKey, work: Work) -> None:
    first = begin(key)
    await work.begun.wait()
    assert await begin(key) is None
    work.end.set()
    assert await first == ITEMS[::-1]


async def test_only_who_prepares_says_so(key: queue.RunKey, work: Work) -> None:
    before = await said(key)
    first = begin(key)
    await work.begun.wait()
    await begin(key)
    work.end.set()
    await first
    assert (await said(key))[len(before) :] == ["Preparing 2 clusters for idea generation"]


async def test_a_lock_that_redis_lost_is_taken_again(key: queue.RunKey, work: Work) -> None:
    first = begin(key)
    await work.begun.wait()
    await connections.state().delete(lock(key))
    await until(lambda: locked(key))
    assert await begin(key) is None
    work.end.set()
    assert await first == ITEMS[::-1]


async def test_who_lost_the_lock_to_another_stops_and_leaves_it_alone(
    key: queue.RunKey, work: Work
) -> None:
    first = begin(key)
    await work.begun.wait()
    await connections.state().set(lock(key), "another", px=round(settings().lease_seconds * 1e4))
    assert await first is None
    assert await connections.state().get(lock(key)) == b"another"
