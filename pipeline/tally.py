"""Figures of this process on their way to whoever reads them: counted here, summed in Redis.

Counting adds to a dictionary. Once a second the heartbeat writes what has come together into one
hash, `igny8:tally`, with one round trip; the web process reads it when it is asked for metrics.
So a hot path pays less than a microsecond, no worker needs a port, and a process that ends leaves
its figures behind. A hash that Redis lost counts from 0 again, which Prometheus takes for a reset.

    <name>|<label>|…          a count
    <name>|<label>|…|le=<s>   how many took at most <s> seconds and more than the bound before
    <name>|<label>|…|sum      seconds
"""

import bisect
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

KEY = "igny8:tally"
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
"""Seconds: from a row that is only moved to an article that is written in many calls."""
NO_BOUND = "+Inf"

_lock = threading.Lock()
_figures: defaultdict[str, float] = defaultdict(float)


def count(name: str, *labels: str, by: float = 1) -> None:
    """Add `by` to a count; labels hold no `|`."""
    with _lock:
        _figures["|".join((name, *labels))] += by


def add(figures: Mapping[str, float]) -> None:
    """Count what another process took of its own."""
    with _lock:
        for field, value in figures.items():
            _figures[field] += value


def took(name: str, *labels: str, seconds: float, times: int = 1) -> None:
    """Note that something took `seconds`, `times` times over."""
    place = bisect.bisect_left(BOUNDS, seconds)
    bound = f"{BOUNDS[place]:g}" if place < len(BOUNDS) else NO_BOUND
    field = "|".join((name, *labels))
    with _lock:
        _figures[f"{field}|le={bound}"] += times
        _figures[f"{field}|sum"] += seconds * times


def take() -> dict[str, float]:
    """What came together since the last call."""
    global _figures
    with _lock:
        taken, _figures = _figures, defaultdict(float)
    return taken


def write(client: Any) -> None:
    """Add what came together to the hash, by a synchronous client; on failure it waits here."""
    taken = take()
    if not taken:
        return
    pipeline = client.pipeline(transaction=True)
    for field, value in taken.items():
        pipeline.hincrbyfloat(KEY, field, value)
    try:
        pipeline.execute()
    except Exception:
        add(taken)
        raise
