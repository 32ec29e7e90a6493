"""The highest percentage of each run that this process has shown.

Redis keeps it for all processes, but may be wiped; then the shares of items under way are lost for
a moment, and without this memory the bar would fall before the eyes of who watches it.
"""

from uuid import UUID

RUNS = 10_000
"""Runs that are remembered; the one that was looked at first is forgotten first."""

_highest: dict[UUID, tuple[int, float]] = {}


def never_less(run: UUID, retries: int, percentage: float) -> float:
    """The percentage to show of a run, 0 to 100; it falls only when `retries` has risen."""
    known_retries, highest = _highest.pop(run, (retries, 0.0))
    if retries <= known_retries:
        retries, percentage = known_retries, max(percentage, highest)
    if len(_highest) >= RUNS:
        del _highest[next(iter(_highest))]
    _highest[run] = (retries, percentage)
    return percentage
