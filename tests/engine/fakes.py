"""Stages 2 to 7 with trivial work and real rows, and the way a run goes through them in a test.

What becomes of an item is read from `Fate`: by default it succeeds.
"""

from typing import Any
from uuid import UUID, uuid4

import asyncpg

from db.columns import uuid7
from piccolo_conf import DB
from pipeline import controls, keeper, queue, turn, work
from pipeline.advance import advance
from pipeline.connections import state
from pipeline.errors import AIProviderError, ItemError
from pipeline.gate import Gate
from pipeline.messages import FUNCTIONS, NAMES
from pipeline.options import RunOptions
from pipeline.stage import STAGES, Done, Job, Outcomes, Stage

OPTIONS = RunOptions(ideas_per_cluster=2, target_words=200, images_per_article=1)


class Fate:
    """Errors by (stage, position) or stage; costs by stage; how often each item was worked on."""

    def __init__(self) -> None:
        self.errors: dict[int | tuple[int, UUID], BaseException] = {}
        self.costs: dict[int, int] = {}
        self.worked: list[tuple[int, UUID]] = []

    def of(self, stage: int, item: UUID) -> Done | ItemError:
        self.worked.append((stage, item))
        error = self.errors.get((stage, item)) or self.errors.get(stage)
        if isinstance(error, ItemError):
            return error
        if error is not None:
            raise error
        return Done(True, self.costs.get(stage))


SAVE = {
    3: "insert into task (account_id, idea_id, cluster_id, title, primary_keyword, content_type,"
    " target_words) select account_id, id, cluster_id, title, primary_keyword, content_type,"
    " target_words from content_idea where account_id = $1 and id = any($2)"
    " on conflict (idea_id) do nothing",
    4: "insert into content (account_id, task_id, title, slug, meta_title, meta_description,"
    " word_count) select account_id, id, title, left(id::text, 60), title, title, 210"
    " from task where account_id = $1 and id = any($2) on conflict (task_id) do nothing",
    5: "insert into image (account_id, content_id, kind, position, prompt, alt)"
    " select account_id, id, kind, place, title, title from content,"
    " (values ('featured', 0), ('in_article', 1)) as places (kind, place)"
    " where account_id = $1 and id = any($2) on conflict (content_id, kind, position) do nothing",
    6: "update image set path = id::text, width = 1, height = 1, size = 1"
    " where account_id = $1 and id = any($2)",
    7: "update content set status = 'review', review = '{\"result\": \"ready\"}'"
    " where account_id = $1 and id = any($2)",
}
IDEAS = """
    insert into content_idea (account_id, cluster_id, run_id, title, key, primary_keyword,
           content_type, target_words)
    select account_id, id, $3, name || ' ' || n, key || ' ' || n, name, 'guide', 200
    from cluster, generate_series(1, $4::int) as n where account_id = $1 and id = any($2)
    on conflict (cluster_id, key) do nothing
"""


def stage(number: int, fate: Fate) -> Stage:
    """A stage whose work is what fate says and whose saving makes the rows that follow."""

    async def work_on(job: Job) -> Outcomes:
        return {item.id: fate.of(number, item.id) for item in job.items}

    async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
        if number == 2:
            count = job.options.ideas_per_cluster
            await connection.execute(IDEAS, job.account_id, list(results), job.run_id, count)
        else:
            await connection.execute(SAVE[number], job.account_id, list(results))

    return Stage(
        number=number,
        function=FUNCTIONS[number],
        name=NAMES[number],
        queue="images" if number == 6 else "text",
        batch=2 if number in (3, 7) else 1,
        asks_provider=number not in (3, 7),
        work=work_on,
        save=save,
    )


def stages(fate: Fate) -> dict[int, Stage]:
    return {number: stage(number, fate) for number in range(2, 8)}


async def clusters(account: UUID, count: int) -> list[UUID]:
    """New clusters, each with a keyword."""
    ids = [uuid7() for _ in range(count)]
    async with DB.connection() as connection:
        await connection.execute(
            "insert into cluster (id, account_id, name, key)"
            " select id, $1, 'Cluster ' || n, id::text"
            " from unnest($2::uuid[]) with ordinality as given (id, n)",
            account,
            ids,
        )
    return ids


async def start(account: UUID, count: int = 2, **options: Any) -> queue.RunKey:
    """A run over new clusters, to stage 4 unless told otherwise."""
    chosen = await clusters(account, count)
    settings: dict[str, Any] = {"first_stage": 2, "last_stage": 4, "options": OPTIONS} | options
    return queue.RunKey(account, await controls.start(account, selection=chosen, **settings))


async def one(query: str, *values: Any) -> Any:
    async with DB.connection() as connection:
        return await connection.fetchval(query, *values)


async def rows(query: str, *values: Any) -> list[Any]:
    async with DB.connection() as connection:
        return [tuple(row) for row in await connection.fetch(query, *values)]


async def status(key: queue.RunKey) -> str:
    return str(await one("select status from automation_run where id = $1", key.run))


async def items(key: queue.RunKey, number: int) -> dict[UUID, str]:
    """Each item of a stage with its status, by position."""
    found = await rows(
        "select item_id, status from run_item where run_id = $1 and stage = $2"
        " order by position, item_id",
        key.run,
        number,
    )
    return dict(found)


async def do(claim: queue.Claim) -> None:
    """The way of one claim to its end."""
    gate = Gate()
    gate.open()
    await work.do(claim, gate, lambda: None)


async def go_on(key: queue.RunKey, turns: int = 30) -> str:
    """Answer bells until the run ends or rests; its status then."""
    await advance(key)
    for _ in range(turns):
        if await status(key) != "running":
            break
        for number in (2, 6):
            if number in STAGES:
                await turn.answer_bell(number, str(key.account), str(key.run))
        await advance(key)
    return await status(key)


async def same_in_redis(key: queue.RunKey) -> None:
    """Every set holds what the ledger says."""
    looked = await queue.snapshot(key)
    fields = dict(zip(looked[0][::2], looked[0][1::2], strict=True))
    first, last = int(fields[b"first"]), int(fields[b"last"])
    assert fields[b"status"].decode() == await status(key)
    names = ("queued", "processing", "completed", "failed", "cancelled")
    for number, counts in zip(range(first, last + 1), looked[1], strict=True):
        stored = list((await items(key, number)).values())
        found = number, [stored.count(name) for name in names]
        assert (number, counts) == found, fields[b"status"].decode()


async def books(account: UUID) -> None:
    """The ledger adds up to the balance, and no run holds less than nothing."""
    balance = await one("select balance from account where id = $1", account)
    total = "select coalesce(sum(amount), 0)::int from credit_entry where account_id = $1"
    assert balance == await one(total, account) >= 0
    held = (
        "select stage, sum(held)::int from credit_entry where account_id = $1"
        " group by run_id, stage"
    )
    assert all(amount >= 0 for _, amount in await rows(held, account))


async def claimed(key: queue.RunKey, stages: list[tuple[int, int]]) -> queue.Claim:
    """A claim for a minute of the first of `stages` that has any items due."""
    claim = await queue.claim(key, "a turn", uuid4().hex, 60.0, stages)
    assert isinstance(claim, queue.Claim)
    return claim


async def failed_once(account: UUID, fate: Fate, **options: Any) -> tuple[queue.RunKey, UUID]:
    """A completed run in which the first cluster failed, and that cluster."""
    key = await start(account, **options)
    await advance(key)
    first = next(iter(await items(key, 2)))
    fate.errors[2, first] = AIProviderError("down")
    assert await go_on(key) == "completed"
    fate.errors.clear()
    return key, first


async def rescues() -> dict[str, int]:
    """What the keeper has mended, by cause."""
    found: dict[Any, Any] = await state().hgetall(keeper.RESCUES_KEY)
    return {name.decode(): int(count) for name, count in found.items()}


async def claim_and_die(key: queue.RunKey) -> queue.Claim:
    """A claim whose lease ran out."""
    claim = await queue.claim(key, "a turn", uuid4().hex, 60.0, [(2, 1)])
    assert isinstance(claim, queue.Claim)
    leases = key.meta.removesuffix("meta") + "leases"
    await state().zadd(leases, {f"2:{claim.token}": 1})
    return claim
