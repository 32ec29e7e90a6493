"""A chunk of seeds: what one task of a pool of processes goes through."""

import gc

from tests.simulation.engine import Simulator, installed

CHUNK = 250


def some(first: int) -> tuple[int, int, list[tuple[int, str]]]:
    """The histories of one chunk of seeds: how many, their steps, and (seed, what broke).."""
    broken, steps = [], 0
    with installed(Simulator()) as simulator:
        for seed in range(first, first + CHUNK):
            try:
                steps += simulator.history(seed).world.steps
            except Exception as error:  # noqa: BLE001 - whatever it is, its seed is what counts
                broken.append((seed, f"{type(error).__name__}: {error}"))
    gc.collect()
    return CHUNK, steps, broken
