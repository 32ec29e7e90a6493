"""Work in a real process of its own: what comes back, and who dies with whom."""

import asyncio
import os
import signal
import sys
from multiprocessing import forkserver
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest

from db.columns import uuid7
from db.status import Phase
from pipeline import isolation
from pipeline.errors import AIProviderError, InsufficientCreditsError, RetryLater, ValidationError
from pipeline.options import RunOptions
from pipeline.stage import Done, Item, Job
from tests.engine import deadly, fakes
from tests.support import until

pytestmark = pytest.mark.usefixtures("connections")

ROOT = Path(__file__).resolve().parents[2]


class Told:
    """What a job has reported."""

    def __init__(self) -> None:
        self.lines: list[tuple[Phase, float, dict[str, Any]]] = []

    def __call__(self, phase: Phase, fraction: float = 0.0, **details: Any) -> None:
        self.lines.append((phase, fraction, details))


def job(count: int = 1) -> Job:
    items = [Item(id=uuid7(), title=f"Item {n}", price=1) for n in range(count)]
    return Job(uuid7(), uuid7(), 2, RunOptions(), items, Told())


async def test_outcomes_reports_and_tokens_come_back_from_another_process() -> None:
    mine = job(2)
    outcomes = await isolation.run(deadly.well, mine)
    [pid] = {done.result for done in outcomes.values() if isinstance(done, Done)}
    assert pid != os.getpid()
    assert set(outcomes) == {item.id for item in mine.items}
    assert mine.report.lines == [(Phase.AI_CALL, 0.5, {"name": "half"})]  # type: ignore[attr-defined]
    assert (mine.usage.tokens_in, mine.usage.tokens_out) == (3, 4)


async def test_an_items_error_comes_back_with_what_it_knows() -> None:
    mine = job(2)
    outcomes = await isolation.run(deadly.partly, mine)
    error = outcomes[mine.items[0].id]
    assert isinstance(error, ValidationError)
    assert (str(error), error.action.href) == ("it is empty", "/keywords?id=1")


async def test_what_the_work_raises_is_raised_here() -> None:
    with pytest.raises(RetryLater) as later:
        await isolation.run(deadly.later, job())
    assert (later.value.delay, later.value.counts) == (7.0, False)
    assert isinstance(later.value.cause, AIProviderError)
    with pytest.raises(InsufficientCreditsError) as poor:
        await isolation.run(deadly.poor, job())
    assert (poor.value.required, poor.value.available) == (5, 2)


async def test_an_error_that_no_other_process_can_read_is_told_in_words() -> None:
    with pytest.raises(RuntimeError, match="Local: a bug"):
        await isolation.run(deadly.broken, job())


async def test_work_that_kills_its_process_leaves_this_one_and_its_neighbours_alone() -> None:
    first, *others = await asyncio.gather(
        isolation.run(deadly.dies, job()),
        *(isolation.run(deadly.well, job()) for _ in range(3)),
        return_exceptions=True,
    )
    assert isinstance(first, isolation.Died)
    assert all(isinstance(outcomes, dict) for outcomes in others)


async def test_who_is_cancelled_kills_the_child() -> None:
    mine = job()
    told: Any = mine.report
    running = asyncio.create_task(isolation.run(deadly.hangs, mine))
    await until(lambda: bool(told.lines))
    child = told.lines[0][2]["pid"]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not psutil.pid_exists(child))


CALLER = """
import asyncio, uuid
from pipeline import isolation
from pipeline.options import RunOptions
from pipeline.stage import Item, Job
from tests.engine import deadly, fakes

def report(*told, **details):
    print(details["pid"], flush=True)

item = Item(id=uuid.uuid4(), title="x", price=1)
job = Job(uuid.uuid4(), uuid.uuid4(), 2, RunOptions(), [item], report)
if __name__ == "__main__":
    asyncio.run(isolation.run(deadly.hangs, job))
"""


async def test_a_child_ends_when_its_worker_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "caller.py"
    script.write_text(CALLER)
    caller = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert caller.stdout is not None
    child = int(await asyncio.wait_for(caller.stdout.readline(), 60))
    assert psutil.pid_exists(child)
    caller.send_signal(signal.SIGKILL)
    await caller.wait()
    await until(lambda: not psutil.pid_exists(child))


@pytest.mark.usefixtures("fate")
async def test_the_fork_server_is_started_early_only_where_runs_are_active(
    account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bool] = []
    monkeypatch.setattr(forkserver, "ensure_running", lambda: started.append(True))
    await isolation.warm_up()
    assert started == []
    await fakes.start(account)
    await isolation.warm_up()
    assert started == [True]
