"""Questions whose answers are kept: what was answered once is not asked again after a crash.

The key of an answer is a hash of account, model and the whole prompt, so another model, wording or
set of keywords is another question.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from db.status import Granularity
from piccolo_conf import DB
from pipeline import prompts, provider
from pipeline.errors import RetryLater
from pipeline.settings import settings
from pipeline.stage import Usage

Answer = TypeVar("Answer")
FUNCTION = "auto_cluster"
LONGEST_WAIT = 60.0


class Asker(msgspec.Struct):
    """Who asks, and how fine the answer is to be.

    A patient one waits and tries again itself where others leave it to the engine.
    """

    account_id: UUID
    usage: Usage
    patient: bool = False
    granularity: Granularity = Granularity.NEED

    async def ask(
        self, name: str, data: Any, answer: type[Answer], check: Callable[[Answer], list[str]]
    ) -> Answer:
        """The answer to prompt `name` about `data`. Raises as `provider.ask` does."""
        prompt = prompts.fill(name, data)
        model = settings().model_for(FUNCTION)
        key = key_for(self.account_id, model, prompt.system, prompt.user)
        known = await recall(self.account_id, key, answer)
        if known is not None:
            return known

        async def question() -> Answer:
            return await provider.ask(
                prompt, answer, function=FUNCTION, usage=self.usage, check=check
            )

        given = await self.persist(question)
        await remember(self.account_id, key, given)
        return given

    async def persist(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """`call()`; a patient asker repeats it, longer apart each time, then raises the cause.

        Pauses that the service asks for (429) are no failures: they are waited for without end.
        """
        failures = 0
        while True:
            if self.patient and (wait := await provider.cool_down()) > 0:
                await asyncio.sleep(wait)
            try:
                return await call()
            except RetryLater as later:
                if not self.patient:
                    raise
                failures += later.counts
                if failures >= settings().provider_attempts:
                    raise later.cause from later
                await asyncio.sleep(min(LONGEST_WAIT, later.delay * 2 ** max(0, failures - 1)))


def key_for(*parts: object) -> str:
    """A key of 64 characters that is another one when any part is."""
    return hashlib.sha256(msgspec.json.encode([str(part) for part in parts])).hexdigest()


async def recall(account_id: UUID, key: str, kind: type[Answer]) -> Answer | None:
    """What was remembered under `key`, if it is still of this shape."""
    async with DB.connection() as connection:
        found = await connection.fetchval(
            "SELECT answer FROM answer_cache WHERE account_id = $1 AND id = $2", account_id, key
        )
    try:
        return None if found is None else msgspec.convert(found, kind)
    except msgspec.ValidationError:
        return None


async def remember(account_id: UUID, key: str, answer: Any) -> None:
    """Keep `answer` under `key`."""
    async with DB.connection() as connection:
        await connection.execute(
            """
            INSERT INTO answer_cache (id, account_id, answer, created_at)
            VALUES ($1, $2, $3, now())
            ON CONFLICT (id) DO UPDATE SET answer = excluded.answer
            """,
            *(key, account_id, msgspec.json.encode(answer).decode()),
        )


async def each(calls: Iterable[Callable[[], Awaitable[None]]], concurrency: int) -> None:
    """Run all `calls`, at most `concurrency` at a time.

    After a failure none is started, those under way finish (their answers are kept), then the
    first failure is raised.
    """
    waiting = iter(calls)
    failures: list[Exception] = []

    async def work() -> None:
        for call in waiting:
            try:
                await call()
            except Exception as error:  # noqa: BLE001 - raised below
                failures.append(error)
            if failures:
                return

    async with asyncio.TaskGroup() as tasks:
        for _ in range(concurrency):
            tasks.create_task(work())
    if failures:
        raise failures[0]
