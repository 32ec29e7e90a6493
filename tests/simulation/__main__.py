"""`python -m tests.simulation`: many histories on some processes, or one again with its trace."""

import argparse
import multiprocessing
import os
import sys
import time

from tests.simulation.chunk import CHUNK, some
from tests.simulation.engine import Simulator, installed


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
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--replay", type=int, metavar="SEED")
    arguments = parser.parse_args()
    if arguments.replay is not None:
        return replay(arguments.replay)
    began, done, steps = time.perf_counter(), 0, 0
    starts = range(arguments.seed, arguments.seed + arguments.histories, CHUNK)
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        for count, moved, broken in pool.imap_unordered(some, starts):
            done, steps = done + count, steps + moved
            for seed, what in broken[:5]:
                print(f"seed {seed}: {what}\n  again: python -m tests.simulation --replay {seed}")
            if broken:
                pool.terminate()
                return 1
            if done % (CHUNK * 40) == 0:
                print(f"{done:,} histories", flush=True)
    seconds = time.perf_counter() - began
    print(
        f"{done:,} histories of {steps / done:.0f} steps, nothing lost, doubled or stuck"
        f" ({done / seconds:.0f} a second on {arguments.jobs} processes)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
