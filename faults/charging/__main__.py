"""`python -m faults.charging [--items N] [--seed S]`: exit code 1 when it does not hold."""

import asyncio
import logging
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import click
import uvloop

from bench.rig import Rig, rig
from faults.charging import misbehaviour, report, waves
from faults.charging.havoc import NAME, Havoc, crew
from faults.charging.reckoning import reckon
from pipeline import connections
from pipeline.keeper import RESCUES_KEY
from pipeline.settings import settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
TELL_EVERY = 30.0
EVERYTHING_COSTS = {"PRICE_TASK": "1", "PRICE_REVIEW": "1", "IMAGE_SIZE": "64x64"}


@click.command()
@click.option("--items", default=100_000, help="Items that have to succeed.")
@click.option("--seed", type=int, help="Decides what is left to chance; printed.")
@click.option("--keep", is_flag=True, help="Write docs/charging.md and docs/charging.json.")
def main(items: int, seed: int | None, keep: bool) -> None:
    """Prove that every success is charged once, whatever is killed, cut or doubled."""
    logging.basicConfig(level=logging.CRITICAL)
    seed = random.randrange(1_000_000) if seed is None else seed
    click.echo(f"seed {seed}, {items:,} items")
    proof = uvloop.run(_prove(items, seed))
    click.echo("\n".join(proof.lines()))
    if keep:
        report.keep(proof, DOCS)
    sys.exit(not proof.holds)


async def _prove(items: int, seed: int) -> report.Proof:
    async with rig() as bed, bed.system(demo=True, **EVERYTHING_COSTS, **_named()):
        await misbehaviour.misbehave(bed, seed)
        async with crew(bed) as supervisor:
            havoc, runs = Havoc(supervisor, f"{seed}"), waves.Waves(items, f"{seed}")
            began = time.monotonic()
            async with havoc.raging():
                await runs.roll(_teller(havoc))
            return await _found(bed, seed, items, time.monotonic() - began, havoc, runs)


def _named() -> dict[str, str]:
    """Addresses of the servers by which connections of the processes tell themselves apart."""
    now = settings()
    return {
        "DATABASE_URL": _with(now.database_url, f"application_name={NAME}"),
        "REDIS_URL": _with(now.redis_url, f"client_name={NAME}"),
    }


def _with(url: str, option: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{option}"


def _teller(havoc: Havoc) -> Any:
    began = told = time.monotonic()

    def tell(succeeded: int) -> None:
        nonlocal told
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            click.echo(f"{told - began:6.0f} s: {succeeded:,} succeeded; {dict(havoc.done)}")

    return tell


async def _found(
    bed: Rig, seed: int, items: int, seconds: float, havoc: Havoc, runs: waves.Waves
) -> report.Proof:
    rescues: Any = await asyncio.wait_for(connections.state().hgetall(RESCUES_KEY), 30)
    return report.Proof(
        seed=seed,
        wanted=items,
        seconds=seconds,
        cores=os.cpu_count() or 1,
        runs=dict(runs.done),
        harm=dict(sorted(havoc.done.items())),
        rescues={name.decode(): int(n) for name, n in sorted(rescues.items())},
        calls=await misbehaviour.calls(bed),
        reckoned=await reckon(),
    )


if __name__ == "__main__":
    main()
