"""Faults of the AI service: it refuses calls, breaks, hangs for ever, answers a word a second."""

import asyncio
import time
from uuid import UUID

from bench import rows
from faults import provider
from faults.provider import Asked
from faults.trial import Trial
from pipeline import connections
from pipeline.queue import RunKey
from pipeline.settings import settings

HANGING = {"PROVIDER_TIMEOUT": "60", "ITEM_TIMEOUT": "5"}
BREAKING = {"PROVIDER_TIMEOUT": "2"}


async def begin_hanging(trial: Trial) -> None:
    """Two articles that never come: the service hangs, or sends a few words a second."""
    trial.may_fail = {trial.titles[0], trial.titles[1]}
    await provider.wrong(trial.rig, "hang", match=trial.titles[0], seconds=600)
    await provider.wrong(trial.rig, "drip", match=trial.titles[1], seconds=1)
    await trial.begin()


async def hang(trial: Trial) -> None:
    """The service never answers about one item, and sends a few words a second about another."""

    async def all_ended() -> bool:
        return all(call.ended for call in await provider.calls(trial.rig))

    await trial.over()
    await trial.until(all_ended, 10)
    lasted = [call.ended - call.started for call in await provider.calls(trial.rig) if call.ended]
    trial.measure("time over the limit", max(lasted) - settings().item_timeout, "s", most=5)
    failed = await trial.fetch(
        "select title from run_item where run_id = $1 and status = 'failed'"
        " and error ->> 'error_type' = 'TimeoutError'",
        trial.run,
    )
    trial.count("hanging items that did not time out", 2 - len(failed))
    slots = RunKey(trial.account, trial.run).meta.removesuffix("meta") + "slots"

    async def free() -> bool:
        return await connections.state().zcard(slots) == 0

    await trial.until(free, settings().lease_seconds + 2)
    trial.count("slots leaked", int(await connections.state().zcard(slots)))


async def begin_storm(trial: Trial) -> None:
    """A run that could ask twice as much as the service allows."""
    trial.wanted, trial.slots = (100, 16) if trial.short else (3000, 32)
    await provider.wrong(trial.rig, "rate-limit", rate=_rate(trial))
    await Trial.begin(trial)


async def storm(trial: Trial) -> None:
    """The service answers 429 with Retry-After beyond a rate, which it halves in mid run."""
    rate, (lasts, settling) = _rate(trial), (3, 1) if trial.short else (50, 20)
    await asyncio.sleep(lasts)
    now = time.time()
    _note(trial, "at first", await provider.calls(trial.rig), rate, now - lasts + settling, now)
    await provider.reset(trial.rig)
    await provider.wrong(trial.rig, "rate-limit", rate=rate / 2)
    await asyncio.sleep(lasts)
    now = time.time()
    calls = await provider.calls(trial.rig)
    _note(trial, "at half the rate", calls, rate / 2, now - lasts + settling, now)
    trial.measure("until the halved rate is kept", _settled(calls, rate / 2, now - lasts), "s")
    await provider.reset(trial.rig)
    await trial.over()


def _rate(trial: Trial) -> float:
    return 20.0 if trial.short else 40.0


def _note(
    trial: Trial, when: str, calls: list[Asked], rate: float, since: float, until: float
) -> None:
    """How much of the rate was used, and how much was refused, between two moments."""
    ended = [call for call in calls if call.ended is not None and since <= call.ended < until]
    refused = sum(call.status == "429" for call in ended)
    used = sum(call.status == "200" for call in ended) / (until - since) / rate
    trial.measure(f"refused {when}", 100 * refused / max(1, len(ended)), "%", most=2)
    trial.measure(f"rate used {when}", 100 * used, "%", least=90)


def _settled(calls: list[Asked], rate: float, since: float) -> float:
    """Seconds from `since` until the first second without a refusal and with 90 % of the rate."""
    ended = [(call.ended - since, call.status) for call in calls if call.ended is not None]
    for second in range(100):
        within = [status for when, status in ended if second <= when < second + 1]
        if within and "429" not in within and len(within) >= 0.9 * rate:
            return float(second)
    return 100.0


async def break_often(trial: Trial) -> None:
    """The service answers 500, or not in time, to a share of the calls: 1 %, 10 % and half."""
    for share in (0.2,) if trial.short else (0.01, 0.1, 0.5):
        await provider.reset(trial.rig)
        seed = trial.rng.randrange(1000)
        await provider.wrong(trial.rig, "500", share=share / 2, seed=seed)
        await provider.wrong(trial.rig, "hang", share=share / 2, seed=seed + 1)
        if trial.others or not await trial.active():
            trial.wanted += 1  # other titles
            trial.others.append(await trial.start(await rows.tasks(trial.account, trial.wanted)))
        run = trial.runs[-1]
        await trial.over(run)
        calls = await provider.calls(trial.rig)
        wasted = sum(call.status != "200" for call in calls)
        trial.measure(f"calls in vain at {100 * share:g} %", 100 * wasted / len(calls), "%")
        await _excuse(trial, run)


async def _excuse(trial: Trial, run: UUID) -> None:
    """An item may fail that was tried as often as items are tried."""
    tried = await trial.fetch(
        "select title from run_item where run_id = $1 and status = 'failed' and attempts >= $2",
        run,
        settings().provider_attempts,
    )
    trial.may_fail |= {row["title"] for row in tried}
