"""Crashes at one exact step of an item's way, and answers that are lost there.

The proxy of a worker sees the step in what the worker sends, and kills it at that moment.
"""

import hashlib
import signal
from functools import partial

from bench import rows
from faults import provider
from faults.partitions import count_effects
from faults.proxy import Fate, Judge, Proxy, pass_all
from faults.trial import SECONDS, STAGE, WORKERS, Trial
from faults.wire import Request
from pipeline import queue

SAVES = "finished_at = now(), tokens_in"
"""In the statement that gives items their outcome."""
LOCKS_RUN = "revived_at from automation_run where id = $1"
"""In the statement with which a worker begins to advance a run."""
SETTLES = hashlib.sha1(queue.source("settle")).hexdigest()
LOST_OF_TEN = 3


def _at_saving(fate: Fate, request: Request) -> Fate:
    saves = request.is_commit and any(SAVES in text for text in request.story)
    return fate if saves else Fate.PASS


def _at_settling(fate: Fate, request: Request) -> Fate:
    return fate if SETTLES in request.text else Fate.PASS


def _before_advancing(request: Request) -> Fate:
    return Fate.KILL_BEFORE if LOCKS_RUN in request.text else Fate.PASS


def _after_closing(request: Request) -> Fate:
    closes = any("closed_at = now()" in text for text in request.story)
    return Fate.KILL_AFTER if request.is_commit and closes else Fate.PASS


async def crash_before_commit(trial: Trial) -> None:
    """kill -9 of a worker that has its answer and is about to commit it; each worker once."""
    await _kill_each(trial, "postgres", partial(_at_saving, Fate.KILL_BEFORE))


async def crash_after_commit(trial: Trial) -> None:
    """kill -9 of a worker the moment its commit is done, before it hears so; each worker once."""
    await _kill_each(trial, "postgres", partial(_at_saving, Fate.KILL_AFTER))


async def crash_before_settling(trial: Trial) -> None:
    """kill -9 of a worker between its commit and the change in Redis; each worker once."""
    await _kill_each(trial, "redis", partial(_at_settling, Fate.KILL_BEFORE))


async def _kill_each(trial: Trial, server: str, judge: Judge) -> None:
    """Kill each worker (in a short pass: one) where `judge` says so, and count what came of it."""
    await trial.mid_stage()
    trial.hit()
    proxies: list[Proxy] = [getattr(trial.lines[name], server) for name in WORKERS]
    for name, proxy in zip(WORKERS, proxies, strict=True):
        proxy.kill = partial(trial.signal, signal.SIGKILL, name)
        proxy.judge = partial(_unless_one_died, proxies if trial.short else [proxy], judge)
    await trial.over()
    killed = sum(proxy.done for proxy in proxies)
    again = await provider.repeated(trial.rig)
    trial.measure("workers killed at the step", killed, least=1)
    trial.measure("calls made again per 1,000 kills", 1000 * again / max(1, killed))
    await count_effects(trial)


async def lose_answers(trial: Trial) -> None:
    """Commits and changes in Redis are done, but three of ten answers are lost and the line cut."""

    def judge(holds: Judge, request: Request) -> Fate:
        return holds(request) if trial.rng.randrange(10) < LOST_OF_TEN else Fate.PASS

    await trial.mid_stage()
    trial.hit()
    for name in WORKERS:
        pair = trial.lines[name]
        pair.postgres.judge = partial(judge, partial(_at_saving, Fate.LOSE_ANSWER))
        pair.redis.judge = partial(judge, partial(_at_settling, Fate.LOSE_ANSWER))
    await trial.over()
    lost = [(trial.lines[name].postgres.done, trial.lines[name].redis.done) for name in WORKERS]
    trial.measure("answers lost", sum(map(sum, lost)), least=1)
    trial.measure("of these answers to commits", sum(n for n, _ in lost))
    trial.count("items asked twice", await provider.repeated(trial.rig))
    await count_effects(trial)


async def begin_two_stages(trial: Trial) -> None:
    """Start a run over articles and their image prompts."""
    trial.items = await rows.tasks(trial.account, trial.wanted)
    await trial.rig.answer(seconds=SECONDS, replay=1)
    trial.run = await trial.start(trial.items, last=STAGE + 1)


async def crash_before_closing(trial: Trial) -> None:
    """kill -9 after a stage's last item, before anybody closes it; the next time just after."""
    await trial.mid_stage()
    trial.hit()
    for stage, judge in ((STAGE, _before_advancing), (STAGE + 1, _after_closing)):
        proxies = [trial.lines[name].postgres for name in WORKERS]
        for name, proxy in zip(WORKERS, proxies, strict=True):
            proxy.done = 0
            proxy.kill = partial(trial.signal, signal.SIGKILL, name)
            proxy.judge = partial(_unless_one_died, proxies, judge)
        await trial.until(partial(_is_closed, trial, stage))
        trial.measure(f"workers killed at stage {stage}", sum(p.done for p in proxies), least=1)
        for proxy in proxies:
            proxy.judge = pass_all
    await trial.over()
    await _measure_closing(trial)


def _unless_one_died(proxies: list[Proxy], judge: Judge, request: Request) -> Fate:
    return Fate.PASS if any(proxy.done for proxy in proxies) else judge(request)


async def _is_closed(trial: Trial, stage: int) -> bool:
    found = await trial.fetch(
        "select 1 from run_stage where run_id = $1 and stage = $2 and status = 'closed'",
        trial.run,
        stage,
    )
    return bool(found)


async def _measure_closing(trial: Trial) -> None:
    """How long the stages stood without an open item, and whether the next opened once."""
    (waits,) = await trial.fetch(
        "select max(extract(epoch from closed_at - (select max(finished_at) from run_item i"
        " where i.run_id = s.run_id and i.stage = s.stage)))::float as longest"
        " from run_stage s where run_id = $1",
        trial.run,
    )
    trial.measure("until a stage was closed", waits["longest"], "s", most=10)
    (entered,) = await trial.fetch(
        "select count(*) filter (where stage = $2) - count(*) filter (where stage = $3) as more"
        " from run_item where run_id = $1",
        trial.run,
        STAGE + 1,
        STAGE,
    )
    trial.count("items of the next stage too many or too few", abs(entered["more"]))
    calls = len(await trial.rig.calls())
    trial.count("calls made again", calls - 2 * len(trial.items))
