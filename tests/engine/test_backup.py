"""Redis knows what PostgreSQL does not: it went back to a backup, or has a run no more."""

import asyncio
from uuid import UUID, uuid4

import pytest

from db.status import RunStatus
from pipeline import events, keeper, queue, turn
from pipeline.advance import advance
from tests.engine import fakes
from tests.engine.fakes import Fate


@pytest.fixture
async def watch(fate: Fate, db: None) -> keeper.Keeper:
    """A keeper that leads."""
    watch = keeper.Keeper()
    await watch.tick()
    return watch


async def test_a_run_that_went_back_to_a_backup_is_told_anew(
    account: UUID, watch: keeper.Keeper
) -> None:
    key = await fakes.start(account, count=2)
    await advance(key)
    before = await queue.look(key)
    await queue.sync(key, status=RunStatus.COMPLETED, version=99, concurrency=1, first=2, last=2)
    await watch.tick()
    after = await queue.look(key)
    assert before is not None
    assert after is not None
    assert (after.status, after.version) == (RunStatus.RUNNING, before.version)
    assert after.stages[0].due == 2


async def test_a_run_that_went_back_is_told_anew_to_those_who_follow(
    account: UUID, watch: keeper.Keeper
) -> None:
    key = await fakes.start(account, count=2)
    await advance(key)
    cursor = (await events.read(account, None)).position
    await queue.sync(key, status=RunStatus.PAUSED, version=99, concurrency=1, first=2, last=2)
    await watch.tick()
    assert (await events.read(account, cursor)).lost


async def test_a_bell_for_a_run_that_is_gone_makes_redis_forget_it(
    account: UUID, watch: keeper.Keeper
) -> None:
    ghost = queue.RunKey(account, uuid4())
    await queue.sync(ghost, status=RunStatus.RUNNING, version=1, concurrency=2, first=2, last=2)
    await queue.fill(ghost, 2, [(uuid4(), "queued", n, 0) for n in range(3)])
    await asyncio.wait_for(turn.answer_bell(2, str(account), str(ghost.run)), 10)
    assert await queue.look(ghost) is None
