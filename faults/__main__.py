"""`python -m faults [NAME ...] [--trials N] [--seed S]`: hurt the system, check, print a table."""

import asyncio
import logging
import random
import sys
from pathlib import Path

import click
import uvloop

from bench.rig import Rig, rig
from faults import report
from faults.catalogue import FAULTS, Entry
from faults.invariants import check
from faults.trial import SECONDS, Trial, workers
from faults.watching import Follower, Watcher

DOCS = Path(__file__).resolve().parents[1] / "docs"
ITEMS = 64


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([f.name for f in FAULTS]), metavar="[NAME]...")
@click.option("--trials", default=1, help="How often each fault is injected.")
@click.option("--seed", type=int, help="Decides all that is left to chance; printed.")
@click.option("--items", default=ITEMS, help="Articles of each run.")
@click.option("--keep", is_flag=True, help="Write docs/faults.md and docs/faults.json.")
def main(names: tuple[str, ...], trials: int, seed: int | None, items: int, keep: bool) -> None:
    """Inject faults into a running system. Exit code 1 when an invariant breaks."""
    logging.basicConfig(level=logging.CRITICAL)
    seed = random.randrange(1_000_000) if seed is None else seed
    click.echo(f"seed {seed}, {trials} trials each, {items} articles of {SECONDS} s a run")
    chosen = [fault for fault in FAULTS if not names or fault.name in names]
    found = uvloop.run(_all(chosen, trials, seed, items))
    if keep:
        report.keep(found, seed, trials, items, DOCS)
    sys.exit(any(row.broken.total() for row in found))


async def _all(chosen: list[Entry], trials: int, seed: int, items: int) -> list[report.Row]:
    found = []
    click.echo(report.HEAD)
    async with rig() as bed:
        for fault in chosen:
            row = report.Row(fault.number, fault.name, fault.story)
            async with bed.system():
                for n in range(trials):
                    await _one(bed, fault, f"{seed}/{fault.name}/{n}", items, row)
            click.echo(row.line())
            found.append(row)
    return found


async def _one(bed: Rig, fault: Entry, seed: str, items: int, row: report.Row) -> None:
    async with workers(bed) as crew:
        trial = Trial(bed, crew, random.Random(seed))
        await trial.begin(items)
        watcher, follower = Watcher(trial), Follower(trial)
        tasks = [asyncio.create_task(do) for do in (watcher.watch(), follower.follow())]
        try:
            await fault.inject(trial)
            ended = await trial.over()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        row.add(await check(trial, ended, watcher, follower), watcher.resumed)
        calls = [call.about for call in await bed.calls()]
        row.repeated += len(calls) - len(set(calls))


if __name__ == "__main__":
    main()
