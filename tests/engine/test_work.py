"""The way of an item: what becomes of it when its work fails, is interrupted or has been done."""

import uuid
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from pipeline import connections as open_connections
from pipeline import heartbeat, isolation, ledger, queue
from pipeline.advance import advance
from pipeline.errors import (
    AIAuthError,
    AIProviderError,
    ContentPolicyError,
    RetryLater,
    WorkerDiedError,
)
from pipeline.settings import settings
from pipeline.stage import STAGES, Job, Outcomes, Work
from tests.engine import fakes
from tests.engine.fakes import Fate


async def claim(key: queue.RunKey, number: int = 2, batch: int = 5) -> queue.Claim:
    claim = await queue.claim(key, "a turn", uuid.uuid4().hex, 60.0, [(number, batch)])
    assert isinstance(claim, queue.Claim)
    return claim


async def opened(account: UUID, count: int = 1, **options: Any) -> queue.RunKey:
    key = await fakes.start(account, count, **options)
    await advance(key)
    return key


async def error_of(key: queue.RunKey, number: int = 2) -> dict[str, Any]:
    query = "select error from run_item where run_id = $1 and stage = $2 and error is not null"
    found: dict[str, Any] = await fakes.one(query, key.run, number)
    return found


async def counted(key: queue.RunKey, what: str, item: UUID) -> int:
    name = key.meta.replace("meta", f"s2:{what}")
    return int(await open_connections.state().hget(name, str(item)) or 0)


async def test_a_failed_item_keeps_the_error_a_person_is_shown(account: UUID, fate: Fate) -> None:
    key = await opened(account, 2)
    fate.errors[2, next(iter(await fakes.items(key, 2)))] = ContentPolicyError("not this")
    await fakes.do(await claim(key))
    error = await error_of(key)
    assert error["status"] == "error"
    assert error["error_type"] == "ContentPolicyError"
    assert error["user_message"] == "The AI service declined this item: not this"
    assert error["action"]["label"] == "Edit item"
    assert error["retryable"] is False
    assert sorted((await fakes.items(key, 2)).values()) == ["completed", "failed"]
    await fakes.same_in_redis(key)


async def test_a_bug_fails_the_item_and_its_text_stays_in_the_log(
    account: UUID, fate: Fate, caplog: pytest.LogCaptureFixture
) -> None:
    fate.errors[2] = KeyError("a secret")
    key = await opened(account)
    await fakes.do(await claim(key))
    error = await error_of(key)
    assert error["error_type"] == "InternalError"
    assert "secret" not in str(error)
    assert "a secret" in caplog.text
    assert error["error_id"] in caplog.text


async def test_a_bug_in_saving_fails_the_item_and_charges_nothing(
    account: UUID, fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
        await connection.execute("insert into nowhere values (1)")

    monkeypatch.setitem(STAGES, 2, msgspec.structs.replace(STAGES[2], save=broken))
    key = await opened(account)
    await fakes.do(await claim(key))
    assert list((await fakes.items(key, 2)).values()) == ["failed"]
    assert await fakes.one("select count(*) from credit_entry where kind = 'charge'") == 0
    await fakes.same_in_redis(key)


async def test_an_error_worth_another_try_puts_the_item_back_until_attempts_run_out(
    account: UUID, fate: Fate
) -> None:
    fate.errors[2] = RetryLater(AIProviderError("busy"), delay=30)
    key = await opened(account)
    item = next(iter(await fakes.items(key, 2)))
    for attempt in range(1, settings().provider_attempts):
        await fakes.do(await claim(key))
        assert await fakes.items(key, 2) == {item: "queued"}
        assert await counted(key, "attempts", item) == attempt
        assert await queue.claim(key, "a turn", "early", 60.0, [(2, 1)]) == queue.Refused("NONE")
        order = key.meta.replace("meta", "s2:order")
        await open_connections.state().zadd(order, {str(item): 0})
    await fakes.do(await claim(key))
    assert await fakes.items(key, 2) == {item: "failed"}
    assert (await error_of(key))["error_type"] == "AIProviderError"


async def test_a_busy_service_costs_no_attempt(account: UUID, fate: Fate) -> None:
    fate.errors[2] = RetryLater(AIProviderError("429"), delay=0.001, counts=False)
    key = await opened(account)
    item = next(iter(await fakes.items(key, 2)))
    await fakes.do(await claim(key))
    assert await counted(key, "attempts", item) == 0
    assert await fakes.items(key, 2) == {item: "queued"}


async def test_a_refused_key_stops_the_run_and_gives_the_items_back(
    account: UUID, fate: Fate
) -> None:
    fate.errors[2] = AIAuthError("the key was refused")
    key = await opened(account, 2)
    await fakes.do(await claim(key))
    assert await fakes.status(key) == "failed"
    assert set((await fakes.items(key, 2)).values()) == {"queued"}
    error = await fakes.one("select error from automation_run where id = $1", key.run)
    assert error["user_message"] == "The AI service refused the request: the key was refused"
    assert error["action"]["label"] == "Open Settings"
    await fakes.same_in_redis(key)


async def test_without_any_key_the_run_stops_and_says_so(
    account: UUID, fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    settings.cache_clear()
    fate.errors[2] = AIAuthError("OPENAI_API_KEY is not set")
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "failed"


async def dies(key: queue.RunKey, *dead: queue.Claim) -> None:
    """The worker that had these claims dies."""
    leases = key.meta.replace("meta", "leases")
    names = {f"{claimed.stage}:{claimed.token}": 1 for claimed in dead}
    await open_connections.state().zadd(leases, names)
    await queue.reap(key)


async def test_an_item_whose_worker_died_ever_again_fails_without_another_try(
    account: UUID, fate: Fate
) -> None:
    key = await opened(account)
    for _ in range(settings().max_worker_deaths):
        await dies(key, await claim(key))
    await fakes.do(await claim(key))
    assert (await error_of(key))["error_type"] == WorkerDiedError.__name__
    assert fate.worked == []


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """Items that kill the process of their own; whoever is with them in it dies with them."""
    deadly: set[UUID] = set()

    async def run(work: Work, job: Job) -> Outcomes:
        if deadly & {item.id for item in job.items}:
            raise isolation.Died
        return await work(job)

    monkeypatch.setattr(isolation, "run", run)
    return deadly


async def test_who_kills_its_own_process_as_its_worker_before_fails_and_its_neighbours_end_well(
    account: UUID, fate: Fate, deadly: set[UUID]
) -> None:
    key = await opened(account, 3)
    dead = [await claim(key, batch=1) for _ in range(3)]
    await dies(key, *dead)
    deadly.add(guilty := dead[0].items[0].id)
    for again in [await claim(key, batch=1) for _ in range(3)]:
        await fakes.do(again)
    ended = await fakes.items(key, 2)
    assert {item for item, status in ended.items() if status == "failed"} == {guilty}
    assert sorted(ended.values()) == ["completed", "completed", "failed"]
    assert (await error_of(key))["error_type"] == WorkerDiedError.__name__


async def test_of_a_batch_that_kills_its_own_process_each_item_goes_alone(
    account: UUID, fate: Fate, deadly: set[UUID]
) -> None:
    key = await opened(account, 3)
    dead = await claim(key)
    await dies(key, dead)
    deadly.add(guilty := dead.items[1].id)
    await fakes.do(await claim(key))
    alone = [await claim(key) for _ in range(3)]
    assert [len(claimed.items) for claimed in alone] == [1, 1, 1]
    for claimed in alone:
        await fakes.do(claimed)
    ended = await fakes.items(key, 2)
    assert {item for item, status in ended.items() if status == "failed"} == {guilty}


async def test_a_worker_that_dies_beside_the_process_of_an_item_is_not_its_fault(
    account: UUID, fate: Fate, deadly: set[UUID]
) -> None:
    key = await opened(account)
    for _ in range(3):
        await dies(key, await claim(key))
    await fakes.do(await claim(key))
    assert list((await fakes.items(key, 2)).values()) == ["completed"]


async def test_work_that_was_saved_before_its_worker_died_is_not_done_again(
    account: UUID, fate: Fate
) -> None:
    key = await opened(account)
    first = await claim(key)
    items, _ = await ledger.begin(key.run, 2, [(h.id, h.attempt) for h in first.items])
    job = Job(account, key.run, 2, fakes.OPTIONS, items, lambda *_, **__: None)
    await ledger.finish(STAGES[2], job, {items[0].id: fate.of(2, items[0].id)})  # type: ignore[dict-item]
    await open_connections.state().zadd(key.meta.replace("meta", "leases"), {f"2:{first.token}": 1})
    await queue.reap(key)
    await fakes.do(await claim(key))
    assert len(fate.worked) == 1
    assert await fakes.one("select count(*) from content_idea") == 2
    await fakes.same_in_redis(key)


async def test_a_worker_that_stops_gives_the_attempt_back(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await opened(account)
    held = await claim(key)
    monkeypatch.setattr(pulse, "shutting_down", True)
    await fakes.do(held)
    item = held.items[0].id
    assert await fakes.items(key, 2) == {item: "queued"}
    assert await counted(key, "attempts", item) == 0
    assert fate.worked == []


async def test_an_outcome_comes_once_though_two_workers_had_the_item(
    account: UUID, fate: Fate
) -> None:
    key = await opened(account)
    late = await claim(key)
    await open_connections.state().zadd(key.meta.replace("meta", "leases"), {f"2:{late.token}": 1})
    await queue.reap(key)
    fate.errors[2] = AIProviderError("no")
    await fakes.do(await claim(key))
    fate.errors.clear()
    await fakes.do(late)
    assert list((await fakes.items(key, 2)).values()) == ["failed"]
    assert await fakes.one("select count(*) from credit_entry where kind = 'charge'") == 0
    await fakes.same_in_redis(key)
