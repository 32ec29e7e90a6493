"""`python -m faults [NAME ...] [--trials N] [--seed S]`: hurt the system, check, print a table."""

import asyncio
import contextlib
import itertools
import logging
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import msgspec
import uvloop

from bench import web
from bench.rig import Rig, rig
from faults import provider, report
from faults.catalogue import FAULTS
from faults.client import Client
from faults.invariants import check
from faults.lines import Lines, lines
from faults.namespaces import allowed, hosts
from faults.trial import SECONDS, WORKERS, Entry, Trial, workers
from faults.watching import Watcher

DOCS = Path(__file__).resolve().parents[1] / "docs"
ITEMS, FEW = 64, 24


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([f.name for f in FAULTS]), metavar="[NAME]...")
@click.option("--trials", default=1, help="How often each fault is injected.")
@click.option("--seed", type=int, help="Decides all that is left to chance; printed.")
@click.option("--items", type=int, help=f"Articles of each run: {ITEMS}, in a short pass {FEW}.")
@click.option("--short", is_flag=True, help="Small sizes: for the counts, not for the times.")
@click.option("--keep", is_flag=True, help="Write what was found into docs/faults.md and .json.")
@click.option("--rows", type=click.Path(path_type=Path), help="Write what was found there.")
@click.option("--part", default="1/1", metavar="N/OF", help="Every OF-th fault from the N-th on.")
def main(
    names: tuple[str, ...],
    trials: int,
    seed: int | None,
    items: int | None,
    short: bool,
    keep: bool,
    rows: Path | None,
    part: str,
) -> None:
    """Inject faults into a running system. Exit code 1 when an invariant breaks.

    Figures with a target count too, unless the pass is short.
    """
    logging.basicConfig(level=logging.CRITICAL)
    seed = random.randrange(1_000_000) if seed is None else seed
    items = items or (FEW if short else ITEMS)
    click.echo(f"seed {seed}, {trials} trials each, {items} articles of {SECONDS} s a run")
    number, of = map(int, part.split("/"))
    chosen = _possible([f for f in FAULTS if not names or f.name in names][number - 1 :: of])
    found = uvloop.run(_all(chosen, trials, seed, items, short))
    if rows:
        rows.write_bytes(msgspec.json.encode(found))
    if keep:
        report.keep(found, [fault.name for fault in FAULTS], DOCS)
    sys.exit(any(row.broken.total() or row.missed(short) for row in found))


def _possible(chosen: list[Entry]) -> list[Entry]:
    """Those of the faults that this machine allows; tells of the others."""
    if not any(fault.hosted for fault in chosen) or allowed():
        return chosen
    for fault in chosen:
        if fault.hosted:
            click.echo(f"{fault.name}: not tried, this machine gives no network namespaces")
    return [fault for fault in chosen if not fault.hosted]


async def _all(
    chosen: list[Entry], trials: int, seed: int, items: int, short: bool
) -> list[report.Row]:
    found = []
    click.echo(report.HEAD)
    async with rig() as bed:
        for _, group in itertools.groupby(chosen, key=_system_of):
            alike = list(group)
            async with system(bed, alike[0]) as (port, ways):
                for fault in alike:
                    row = report.Row(fault.number, fault.name, fault.story)
                    for n in range(trials):
                        rng = random.Random(f"{seed}/{fault.name}/{n}")
                        trial = Trial(bed, rng, items, port, ways)
                        trial.short = short
                        await _one(trial, fault, row)
                    click.echo(row.line())
                    found.append(row)
    return found


def _system_of(fault: Entry) -> tuple[bool, bool, dict[str, str]]:
    """Faults for which this is equal share the system that they are done to."""
    return fault.demo, fault.proxied, fault.environment


@contextlib.asynccontextmanager
async def system(bed: Rig, fault: Entry) -> AsyncIterator[tuple[int, Lines]]:
    """What a fault and those like it need, without workers; the port of the API and the proxies."""
    async with contextlib.AsyncExitStack() as stack:
        ways = await stack.enter_async_context(lines(bed, *WORKERS)) if fault.proxied else {}
        of_these = bed.system(demo=fault.demo, only=("keeper",), **fault.environment)
        await stack.enter_async_context(of_these)
        yield await web.start(bed), ways


async def _one(trial: Trial, fault: Entry, row: report.Row) -> None:
    bed = trial.rig
    await provider.reset(bed)
    for pair in trial.lines.values():
        pair.reset()
    async with contextlib.AsyncExitStack() as stack:
        if fault.hosted:
            trial.hosts = await stack.enter_async_context(hosts(bed, *WORKERS))
        places = trial.hosts or trial.lines
        trial.crew = await stack.enter_async_context(workers(bed, *fault.workers, places=places))
        await trial.sign_in()
        client, watcher = Client(trial.web, trial.rng), Watcher(trial)
        tasks = [asyncio.create_task(client.follow())]
        try:
            await fault.begin(trial)
            tasks.append(asyncio.create_task(watcher.watch()))
            await fault.inject(trial)
            ended = await trial.over()
            broken = await check(trial, ended, watcher, client)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if fault.within is not None and watcher.resumed is not None:
            trial.measure("longest until resumed", watcher.resumed, "s", most=fault.within)
        row.add(broken, watcher.resumed, trial.figures)
        row.repeated += await provider.repeated(bed)


if __name__ == "__main__":
    main()
