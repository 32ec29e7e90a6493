"""One history of ledger, controls and advance, on whichever database is put under it."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import UUID

import msgspec

from db.lineage import ROW_TABLE
from db.status import RunOrder
from piccolo_conf import DB
from pipeline import broker, comparing, controls, keeper, ledger, queue, rebuild, reopening
from pipeline.advance import advance, halt
from pipeline.errors import AIAuthError, AIProviderError, PipelineError, payload
from pipeline.options import RunOptions
from pipeline.run import run_facts
from pipeline.stage import STAGES, Done, Job, Stage
from tests.simulation.engine import Simulator
from tests.simulation.plan import children_of
from tests.simulation.servers import Database, Session
from tests.simulation.store import Account, EntryRow, Row, Store, Transaction

OPTIONS = RunOptions(ideas_per_cluster=2, target_words=200, images_per_article=1)
RUN = UUID(int=7)
OPEN = ("queued", "processing")
SAVE = {
    4: "insert into task (id, account_id, idea_id, cluster_id, title, primary_keyword,"
    " content_type, target_words) select $2, $1, id, cluster_id, $4, 'k', 'guide', 200"
    " from content_idea where id = $3 and $5::int >= 0 on conflict (idea_id) do nothing",
    5: "insert into content (id, account_id, task_id, title, slug, meta_title, meta_description,"
    " word_count) select $2, $1, $3, $4, $2::text, 'm', 'm', 210 where $5::int >= 0"
    " on conflict (task_id) do nothing",
    6: "insert into image (id, account_id, content_id, kind, position, prompt, alt) values"
    " ($2, $1, $3, case $5::int when 0 then 'featured' else 'in_article' end, $5, 'p', $4)"
    " on conflict (content_id, kind, position) do nothing",
}


class Direct:
    """Carries statements to the tables in memory at once."""

    def __init__(self, store: Store) -> None:
        self.store, self.world, self.rewritten = store, None, None

    async def to_postgres(self, session: Session, statement: Any, name: str) -> Any:
        return session.carry_out(statement)


async def save(connection: Any, job: Job, results: dict[UUID, Any]) -> None:
    """The rows that follow, by the way of the database at hand."""
    rows = [row for item in results for row in children_of(job.stage, item)]
    if isinstance(connection, Session):
        await connection.fetch("simulated work saves", rows)
        return
    for (table, child), row in rows:
        number = next(n for n in SAVE if ROW_TABLE[n] == table)
        values = (job.account_id, child, row.parent, row.title, row.position)
        await connection.execute(SAVE[number], *values)
    if job.stage == 7:
        await connection.execute(
            'update content set review = \'{"result": "ready"}\' where id = any($1)',
            list(results),
        )


def stage_of(number: int) -> Stage:
    return msgspec.structs.replace(Simulator.stage(None, number), save=save)  # type: ignore[arg-type]


class History:
    """Steps on the engine; `seen` is all that came back and was stored."""

    def __init__(self, account: UUID, chosen: list[UUID]) -> None:
        self.account, self.chosen = account, chosen
        self.key = queue.RunKey(account, RUN)
        self.seen: list[Any] = []
        self.told: list[Any] = []
        self.jobs: list[Job] = []
        self.done: list[Job] = []

    async def start(self, last: int, flow: bool) -> None:
        order = RunOrder.FLOW if flow else RunOrder.STAGE_BY_STAGE
        await controls.start(
            self.account,
            first_stage=3,
            last_stage=last,
            selection=self.chosen,
            options=OPTIONS,
            order=order,
        )

    async def step(self, name: str, choice: int) -> None:
        try:
            answer = await getattr(self, name)(choice)
        except PipelineError as error:
            answer = type(error).__name__
        self.seen.append((name, answer))

    async def begin(self, choice: int) -> Any:
        stages = sorted(STAGES)
        number = stages[choice % len(stages)]
        rows = await comparing._items(self.key, number)
        mine = [row["item_id"] for row in rows][choice % 2 :][:2]
        items, over = await ledger.begin(RUN, number, [(item, choice) for item in mine])
        job = Job(self.account, RUN, number, OPTIONS, items, report=lambda *_, **__: None)
        if items:
            self.jobs.append(job)
        return [(i.id, i.title, i.price, i.attempt) for i in items], sorted(over.items())

    async def finish(self, choice: int) -> Any:
        if not self.jobs:
            return None
        self.done.append(self.jobs.pop(choice % len(self.jobs)))
        return await self._save(self.done[-1], choice)

    async def finish_again(self, choice: int) -> Any:
        """Also of items that were retried or cancelled meanwhile."""
        return await self._save(self.done[choice % len(self.done)], choice) if self.done else None

    async def _save(self, job: Job, choice: int) -> Any:
        no = payload(AIProviderError("no answer"), phase="AI_CALL", stage=job.stage)
        outcomes = {
            item.id: no if (choice + n) % 3 == 0 else Done(True, choice % 2 or None)
            for n, item in enumerate(job.items)
        }
        made = await ledger.finish(STAGES[job.stage], job, outcomes)
        return sorted(made.outcomes.items()), made.children, type(made.halt).__name__

    async def put_back(self, choice: int) -> None:
        if self.jobs:
            job = self.jobs[choice % len(self.jobs)]
            await reopening.put_back(RUN, job.stage, [item.id for item in job.items])

    async def advance(self, choice: int) -> None:
        await advance(self.key)

    async def control(self, choice: int) -> Any:
        move = (controls.pause, controls.resume, controls.resume)[choice % 3]
        return await move(self.account, RUN)

    async def cancel(self, choice: int) -> Any:
        return await controls.cancel(self.account, RUN)

    async def retry(self, choice: int) -> Any:
        stage = None if choice % 2 else 3 + choice % 5
        items = [item.id for job in self.done for item in job.items] if choice % 3 else None
        return await controls.retry(self.account, RUN, stage=stage, items=items)

    async def stop(self, choice: int) -> None:
        await halt(self.key, 3 + choice % 3, AIAuthError("the key was refused"))

    async def rebuild(self, choice: int) -> Any:
        return await rebuild.rebuild(self.key)

    async def look(self, choice: int) -> Any:
        async with DB.connection() as connection:
            rows = await connection.fetch(keeper.ACTIVE, 600.0)
        facts = await run_facts(RUN)
        assert facts is not None
        active = [(*tuple(row)[:7], {int(n): s for n, s in row["stages"].items()}) for row in rows]
        return active, await comparing._stored(self.key), facts.last_stage

    async def call(self, name: str, key: queue.RunKey, *args: Any) -> int:
        """In place of Redis: notes what it is told. Messages and times differ, so not those."""
        if name == "fill":  # in whatever order
            stage, *rest = args
            args = (stage, *sorted(zip(*[iter(rest)] * 4, strict=True)))
        if name != "tell":
            self.told.append((name, *args))
        return 0


@contextmanager
def without_redis(history: History) -> Iterator[None]:
    """The engine as it is, but for Redis and bells."""
    with (
        mock.patch.object(queue, "_call", history.call),
        mock.patch.object(broker, "_send"),
        mock.patch.object(controls, "uuid7", return_value=RUN),
        mock.patch.dict(STAGES, {n: stage_of(n) for n in range(3, 8)}, clear=True),
    ):
        yield


@contextmanager
def in_memory(account: UUID, credit: int, chosen: list[UUID]) -> Iterator[Store]:
    """The tables in memory in place of PostgreSQL, with the same rows."""
    store = Store()
    ticks = itertools.count(1)
    store.now = lambda: next(ticks) / 1000
    store.tables["account"][account] = Account(credit)
    store.tables["entry"][store.next_serial()] = EntryRow("top_up", credit, 0)
    for n, item in enumerate(chosen):
        store.tables["row"]["content_idea", item] = Row(None, f"idea {n}", n)
    database = Database(Direct(store))
    with (
        mock.patch.object(DB, "transaction", database.transaction),
        mock.patch.object(DB, "connection", database.connection),
    ):
        yield store


def dump(store: Store) -> dict[str, Any]:
    """All tables in memory, as `test_postgres_contract` reads them from PostgreSQL."""
    t = Transaction(store)
    (run,) = [row for _, row in t.rows("run")]
    return {
        "run": (run.status, run.version, run.stage, (run.error or {}).get("stage")),
        "when": (run.revived_at is not None, run.ended_at is not None),
        "results": {
            n: (r.loaded, r.completed, r.failed, r.created, r.credits)
            for n, r in run.results.items()
        },
        "stages": [
            (n, s.status, s.opened_at is not None, s.closed_at is not None)
            for n, s in sorted(t.rows("stage"))
        ],
        "items": sorted(
            (
                *(n, i, row.position, row.title, row.price, row.status, row.attempts),
                *(row.started_at is not None, row.finished_at is not None, row.error is not None),
            )
            for (n, i), row in t.rows("item")
        ),
        "entries": [
            (e.kind, e.amount, e.held, e.stage, e.item) for _, e in sorted(t.rows("entry"))
        ],
        "balance": next(iter(t.rows("account")))[1].balance,
        "rows": sorted((*key, row.generation_status) for key, row in t.rows("row")),
    }
