"""What Prometheus is told of everything that all processes share: queues, runs, items, calls.

Read when asked for, from PostgreSQL (runs), from the runs' sets (queues) and from the hash into
which workers and keeper add what they count (`pipeline/tally.py`). No label names an account.
Every web process tells the same values: take the maximum over processes, not the sum.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from db.status import GenerationStatus, RunStatus
from piccolo_conf import DB
from pipeline import broker, tally
from pipeline.connections import state
from pipeline.heartbeat import alive
from pipeline.keeper import RESCUES_KEY
from pipeline.messages import FUNCTIONS
from pipeline.queue import RunKey

SETS = tuple(s.value for s in GenerationStatus if s != GenerationStatus.QUEUED)
"""The sets of a stage."""

COUNTERS = {
    "retries": ("Items put back to be tried again, by the error", ("function", "error")),
    "calls": ("Calls of the AI service; throttled is a 429", ("function", "outcome")),
    "tokens": ("Tokens the AI service told", ("function", "direction")),
}
"""Counts of the tally: what they are, and their labels."""


class Figures(msgspec.Struct, frozen=True):
    """Everything shared, as it was read at one moment."""

    runs: dict[str, int]
    queues: dict[tuple[int, str], int]
    bells: dict[str, int]
    workers: dict[str, int]
    rescues: dict[str, float]
    tally: dict[str, float]


async def read() -> Figures:
    """Read all figures: two queries, and one round trip over the sets of the active runs."""
    async with DB.connection() as connection:
        runs = await connection.fetch("select status, count(*) n from automation_run group by 1")
        active = await connection.fetch(
            "select account_id, id, first_stage, last_stage from automation_run"
            " where status in ('running', 'paused')"
        )
    pipeline = state().pipeline(transaction=False)
    pipeline.hgetall(RESCUES_KEY)
    pipeline.hgetall(tally.KEY)
    places = list(_places(active))
    for key, stage, name in places:
        pipeline.scard(f"{key.meta.removesuffix('meta')}s{stage}:{name}")
    rescues, figures, *sizes = await pipeline.execute()
    queues: defaultdict[tuple[int, str], int] = defaultdict(int)
    for (_, stage, name), size in zip(places, sizes, strict=True):
        queues[stage, name] += size
    return Figures(
        runs={status.value: 0 for status in RunStatus} | {row["status"]: row["n"] for row in runs},
        queues=dict(queues),
        bells=await asyncio.to_thread(broker.waiting, *sorted(set(broker.QUEUES.values()))),
        workers=await alive(),
        rescues=_numbers(rescues),
        tally=_numbers(figures),
    )


def _places(active: Iterable[Any]) -> Iterator[tuple[RunKey, int, str]]:
    for row in active:
        for stage in range(row["first_stage"], row["last_stage"] + 1):
            for name in SETS:
                yield RunKey(row["account_id"], row["id"]), stage, name


def _numbers(raw: Mapping[bytes, bytes]) -> dict[str, float]:
    return {name.decode(): float(value) for name, value in raw.items()}


class Shared(Collector):
    """Figures as Prometheus wants them."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        yield self._gauge("runs", "Runs by status", ("status",), self.figures.runs)
        named = {(FUNCTIONS[stage], name): n for (stage, name), n in self.figures.queues.items()}
        about = "Items of the active runs in each set of each stage, all accounts together"
        yield self._gauge("queue_items", about, ("function", "set"), named)
        yield self._gauge(
            "bells", "Bells that no worker has fetched", ("queue",), self.figures.bells
        )
        yield self._gauge(
            "workers", "Worker processes heard lately", ("kind",), self.figures.workers
        )
        rescues = CounterMetricFamily("igny8_rescues", "Repairs by the keeper", labels=["cause"])
        for cause, number in sorted(self.figures.rescues.items()):
            rescues.add_metric([cause], number)
        yield rescues
        for name, (about, labels) in COUNTERS.items():
            yield self._counter(name, about, labels)
        yield self._durations()

    def _gauge(
        self, name: str, about: str, labels: tuple[str, ...], values: Mapping[Any, float]
    ) -> Metric:
        family = GaugeMetricFamily(f"igny8_{name}", about, labels=labels)
        for at, value in sorted(values.items()):
            family.add_metric([at] if isinstance(at, str) else list(at), value)
        return family

    def _counter(self, name: str, about: str, labels: tuple[str, ...]) -> Metric:
        family = CounterMetricFamily(f"igny8_{name}", about, labels=labels)
        for field, value in sorted(self.figures.tally.items()):
            kind, *at = field.split("|")
            if kind == name and len(at) == len(labels):
                family.add_metric(at, value)
        return family

    def _durations(self) -> Metric:
        """The histogram of what items took, by function and outcome."""
        found: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for field, value in self.figures.tally.items():
            kind, *at = field.split("|")
            if kind == "items" and len(at) == 3:
                found[at[0], at[1]][at[2].removeprefix("le=")] = value
        about = "Seconds from claim to record of the claims that items belonged to"
        family = HistogramMetricFamily("igny8_item_seconds", about, labels=["function", "outcome"])
        for labels, parts in sorted(found.items()):
            so_far, buckets = 0.0, []
            for bound in (*(f"{b:g}" for b in tally.BOUNDS), tally.NO_BOUND):
                so_far += parts.get(bound, 0.0)
                buckets.append((bound, so_far))
            family.add_metric(labels, buckets=cast(Any, buckets), sum_value=parts.get("sum", 0.0))
        return family
