"""A chunk of seeds: what one task of a pool of processes goes through."""

import gc

from tests.simulation.engine import Simulator, installed

CHUNK = 250
SWEEP = 50
"""Histories between two collections: more leave the caches, fewer look at the same too often."""
Chunk = tuple[int, int, list[tuple[int, str]]]
"""How many histories, their steps, and (seed, what broke).."""


def chunks(seeds: range) -> list[range]:
    """All seeds in parts for one task each."""
    return [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]


def some(seeds: range) -> Chunk:
    """Go through the histories of one chunk."""
    gc.collect()
    gc.freeze()  # what is imported stays, and need not be looked through again
    broken, steps = [], 0
    with installed(Simulator()) as simulator:
        for seed in seeds:
            try:
                steps += simulator.history(seed).world.steps
            except Exception as error:  # noqa: BLE001 - whatever it is, its seed is what counts
                broken.append((seed, f"{type(error).__name__}: {error}"))
            if seed % SWEEP == 0:
                gc.collect()
    return len(seeds), steps, broken
