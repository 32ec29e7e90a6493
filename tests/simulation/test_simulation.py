"""The simulation finds nothing in the engine as it is, and finds what is broken on purpose."""

import contextlib
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from pipeline import advance, credits, isolation, keeper
from pipeline import queue as queues
from pipeline.entering import OPEN
from pipeline.stage import Job, Outcomes, Work
from tests.simulation.checks import Checks
from tests.simulation.engine import Simulator, installed
from tests.simulation.memory_redis import SCRIPTS, Broken, MemoryRedis
from tests.simulation.plan import plan_of
from tests.simulation.store import Store
from tests.simulation.world import Never

SOME = 300
ENOUGH = 3000
"""Histories within which each mutation is to be found; most are in the first ten."""
ANY = "('queued', 'processing', 'completed', 'failed', 'cancelled')"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with installed(Simulator()) as ready:
        yield ready


def first_broken(simulator: Simulator) -> str:
    """What the first history that breaks says; '' when none does."""
    for seed in range(ENOUGH):
        try:
            simulator.history(seed)
        except (Broken, Never) as found:
            return str(found)
    return ""


def test_nothing_is_lost_doubled_or_stuck(simulator: Simulator) -> None:
    for seed in range(SOME):
        simulator.history(seed)


def test_a_seed_is_the_same_history_in_every_process() -> None:
    words = [sys.executable, "-m", "tests.simulation", "--replay", "17"]
    environments = [{"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    seen = [
        subprocess.run(words, env=env, capture_output=True, text=True, check=False).stdout
        for env in environments
    ]
    traces = [text.split("\n", 1)[1] for text in seen]
    assert traces[0] == traces[1]
    assert "nothing is wrong" in traces[0]


def test_a_seed_is_the_same_history_whatever_went_before(simulator: Simulator) -> None:
    def traces(seeds: Iterable[int]) -> dict[int, list[str] | None]:
        return {seed: simulator.history(seed, trace=True).world.trace for seed in seeds}

    assert traces(range(40)) == traces(reversed(range(40)))


ONE, OTHER = (7, "one"), (7, "other")


@pytest.mark.parametrize(
    ("kills", "fair"),
    [
        ({ONE: [1, 2]}, True),
        ({ONE: [2, 0]}, False),
        ({ONE: [1, 3]}, False),
        ({ONE: [1, 3], OTHER: [1, 0]}, True),  # the other killed who was to save that it had died
        ({ONE: [0, 4], OTHER: [1, 0]}, False),
    ],
)
def test_an_item_kills_one_worker_and_few_children(
    kills: dict[tuple[int, str], list[int]], fair: bool
) -> None:
    checks = Checks(Store(), plan_of(random.Random(0)))
    checks.kills = kills
    with contextlib.nullcontext() if fair else pytest.raises(Broken):
        checks.blames()


SCRIPT_MUTATIONS = {
    "a claim leaves the item in the order": (
        "claim",
        "      call('ZREM', key(stage, 'order'), item)\n",
        "",
    ),
    "a claim has no lease": (
        "claim",
        "    call('ZADD', leases, now + lease, stage .. ':' .. token)\n",
        "",
    ),
    "a claim does not heed the concurrency": (
        "claim",
        "at_work() >= tonumber(call('HGET', meta, 'concurrency'))",
        "false",
    ),
    "settling does not ask who holds the item": (
        "settle",
        "local held = call('SREM', claim_key(token), item) == 1",
        "call('SREM', claim_key(token), item) local held = true",
    ),
    "reaping forgets the items of the dead": (
        "reap",
        "    to_pending(stage, item, 0)\n",
        "",
    ),
    "what is to go alone goes with others": (
        "claim",
        "local alone = call('SISMEMBER', key(stage, 'alone'), item) == 1",
        "local alone = false",
    ),
    "filling enters what is known already": ("fill", "  if not known[i] then", "  do"),
}


@pytest.mark.parametrize("name", SCRIPT_MUTATIONS)
def test_a_broken_script_is_found(name: str) -> None:
    script, right, wrong = SCRIPT_MUTATIONS[name]
    texts = {script: queues.source(script) for script in SCRIPTS}
    assert right.encode() in texts[script]
    texts[script] = texts[script].replace(right.encode(), wrong.encode())
    with installed(Simulator(MemoryRedis(texts))) as simulator:
        assert first_broken(simulator)


STATEMENT_MUTATIONS: dict[str, Callable[[str], str]] = {
    "an outcome is written over another": lambda sql: (
        sql.replace(OPEN, ANY) if "finished_at = now(), tokens_in" in sql else sql
    ),
    "a retry opens what succeeded": lambda sql: (
        sql.replace("and status = 'failed'", "") if "attempts = 0, error = null" in sql else sql
    ),
    "a cancel takes what has ended": lambda sql: (
        sql.replace(OPEN, ANY) if "set status = 'cancelled', finished" in sql else sql
    ),
    "two may open and close stages at once": lambda sql: (
        sql.replace("for no key update", "") if "from automation_run" in sql else sql
    ),
}


@pytest.mark.parametrize("name", STATEMENT_MUTATIONS)
def test_a_missing_fence_is_found(simulator: Simulator, name: str) -> None:
    simulator.rewritten = STATEMENT_MUTATIONS[name]
    assert first_broken(simulator)


async def never(*_: Any) -> bool:
    return False


async def nothing(*_: Any) -> None:
    return None


async def beside_others(work: Work, job: Job) -> Outcomes:
    return await work(job)


CODE_MUTATIONS: dict[str, tuple[Any, str, Any]] = {
    "a stage closes over open items": (advance, "_has_open_items", never),
    "a success is not charged": (credits, "charge", nothing),
    "the keeper rings for nobody": (keeper.Keeper, "_ring", nothing),
    "the keeper takes nothing back": (keeper.Keeper, "_may_reap", lambda _: False),
    "what may kill has no process of its own": (isolation, "run", beside_others),
    "Redis is not told of an ended run": (keeper, "mend_ended", never),
}


@pytest.mark.parametrize("name", CODE_MUTATIONS)
def test_broken_code_is_found(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(*CODE_MUTATIONS[name])
    assert first_broken(simulator)
