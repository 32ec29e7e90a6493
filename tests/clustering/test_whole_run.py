"""Stage 1 as a run: real workers, the real engine, the demo provider over HTTP."""

import asyncio
import subprocess
from uuid import UUID

import pytest

from db.status import RunStatus
from pipeline import controls
from tests.clustering.oracle import LABELLED
from tests.clustering.test_quality import imported, in_clusters, scores
from tests.stages import rows

Workers = list["subprocess.Popen[bytes]"]


async def ended(run: UUID) -> str:
    async with asyncio.timeout(60):
        while True:
            status = await rows.value("SELECT status FROM automation_run WHERE id = $1", run)
            if status not in (RunStatus.RUNNING.value, RunStatus.PAUSED.value):
                return str(status)
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("count", [100, len(LABELLED)], ids=["one question", "prepared"])
async def test_a_run_maps_every_keyword_once_and_charges_for_each(
    account: UUID, demo_url: str, workers: Workers, count: int
) -> None:
    ids = await imported(account, list(LABELLED)[:count])
    run = await controls.start(
        account, first_stage=1, last_stage=1, selection=ids, started_by="test"
    )
    assert await ended(run) == "completed", await rows.fetch("SELECT * FROM automation_run")
    found = await in_clusters(account)
    assert len(found) == count
    assert None not in found.values()
    charged = "SELECT count(*) FROM credit_entry WHERE run_id = $1 AND kind = 'charge'"
    assert await rows.value(charged, run) == count
    assert await rows.value("SELECT balance FROM account WHERE id = $1", account) == 10_000 - count
    assert await rows.value("SELECT count(*) FROM cluster WHERE NOT demo") == 0
    assert min(scores(found)) > 0.2  # the demo provider goes by shared words
