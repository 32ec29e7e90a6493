"""What a person sees of a run in the terminal, and what Ctrl-C does."""

import asyncio
import io
import os
import signal
from uuid import UUID

import asyncpg
import pytest

from api.cli.display import Bars, Lines, duration, new_display, stage_counts
from api.cli.watch import Left, ctrl_c, look, watch
from db.columns import uuid7
from db.engine import DatabaseAway
from db.status import RunStatus
from piccolo_conf import DB
from pipeline import controls
from pipeline.progress import Progress


@pytest.fixture
async def now(account: UUID) -> Progress:
    """The progress of a run that has just begun."""
    async with DB.connection() as connection:
        keyword = await connection.fetchval(
            "insert into keyword (account_id, text, key) values ($1, 'tea', 'tea') returning id",
            account,
        )
    run = await controls.start(account, first_stage=1, last_stage=7, selection=[keyword])
    return await look(account, run)


async def test_lines_repeat_nothing_that_has_not_changed(now: Progress) -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    for percentage in (0.0, 0.4, 14.2, 14.3):
        now.percentage = percentage
        lines.show(now)
    assert [line.split("%")[0].strip() for line in stream.getvalue().splitlines()] == [
        "0.0",
        "14.2",
    ]


async def test_bars_show_all_seven_stages(now: Progress) -> None:
    stream = io.StringIO()
    with Bars(stream) as bars:
        bars.show(now)
    for stage in now.stages:
        assert f"{stage.stage} {stage.name}" in stream.getvalue()


def test_what_is_no_terminal_gets_lines() -> None:
    assert isinstance(new_display(io.StringIO()), Lines)


async def test_counts_name_only_what_there_is(now: Progress) -> None:
    stage = now.stages[3]
    stage.pending = 0
    assert stage_counts(stage) == ""
    stage.completed, stage.processing, stage.failed = 1200, 4, 1
    assert stage_counts(stage) == "1,200 of 1,205 done, 4 at work, 1 failed"


def test_durations_are_said_in_the_two_largest_units() -> None:
    assert [duration(s) for s in (0.2, 59, 200, 7500)] == [
        "0 s",
        "59 s",
        "3 min 20 s",
        "2 h 5 min",
    ]


async def press_twice() -> None:
    async with ctrl_c() as pressed:
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(10):
            await pressed.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(10)


async def test_one_ctrl_c_is_noted_and_a_second_leaves(anyio_backend: str) -> None:
    with pytest.raises(Left):
        await press_twice()


async def test_a_restart_of_the_databases_is_waited_for(
    now: Progress, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [asyncpg.CannotConnectNowError("starting"), DatabaseAway("refused")]

    async def shaky(account_id: UUID, run_id: UUID) -> Progress:
        if failures:
            raise failures.pop()
        now.status = RunStatus.COMPLETED
        return now

    monkeypatch.setattr("api.cli.watch.look", shaky)
    stream = io.StringIO()
    seen = await watch(account, now.run_id, Lines(stream))
    assert seen.status is RunStatus.COMPLETED
    assert stream.getvalue().count("waiting for it") == 1


async def test_an_unknown_run_is_not_watched(account: UUID) -> None:
    with pytest.raises(controls.UnknownRun):
        await look(account, uuid7())
