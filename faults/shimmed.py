"""Faults inside a worker: a wrong clock, an item that starves it, a broker that runs riot."""

import asyncio

from bench import runs
from faults import provider
from faults.shims import bells
from faults.shims.starving import STARVE
from faults.trial import PLAIN, STAGE, Trial
from pipeline import connections
from pipeline.keeper import RESCUES_KEY
from pipeline.settings import settings

SKEWED = (
    ("-m", "faults.shims.clock", "120", "text"),
    ("-m", "faults.shims.clock", "-120", "text"),
)
STARVING = (("-m", "faults.shims.starving"), PLAIN)
UNRULY = (("-m", "faults.shims.bells", "text"),) * 2


async def skewed_clocks(trial: Trial) -> None:
    """The clock of one worker is two minutes ahead, that of the other two minutes behind."""
    before = await _rescues()
    await trial.over()
    trial.count("items asked twice", await provider.repeated(trial.rig))
    trial.count("leases taken for over", await _rescues() - before)


async def starve(trial: Trial) -> None:
    """An item computes for longer than a lease and lets nothing else of its worker run."""
    assert settings().lease_seconds < STARVE
    before = await _rescues()
    await trial.over()
    trial.count("leases taken for over", await _rescues() - before)
    trial.count("items asked twice", await provider.repeated(trial.rig))


async def begin_unruly(trial: Trial) -> None:
    """Start a run whose first bells are already doubled and late."""
    with bells.unruly():
        await trial.begin()
        await asyncio.sleep(bells.LATEST)


async def unruly_broker(trial: Trial) -> None:
    """The broker delivers every message twice, up to two seconds late and out of order."""
    await trial.over()
    calls = await provider.repeated(trial.rig)
    trial.count("items asked twice", calls)
    written = await trial.fetch("select 1 from content where account_id = $1", trial.account)
    done = await runs.completed_items(trial.run, STAGE)
    trial.measure("effects per item", len(written) / max(1, done), most=1, least=1)


async def _rescues() -> int:
    raw = await connections.state().hget(RESCUES_KEY, "lease")
    return int(raw or 0)
