"""`python -m bench [NAME ...] [--short]`: run measures, print them, keep them in docs/."""

import importlib
import logging
import os
import platform
import sys
import time
from pathlib import Path

import click
import uvloop

from bench import figures
from bench.rig import Rig, rig

MEASURES = ("whole", "steady", "flow", "cpu", "idle", "kill", "flushall", "api", "sockets")
DOCS = Path(__file__).resolve().parents[1] / "docs"


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(MEASURES), metavar="[NAME]...")
@click.option("--short", is_flag=True, help="Fewer items: for the counts, not for the times.")
@click.option("--list", "listing", is_flag=True, help="List the measures.")
def main(names: tuple[str, ...], short: bool, listing: bool) -> None:
    """Measure the engine. Exit code 1 when a figure misses its target.

    What is measured in full is kept in docs/bench.md and docs/bench.json.
    """
    if listing:
        for name in MEASURES:
            click.echo(f"{name:10}{_module(name).CONDITIONS}")
        return
    logging.basicConfig(level=logging.ERROR)
    measured = uvloop.run(_measure(names or MEASURES, short))
    if not short:
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
        figures.keep(measured, MEASURES, machine, DOCS)
    missed = [f for one in measured for f in one.figures if f.reached is False]
    counts_only = [f for f in missed if not short or not f.unit]
    sys.exit(1 if counts_only else 0)


def _module(name: str):  # type: ignore[no-untyped-def]
    return importlib.import_module(f"bench.measures.{name}")


async def _measure(names: tuple[str, ...], short: bool) -> list[figures.Measured]:
    found = []
    async with rig() as system:
        for name in names:
            found.append(await _one(system, name, short))
            figures.show(found[-1])
    return found


async def _one(system: Rig, name: str, short: bool) -> figures.Measured:
    module = _module(name)
    load, began = os.getloadavg()[0], time.monotonic()
    figures_ = await module.measure(system, short)
    conditions = f"{module.CONDITIONS} (short)" if short else module.CONDITIONS
    return figures.Measured(name, conditions, time.monotonic() - began, load, figures_)


if __name__ == "__main__":
    main()
