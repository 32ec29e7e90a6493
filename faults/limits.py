"""What a process runs out of: file handles, and room on the disk."""

import asyncio
import resource
from uuid import UUID

from bench import rows, runs
from db.columns import uuid7
from db.status import RunStatus
from faults.trial import WORKERS, Trial
from piccolo_conf import DB
from pipeline import connections, controls

HELD = 3.0
"""Seconds for which nothing can be opened: less than an item's tries last."""
IMAGES = 8


async def no_handles(trial: Trial) -> None:
    """A worker can open no file and no connection any more for three seconds."""
    await trial.mid_stage()
    pid = trial.pid(trial.rng.choice(WORKERS))
    trial.hit()
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))  # what is open stays open
    try:
        await connections.state().client_kill_filter(_type="normal", skipme=True)
        await asyncio.sleep(HELD)
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    await trial.over()
    log = await asyncio.to_thread((trial.rig.folder / "worker.log").read_text)
    trial.measure("lines of the log that say so", log.count("Too many open files"), least=1)


async def begin_images(trial: Trial) -> None:
    """A run that draws the images of an article, and a worker that does so."""
    trial.rig.start("images", "-m", "pipeline.worker", "images")
    await trial.rig.at_work("images")
    await trial.rig.answer(seconds=0.2, replay=1)
    trial.items = await _images(trial.account, IMAGES)
    trial.run = await controls.start(
        trial.account, first_stage=6, last_stage=6, selection=trial.items, concurrency=2
    )


async def disk_full(trial: Trial) -> None:
    """No image can be stored; the run stops, says so, and goes on when there is room."""
    try:
        await trial.until(lambda: _has_completed(trial.run))
        pid = trial.rig.processes["images"].pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (16, before[1]))
        await trial.over()
        status = await runs.status_of(trial.run)
        (row,) = await trial.fetch(
            "select error ->> 'error_type' from automation_run where id = $1", trial.run
        )
        told = status == RunStatus.FAILED and row[0] == "StorageError"
        trial.count("runs that did not say why they stopped", not told)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        trial.hit()
        await controls.resume(trial.account, trial.run)
        await trial.over()
        trial.count("runs not completed", await runs.status_of(trial.run) != RunStatus.COMPLETED)
    finally:
        trial.rig.stop("images")


async def _has_completed(run: UUID) -> bool:
    return await runs.completed_items(run, 6) > 0


async def _images(owner: UUID, count: int) -> list[UUID]:
    """Images of one article that have their prompts."""
    article, made = uuid7(), [uuid7() for _ in range(count)]
    (task,) = await rows.tasks(owner, 1)
    async with DB.transaction() as transaction:
        await transaction.connection.execute(
            "insert into content (id, account_id, task_id, title, slug, body)"
            " values ($1, $2, $3, 'Pour over coffee', $4, 'A calm guide.')",
            *(article, owner, task, f"coffee-{article}"),
        )
        await transaction.connection.execute(
            "insert into image (id, account_id, content_id, kind, position, prompt, alt)"
            " select id, $2, $3, 'in_article', n, format('coffee, view %s', n),"
            " format('view %s', n) from unnest($1::uuid[]) with ordinality as new(id, n)",
            *(made, owner, article),
        )
    return made
