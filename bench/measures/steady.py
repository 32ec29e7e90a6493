"""How much of the provider a run uses: the share of its slots in which a call is in flight."""

from bench import rows, runs
from bench.figures import Figure
from bench.rig import Rig, spent
from bench.service import Call
from pipeline import controls

NAME = "steady"
CONDITIONS = "stage 4, articles of 1,000 words after 0.5 s, C = 64"

SLOTS = 64
SECONDS = 0.5


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """The share in the second half of the run, up to the start of the last call."""
    waves = 6 if short else 40
    async with rig.system():
        owner = await rows.account()
        await rig.answer(seconds=SECONDS, replay=1)
        warm = await rows.tasks(owner, SLOTS)
        await _run(owner, warm)
        chosen = await rows.tasks(owner, SLOTS * waves)
        await rig.answer(seconds=SECONDS, replay=1)
        before = rig.cpu()
        took = await _run(owner, chosen)
        cpu = spent(before, rig.cpu())
        calls = await rig.calls()
    share, gap = in_flight(calls, SLOTS)
    return [
        Figure("share of slot-seconds with a call in flight", share, least=0.97),
        Figure("time of a slot between two calls", gap * 1000, "ms"),
        Figure("calls", len(calls)),
        Figure("calls a second", len(calls) / took, "/s"),
        Figure("CPU of the worker process", cpu["worker"] / took, "cores"),
    ]


async def _run(owner, chosen) -> float:  # type: ignore[no-untyped-def]
    run = await controls.start(
        owner, first_stage=4, last_stage=4, selection=chosen, concurrency=SLOTS
    )
    return await runs.finished(run)


def in_flight(calls: list[Call], slots: int) -> tuple[float, float]:
    """Share of slot-seconds in use, and the seconds a slot loses a call, in the second half.

    By then the calls, which all began at once, are no longer in step.
    """
    starts = sorted(call.started for call in calls)
    begin, end = starts[len(starts) // 2], starts[-1]
    busy = sum(max(0.0, min(call.ended or end, end) - max(call.started, begin)) for call in calls)
    share = busy / (slots * (end - begin))
    lengths = sorted((call.ended or end) - call.started for call in calls)
    return share, lengths[len(lengths) // 2] * (1 / share - 1)
