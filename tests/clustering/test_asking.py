import asyncio
from functools import partial
from uuid import UUID

import pytest

from pipeline.clustering.asking import Asker, each, key_for, recall, remember
from pipeline.errors import AIProviderError, RetryLater
from pipeline.stage import Usage


def test_a_key_is_another_one_when_any_part_is() -> None:
    keys = {key_for("a", "b"), key_for("ab", ""), key_for("", "ab"), key_for("a", "b", "")}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {64}


async def test_what_is_remembered_is_recalled_by_its_account_only(account: UUID) -> None:
    await remember(account, "k" * 64, {"a": 1})
    assert await recall(account, "k" * 64, dict) == {"a": 1}
    assert await recall(account, "k" * 64, list) is None
    assert await recall(UUID(int=1), "k" * 64, dict) is None


async def test_no_more_calls_run_at_once_than_allowed() -> None:
    running, most = 0, 0

    async def call() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await each([call] * 20, 3)
    assert most == 3


async def test_after_a_failure_none_is_started_and_those_under_way_finish() -> None:
    done: list[int] = []
    failed = asyncio.Event()

    async def call(number: int) -> None:
        if number == 1:
            failed.set()
            raise AIProviderError("away")
        await failed.wait()
        done.append(number)

    with pytest.raises(AIProviderError, match="away"):
        await each([partial(call, number) for number in range(10)], 2)
    assert done == [0]


async def test_a_patient_asker_tries_again_and_then_tells_the_cause(
    ai: object, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = Asker(UUID(int=1), Usage(), patient=True)
    calls = 0

    async def call() -> int:
        nonlocal calls
        calls += 1
        if calls < 4:
            raise RetryLater(AIProviderError("away"), delay=0.0, counts=calls < 3)
        return calls

    assert await asker.persist(call) == 4
    calls = -1000
    with pytest.raises(AIProviderError, match="away"):
        await asker.persist(call)


async def test_others_leave_it_to_the_engine(db: None) -> None:
    async def call() -> None:
        raise RetryLater(AIProviderError("away"), delay=0.0)

    with pytest.raises(RetryLater):
        await Asker(UUID(int=1), Usage()).persist(call)
