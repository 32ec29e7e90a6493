"""`python -m tests.simulation`: many histories on some processes, or one again with its trace."""

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator

from tests.simulation.chunk import Chunk, chunks, some
from tests.simulation.engine import Simulator, installed

TOLD = 10_000
"""Histories between two lines of progress."""


def replay(seed: int) -> int:
    """Go through one history again and print all of it."""
    with installed(Simulator()) as simulator:
        try:
            simulator.history(seed, trace=True)
        except AssertionError as error:
            verdict, code = f"{type(error).__name__}: {error}", 1
        else:
            verdict, code = "nothing is wrong", 0
        present = simulator.present
        print(present.plan)
        print("\n".join(present.world.trace or ()))
    print(verdict)
    return code


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--replay", type=int, metavar="SEED")
    arguments = parser.parse_args()
    if arguments.replay is not None:
        return replay(arguments.replay)
    seeds = range(arguments.seed, arguments.seed + arguments.histories)
    print(f"seeds {seeds.start} to {seeds.stop - 1} on {arguments.jobs} processes", flush=True)
    ignore = (signal.SIGINT, signal.SIG_IGN)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(arguments.jobs, initializer=signal.signal, initargs=ignore) as pool:
        return follow(seeds, arguments.jobs, pool.imap(some, chunks(seeds)))


def follow(seeds: range, jobs: int, results: Iterator[Chunk]) -> int:
    """Print what comes, in order of seeds; 1 at the first that is broken, 130 if interrupted.

    Whatever ends it, the last line says which seeds were gone through and found clean. Their steps
    are the same each time: whoever doubts a range goes through it again and compares the sum.
    """
    began, done, steps, code = time.perf_counter(), 0, 0, 0
    try:
        for count, moved, broken in results:
            for seed, what in broken[:5]:
                print(f"seed {seed}: {what}\n  again: python -m tests.simulation --replay {seed}")
            if broken:
                code = 1
                break
            before, done, steps = done, done + count, steps + moved
            if done // TOLD > before // TOLD:
                print(f"{done:,} histories; the next seed is {seeds.start + done}", flush=True)
    except KeyboardInterrupt:
        code = 130
    speed = done / (time.perf_counter() - began)
    print(f"{clean(seeds[:done], steps)} ({speed:.0f} a second on {jobs} processes)", flush=True)
    if done < len(seeds):
        print(f"go on with --seed {seeds.start + done}")
    return code


def clean(seeds: range, steps: int) -> str:
    """What is proved of the seeds that were gone through."""
    if not seeds:
        return "no history was finished"
    return (
        f"seeds {seeds.start} to {seeds.stop - 1}: {len(seeds):,} histories of {steps:,} steps,"
        " nothing lost, doubled or stuck"
    )


if __name__ == "__main__":
    sys.exit(main())
