"""Runs of odd sizes: nothing, one item, all of them fail, nothing left for a stage."""

from uuid import UUID

from bench import rows, runs
from db.status import RunStatus
from faults import provider
from faults.trial import STAGE, Trial
from piccolo_conf import DB
from pipeline import controls, progress
from pipeline.errors import ValidationError


async def begin_one(trial: Trial) -> None:
    """A run of one article."""
    trial.wanted = 1
    await trial.begin()


async def odd_sizes(trial: Trial) -> None:
    """A run of nothing, of one item, of which all fail, and with a stage that gets no items."""
    await trial.over()
    await _must_be(trial, trial.run, RunStatus.COMPLETED)
    try:
        await trial.start([])
        trial.count("empty runs that were started", 1)
    except ValidationError:
        trial.count("empty runs that were started", 0)
    trial.wanted = 3
    trial.may_fail |= set(trial.titles)
    await provider.wrong(trial.rig, "policy")
    failing = await trial.start(await rows.tasks(trial.account, trial.wanted))
    trial.others.append(failing)
    await trial.over(failing)
    await _must_be(trial, failing, RunStatus.FAILED)
    await provider.reset(trial.rig)
    await _nothing_left(trial)


async def _nothing_left(trial: Trial) -> None:
    """The articles of a run are deleted before their image prompts are due."""
    trial.wanted, trial.slots = 4, 1
    run = await controls.start(
        trial.account,
        first_stage=STAGE,
        last_stage=STAGE + 1,
        selection=await rows.tasks(trial.account, trial.wanted),
        concurrency=trial.slots,
    )
    trial.others.append(run)
    await trial.until(lambda: _has_begun(run))
    async with DB.transaction() as transaction:  # nobody opens a stage of this run meanwhile
        connection = transaction.connection
        await connection.execute(
            "select 1 from automation_run where id = $1 for no key update", run
        )
        await trial.until(lambda: _has_begun(run, trial.wanted), 30)
        await connection.execute("delete from content where account_id = $1", trial.account)
    await trial.over(run)
    await _must_be(trial, run, RunStatus.COMPLETED)
    (items,) = await trial.fetch(
        "select count(*) from run_item where run_id = $1 and stage = $2", run, STAGE + 1
    )
    trial.count("items of a stage that should have none", items[0])


async def _has_begun(run: UUID, items: int = 1) -> bool:
    return await runs.completed_items(run, STAGE) >= items


async def _must_be(trial: Trial, run: UUID, status: RunStatus) -> None:
    """The run has ended so, and its percentages are numbers from 0 to 100."""
    told = await progress.read(trial.account, run)
    assert told is not None
    trial.count("runs that ended otherwise", await runs.status_of(run) != status)
    shares = [told.percentage, *(stage.percentage for stage in told.stages)]
    trial.count("percentages out of range", sum(not 0 <= share <= 100 for share in shares))
