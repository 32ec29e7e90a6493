"""The pause after a 429 is everybody's."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pipeline import connections, provider
from pipeline.errors import AIProviderError, RetryLater
from pipeline.provider import pacing
from pipeline.provider.client import endpoint
from pipeline.stage import Usage
from tests.demo_control import Demo
from tests.provider.asks import ask_article, ask_groups
from tests.support import until


async def refuse(seconds: float) -> None:
    error = RetryLater(AIProviderError("429"), seconds, counts=False)
    await pacing.refused(endpoint(), error)


async def test_a_429_is_tried_later_and_does_not_count(demo: Demo) -> None:
    await demo.fault("429", seconds=3)
    with pytest.raises(RetryLater) as raised:
        await ask_groups()
    assert not raised.value.counts
    assert raised.value.delay == 3
    assert type(raised.value) is RetryLater


async def test_a_429_on_a_stream_is_the_same(demo: Demo) -> None:
    await demo.fault("429", seconds=3)
    with pytest.raises(RetryLater) as raised:
        await ask_article(on_words=lambda _: None)
    assert (raised.value.counts, raised.value.delay) == (False, 3)


ASKS: dict[str, Callable[[], Awaitable[object]]] = {
    "chat": ask_groups,
    "embed": lambda: provider.embed(["a"]),
    "draw": lambda: provider.draw("a", size="64x64", usage=Usage()),
}


@pytest.mark.parametrize("what", ASKS)
async def test_after_a_429_everybody_waits(demo: Demo, what: str) -> None:
    await demo.fault("429", seconds=5)
    assert await provider.cool_down() == 0
    with pytest.raises(RetryLater):
        await ASKS[what]()
    pacing.forget()  # as another process, which has Redis only
    assert 3 < await provider.cool_down() <= 5


async def test_the_longer_pause_stands(demo: Demo) -> None:
    for seconds in (9, 2):
        await refuse(seconds)
        pacing.forget()
    assert 7 < await provider.cool_down() <= 9


async def test_a_pause_ends(demo: Demo) -> None:
    await refuse(0.05)
    give_up = time.monotonic() + 5
    while await provider.cool_down() > 0:
        assert time.monotonic() < give_up


async def test_another_key_has_a_pause_of_its_own(demo: Demo) -> None:
    await refuse(9)
    demo.set(openai_api_key="another")
    assert await provider.cool_down() == 0


async def test_no_key_is_stored_in_redis(demo: Demo) -> None:
    demo.set(openai_api_key="demo")
    await ask_groups()
    await refuse(9)
    client = connections.state()
    names = [key.decode() async for key in client.scan_iter("provider:*")]
    assert len(names) == 3
    assert not any("demo:" in name or "/v1" in name for name in names)


async def test_after_a_refusal_calls_go_in_line_at_a_rate_that_suits(demo: Demo) -> None:
    await demo.fault("rate-limit", rate=20)
    left = 60

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            try:
                await asyncio.sleep(await provider.cool_down())
                await ask_groups()
            except RetryLater as later:
                left += 1
                await asyncio.sleep(later.delay)

    await asyncio.gather(*(worker() for _ in range(16)))
    found = (await demo.stats())["statuses"]
    assert found["200"] >= 60
    assert found["429"] <= 20  # as many as were under way at the first refusal, and a few


async def test_without_a_refusal_calls_ask_redis_nothing(demo: Demo) -> None:
    await ask_groups()
    client = connections.state()
    before = (await client.info("stats"))["total_commands_processed"]
    for _ in range(5):
        await ask_groups()
    assert (await client.info("stats"))["total_commands_processed"] - before <= 2


async def test_a_line_that_is_too_long_puts_the_item_back(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "LONGEST_WAIT", 0.0)
    await refuse(60)
    with pytest.raises(RetryLater, match="takes no more calls") as raised:
        await ask_groups()
    assert not raised.value.counts
    assert (await demo.stats())["calls"] == 0


async def test_a_refused_rate_is_come_near_to_again_and_not_passed_at_once(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time() * 1000)
    pace = f"provider:{endpoint().id}:pace"
    await refuse(0.01)  # begins the line
    in_line: Any = {"rate": 40, "ceiling": 38, "fell": now - 20_000}
    await connections.state().hset(pace, mapping=in_line)
    await refuse(0.01)
    found: list[Any] = await connections.state().hmget(pace, "rate", "ceiling")
    rate, ceiling = map(float, found)
    assert ceiling == 40
    assert 0.9 * ceiling < rate < ceiling
    # A slot so far ahead that the call still has to wait for it, however slow this machine is.
    monkeypatch.setattr(pacing, "LONGEST_WAIT", 3600.0)
    await connections.state().hset(pace, mapping={"slot": now + 600_000, "fell": now - 2000})
    waits = asyncio.create_task(pacing.turn(endpoint()))

    async def grown() -> float:
        return float(await connections.state().hget(pace, "rate"))  # type: ignore[misc, arg-type]

    async def changed() -> bool:
        return await grown() != rate

    await until(changed)
    assert rate < await grown() < 1.02 * rate
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
