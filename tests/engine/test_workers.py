"""Whole runs by real worker processes on the demo service, through kills, wipes and refusals."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pipeline import connections as open_connections
from pipeline import controls, queue
from pipeline.local.servers import Servers
from pipeline.options import RunOptions
from tests.conftest import DEMO_MODELS, WORKERS
from tests.demo_control import Demo
from tests.engine import fakes
from tests.support import start_module, stop

pytestmark = pytest.mark.slow

LIMIT = 90.0
OPTIONS = RunOptions(ideas_per_cluster=1, target_words=200, images_per_article=1)
QUICK = {"LEASE_SECONDS": "2"}
Words = tuple[str, ...]
ITEMS = {2: 3, 3: 3, 4: 3, 5: 3, 6: 6, 7: 3}
"""Items a stage has in a run over three clusters."""


class Crew:
    """Text worker, image worker and keeper; any of them may be killed and started anew."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.log, self.environment = log, environment
        self.members: dict[Words, subprocess.Popen[bytes]]
        self.members = {words: self._start(words) for words in WORKERS}

    def _start(self, words: Words) -> "subprocess.Popen[bytes]":
        return start_module(*words, log=self.log, environment=self.environment)

    def end(self, words: Words, number: int, wait: float = 15.0) -> int:
        """Send a signal and wait for the end; the exit code."""
        os.kill(self.members[words].pid, number)
        return self.members[words].wait(wait)

    def again(self, words: Words) -> None:
        self.members[words] = self._start(words)

    def dismiss(self) -> None:
        for member in self.members.values():
            member.terminate()
        for member in self.members.values():
            stop(member)


@pytest.fixture
def crew(
    servers: Servers, db: None, demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Crew]:
    log = servers.data / "crew.log"
    crew = Crew(log, {**DEMO_MODELS, **QUICK, "OPENAI_BASE_URL": demo_url})
    yield crew
    crew.dismiss()


@pytest.fixture
async def demo(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    demo = Demo(demo_url, monkeypatch)
    await demo.reset()
    yield demo
    await demo.reset()
    await demo.close()


TEXT, IMAGES, KEEPER = WORKERS


async def until(what: str, condition: Callable[[], Awaitable[bool]], crew: Crew) -> None:
    """Wait for a condition; fail with the end of the workers' log."""
    try:
        async with asyncio.timeout(LIMIT):
            while not await condition():  # noqa: ASYNC110 - the state is elsewhere
                await asyncio.sleep(0.05)
    except TimeoutError:
        pytest.fail(f"not {what}:\n{crew.log.read_text(errors='replace')[-3000:]}")


async def has_status(key: queue.RunKey, *wanted: str) -> bool:
    return await fakes.status(key) in wanted


async def ends(key: queue.RunKey, crew: Crew) -> str:
    ended = ("completed", "failed", "cancelled")
    await until("ended", lambda: has_status(key, *ended), crew)
    return await fakes.status(key)


async def start(account: UUID, count: int = 3) -> queue.RunKey:
    chosen = []
    for n in range(count):
        cluster = await fakes.one(
            "insert into cluster (account_id, name, key) values ($1, $2, $2) returning id",
            account,
            f"tea pot {n}",
        )
        for word in ("best", "cheap", "how to clean"):
            await fakes.one(
                "insert into keyword (account_id, text, key, cluster_id) values ($1, $2, $2, $3)",
                account,
                f"{word} tea pot {n}",
                cluster,
            )
        chosen.append(cluster)
    run = await controls.start(
        account, first_stage=2, last_stage=7, selection=chosen, options=OPTIONS
    )
    return queue.RunKey(account, run)


async def calls_wait(demo: Demo, match: str, count: int) -> bool:
    held = (await demo.stats())["held"]
    return int(held.get(match, 0)) >= count


async def check_whole(key: queue.RunKey) -> None:
    """Every item once, completed, charged once; every row there once; nothing held."""
    for number, count in ITEMS.items():
        assert list((await fakes.items(key, number)).values()) == ["completed"] * count
    charged = await fakes.rows(
        "select stage, count(*), count(distinct item_id) from credit_entry"
        " where run_id = $1 and kind = 'charge' group by stage order by stage",
        key.run,
    )
    assert charged == [(n, ITEMS[n], ITEMS[n]) for n in (2, 4, 5, 6)]
    for table, count in (("content_idea", 3), ("task", 3), ("content", 3), ("image", 6)):
        query = f"select count(*) from {table} where account_id = $1"
        assert await fakes.one(query, key.account) == count
    held = "select coalesce(sum(held), 0)::int from credit_entry where run_id = $1"
    assert await fakes.one(held, key.run) == 0
    await fakes.books(key.account)
    await fakes.same_in_redis(key)


async def test_a_run_of_six_stages_asks_once_for_each_thing(
    account: UUID, crew: Crew, demo: Demo
) -> None:
    key = await start(account)
    assert await ends(key, crew) == "completed"
    await check_whole(key)
    stats = await demo.stats()
    assert stats["repeated"] == {}
    assert stats["paths"]["/images/generations"] == 6


@pytest.mark.parametrize("match", ["Article", "images"])
async def test_a_killed_worker_loses_and_doubles_nothing(
    account: UUID, crew: Crew, demo: Demo, match: str
) -> None:
    words, gate = (TEXT, '"Article"') if match == "Article" else (IMAGES, "demo-image")
    await demo.hold(gate)
    key = await start(account)
    await until("at work", lambda: calls_wait(demo, gate, 3), crew)
    crew.end(words, signal.SIGKILL)
    crew.again(words)
    await demo.hold(gate, hold=False)
    assert await ends(key, crew) == "completed"
    await check_whole(key)


async def test_a_wiped_redis_is_filled_again_and_calls_in_flight_count(
    account: UUID, crew: Crew, demo: Demo
) -> None:
    await demo.hold('"Article"')
    key = await start(account)
    await until("at work", lambda: calls_wait(demo, '"Article"', 3), crew)
    await open_connections.state().flushall()

    async def taken_back() -> bool:
        looked = await queue.snapshot(key)
        return bool(looked) and [counts[1] for counts in looked[1]][2] == 3

    await until("taken back", taken_back, crew)
    await demo.hold('"Article"', hold=False)
    assert await ends(key, crew) == "completed"
    await check_whole(key)
    assert (await demo.stats())["schemas"]["Article"] == 3


async def test_a_paused_run_asks_nothing_new_and_goes_on(
    account: UUID, crew: Crew, demo: Demo
) -> None:
    await demo.hold('"Article"')
    key = await start(account)
    await until("at work", lambda: calls_wait(demo, '"Article"', 3), crew)
    await controls.pause(account, key.run)
    await demo.hold('"Article"', hold=False)

    async def finished() -> bool:
        return list((await fakes.items(key, 4)).values()) == ["completed"] * 3

    await until("finished what was in flight", finished, crew)
    assert await fakes.items(key, 5) == {}
    await controls.resume(account, key.run)
    assert await ends(key, crew) == "completed"
    await check_whole(key)


async def test_a_cancel_closes_the_calls_in_flight(account: UUID, crew: Crew, demo: Demo) -> None:
    await demo.hold('"Article"')
    key = await start(account)
    await until("at work", lambda: calls_wait(demo, '"Article"', 3), crew)
    await controls.cancel(account, key.run)

    async def closed() -> bool:
        return bool((await demo.stats())["concurrent"]["now"] == 0)

    async with asyncio.timeout(5):
        await until("closed", closed, crew)
    assert set((await fakes.items(key, 4)).values()) == {"cancelled"}
    await fakes.same_in_redis(key)
    await fakes.books(account)
    held = "select coalesce(sum(held), 0)::int from credit_entry where run_id = $1"
    assert await fakes.one(held, key.run) == 0


async def test_a_worker_told_to_end_gives_its_items_back(
    account: UUID, crew: Crew, demo: Demo
) -> None:
    await demo.hold('"Article"')
    key = await start(account)
    await until("at work", lambda: calls_wait(demo, '"Article"', 3), crew)
    assert crew.end(TEXT, signal.SIGTERM) == 0
    assert set((await fakes.items(key, 4)).values()) == {"queued"}
    meta = key.meta.removesuffix("meta")
    attempts: dict[Any, Any] = await open_connections.state().hgetall(f"{meta}s4:attempts")
    assert set(attempts.values()) <= {b"0"}
    assert await open_connections.state().hlen(f"{meta}s4:deaths") == 0
    await demo.hold('"Article"', hold=False)
    crew.again(TEXT)
    assert await ends(key, crew) == "completed"
    await check_whole(key)


async def test_a_refused_key_stops_the_run_and_resume_goes_on_once_it_is_mended(
    account: UUID, crew: Crew, demo: Demo
) -> None:
    await demo.fault("401", match='"Article"')
    key = await start(account)
    assert await ends(key, crew) == "failed"
    error = await fakes.one("select error from automation_run where id = $1", key.run)
    assert (error["error_type"], error["stage"]) == ("AIAuthError", 4)

    async def given_back() -> bool:
        return set((await fakes.items(key, 4)).values()) == {"queued"}

    await until("given back", given_back, crew)
    await demo.reset()
    await controls.resume(account, key.run)
    assert await ends(key, crew) == "completed"
    await check_whole(key)


async def test_a_declined_item_is_retried_after_the_end(
    account: UUID, crew: Crew, demo: Demo
) -> None:
    await demo.fault("policy", match='"Article"', count=1)
    key = await start(account)
    assert await ends(key, crew) == "completed"
    failed = [i for i, s in (await fakes.items(key, 4)).items() if s == "failed"]
    assert len(failed) == 1
    receipt = await controls.retry(account, key.run)
    assert receipt.retried == {4: failed}
    assert await ends(key, crew) == "completed"
    await check_whole(key)
