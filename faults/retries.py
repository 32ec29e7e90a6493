"""Retry of everything, clicked twice by two people at once, in a run and after its end."""

import asyncio
from typing import Any
from uuid import UUID

from bench import rows
from bench.web import Web, token_of
from faults import provider
from faults.trial import STAGE, Trial

DECLINED = 4
"""Articles of each run that the service declines at first."""


async def begin_declined(trial: Trial) -> None:
    """A run in which the service declines some articles."""
    await _decline(trial)
    await trial.begin()


async def retry_twice(trial: Trial) -> None:
    """Two people click Retry all twice each at the same moment: in the run, and after its end."""
    trial.may_retry = True
    people = [trial.web, Web(trial.rig, trial.port, await token_of(trial.account, "second"))]
    await trial.until(lambda: _have_failed(trial, trial.run))
    await provider.reset(trial.rig)
    await _click(trial, trial.run, people)
    await trial.over()
    trial.count("retried though nothing failed", len(await _retry(people[0], trial.run)))
    trial.wanted += 1  # other titles
    await _decline(trial)
    items = await rows.tasks(trial.account, trial.wanted)
    trial.others.append(await trial.start(items[: 2 * DECLINED]))
    await trial.over(trial.others[0])
    await provider.reset(trial.rig)
    await _click(trial, trial.others[0], people)
    await trial.over(trial.others[0])
    done = await trial.fetch(
        "select sum(attempts - 1), count(*) filter (where status <> 'completed') from run_item"
        " where account_id = $1",
        trial.account,
    )
    trial.count("attempts beyond one", done[0][0])
    trial.count("items not completed", done[0][1])


async def _decline(trial: Trial) -> None:
    for title in trial.titles[:DECLINED]:
        await provider.wrong(trial.rig, "policy", match=title)


async def _have_failed(trial: Trial, run: UUID) -> bool:
    failed = await trial.fetch(
        "select 1 from run_item where run_id = $1 and stage = $2 and status = 'failed'", run, STAGE
    )
    return len(failed) == DECLINED


async def _click(trial: Trial, run: UUID, people: list[Web]) -> None:
    """Four clicks at once; each item stands in one receipt."""
    receipts = await asyncio.gather(*(_retry(one, run) for one in people * 2))
    retried = [item for receipt in receipts for item in receipt]
    trial.count("items retried by two clicks", len(retried) - len(set(retried)))
    trial.count("items that no click retried", DECLINED - len(set(retried)))


async def _retry(person: Web, run: UUID) -> list[str]:
    """Click Retry all; the items that the receipt names."""
    receipt: dict[str, Any] = (await person.ask("POST", f"/runs/{run}/retry", {})).json()
    return [item for items in receipt["retried"].values() for item in items]
