"""The bell that asks for a run to be looked at as a whole."""

import asyncio
import logging
from typing import Any
from uuid import UUID

import pytest

from piccolo_conf import DB
from pipeline.chain import advance_run
from tests.engine import fakes
from tests.engine.fakes import Fate

WAITING = (
    "select pid from pg_stat_activity"
    " where wait_event_type = 'Lock' and query like '%for no key update%'"
)


async def test_a_bell_whose_connection_is_cut_is_a_line_in_the_log_and_no_failure(
    account: UUID, fate: Fate, caplog: pytest.LogCaptureFixture
) -> None:
    key = await fakes.start(account, last_stage=7)
    actor: Any = advance_run.fn
    async with DB.connection() as holding, holding.transaction(), DB.connection() as looking:
        await holding.execute("select 1 from automation_run where id = $1 for update", key.run)
        with caplog.at_level(logging.WARNING, logger="pipeline.chain"):
            bell = asyncio.create_task(actor.__wrapped__(str(account), str(key.run)))
            async with asyncio.timeout(60):
                while (pid := await looking.fetchval(WAITING)) is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await looking.execute("select pg_terminate_backend($1)", pid)
            await bell
    assert "the keeper will ask again" in caplog.text
