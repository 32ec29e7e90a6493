"""No connection is free: each worker has one to PostgreSQL and two to Redis, and others hold locks.

The heartbeat has a connection of its own, so that a worker that waits does not look dead.
"""

import asyncio

from faults import provider
from faults.partitions import count_effects
from faults.trial import Trial
from piccolo_conf import DB
from pipeline import connections
from pipeline.keeper import RESCUES_KEY
from pipeline.settings import settings

NARROW = (("-m", "faults.shims.narrow"),) * 2
HELD_LEASES = 2.5


async def exhaust_pool(trial: Trial) -> None:
    """Workers have one connection to PostgreSQL each, and a lock holds it for 2.5 leases."""
    before = await _leases_over()
    await trial.mid_stage()
    async with DB.transaction() as transaction:
        await transaction.connection.execute(
            "select 1 from account where id = $1 for update", trial.account
        )
        await asyncio.sleep(HELD_LEASES * settings().lease_seconds)
    trial.hit()
    await trial.over()
    trial.count("leases taken for over", await _leases_over() - before)
    trial.count("items asked twice", await provider.repeated(trial.rig))
    await count_effects(trial)


async def _leases_over() -> int:
    return int(await connections.state().hget(RESCUES_KEY, "lease") or 0)
