"""Redis told anew from PostgreSQL, at any moment and more than once."""

import uuid
from uuid import UUID

from db.status import GenerationStatus
from pipeline import connections as open_connections
from pipeline import controls, queue
from pipeline.advance import advance
from pipeline.rebuild import rebuild
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account


async def half_done(account: UUID) -> queue.RunKey:
    """A run with one cluster done, one in flight, one pending."""
    key = await fakes.start(account, count=3)
    await advance(key)
    for settled in (True, False):
        claim = await queue.claim(key, "a turn", uuid.uuid4().hex, 60.0, [(2, 1)])
        assert isinstance(claim, queue.Claim)
        if settled:
            await fakes.do(claim)
    return key


async def test_a_forgotten_run_is_as_the_ledger_says(account: UUID, fate: Fate) -> None:
    key = await half_done(account)
    await open_connections.state().flushdb()
    assert await rebuild(key)
    counts = (await queue.snapshot(key))[1]
    assert counts == [[2, 0, 1, 0, 0], [0] * 5, [0] * 5]
    assert await fakes.go_on(key) == "completed"
    await fakes.same_in_redis(key)


async def test_rebuilding_a_known_run_changes_nothing(account: UUID, fate: Fate) -> None:
    key = await half_done(account)
    before = await queue.snapshot(key)
    for _ in range(2):
        assert await rebuild(key)
    assert (await queue.snapshot(key))[:4] == before[:4]


async def test_a_cancel_that_redis_has_missed_is_made_good(account: UUID, fate: Fate) -> None:
    """Redis knows the run as running and with a claim in flight."""
    key = await half_done(account)
    await fakes.one("update automation_run set status = 'cancelled', version = 2, ended_at = now()")
    await fakes.one("update run_item set status = 'cancelled' where status <> 'completed'")
    assert await rebuild(key)
    await fakes.same_in_redis(key)
    assert await open_connections.state().zcard(key.meta.replace("meta", "leases")) == 0


async def test_an_ended_run_is_kept_for_days_and_not_for_ever(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "completed"
    await open_connections.state().flushdb()
    await rebuild(key)
    names = [name async for name in open_connections.state().scan_iter(match="igny8:*run:*")]
    assert names
    for name in names:
        assert 0 < await open_connections.state().ttl(name) <= 3 * 86400


async def test_nobody_rebuilds_the_run_of_another_account(account: UUID, fate: Fate) -> None:
    key = await half_done(account)
    other = await new_account("Other", 5)
    assert not await rebuild(queue.RunKey(other, key.run))
    assert await queue.look(queue.RunKey(other, key.run)) is None


async def test_a_retry_in_a_forgotten_run_tells_all_of_it(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account)
    await fakes.go_on(key)
    item = next(iter(await fakes.items(key, 4)))
    failed = GenerationStatus.FAILED.value
    await fakes.one("update run_item set status = $2 where item_id = $1", item, failed)
    await open_connections.state().flushdb()
    assert (await controls.retry(account, key.run)).retried == {4: [item]}
    await fakes.same_in_redis(key)
