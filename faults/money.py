"""Credits that do not suffice: two runs of one account spend together, and somebody tops up."""

from uuid import UUID

from bench import rows, runs
from db.status import RunOrder, RunStatus
from faults.trial import SECONDS as CALL
from faults.trial import Trial
from pipeline import controls, credits

ARTICLE, PROMPTS = 10, 1
"""Credits of an article of 1,000 words, and of its image prompts."""

OVERSPENT = """
    select count(*) from (select sum(amount) over (order by id) as left_over
    from credit_entry where account_id = $1) as entries where left_over < 0"""


async def begin_short_of_credits(trial: Trial) -> None:
    """Ideas become tasks, articles and prompts; credits suffice for the articles and some prompts.

    A second run over other tasks draws on the same balance.
    """
    await trial.rig.answer(seconds=CALL, replay=1)
    count = trial.wanted
    await _leave(trial, ARTICLE * count + PROMPTS * count // 2)
    trial.items = await rows.ideas(trial.account, count)
    trial.run = await controls.start(
        trial.account,
        first_stage=3,
        last_stage=5,
        selection=trial.items,
        order=RunOrder.FLOW,
        concurrency=trial.slots,
    )
    trial.wanted = count // 4
    trial.others = [await trial.start(await rows.tasks(trial.account, trial.wanted))]


async def run_out(trial: Trial) -> None:
    """Two runs spend the credits of one account until both stop; top-ups in small steps."""
    step = max(1, ARTICLE * trial.wanted // 3)
    halts = topped = 0
    while await _unfinished(trial):
        await trial.until(lambda: _all_stopped(trial))
        stopped = await _unfinished(trial)
        if not stopped or topped > 100:
            break
        halts += len(stopped)
        topped += 1
        await credits.top_up(trial.account, step)
        for run in stopped:
            await controls.resume(trial.account, run)
    trial.measure("stops for want of credits", halts, least=1)
    (overspent,) = await trial.fetch(OVERSPENT, trial.account)
    trial.count("moments at which the balance was below 0", overspent[0])


async def _leave(trial: Trial, amount: int) -> None:
    """Take away what the account has beyond `amount`; the ledger adds up."""
    await trial.fetch(
        "with less as (update account set balance = $2 where id = $1 returning id)"
        " update credit_entry set amount = $2 where account_id in (select id from less)",
        trial.account,
        amount,
    )


async def _unfinished(trial: Trial) -> list[UUID]:
    rows = await trial.fetch(
        "select id, status, error ->> 'error_type' as why from automation_run"
        " where account_id = $1 and status <> 'completed'",
        trial.account,
    )
    return [row["id"] for row in rows]


async def _all_stopped(trial: Trial) -> bool:
    found = [await runs.status_of(run) for run in trial.runs]
    return not any(status == RunStatus.RUNNING for status in found)
