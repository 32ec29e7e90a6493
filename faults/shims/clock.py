"""A worker whose clock is wrong: `python -m faults.shims.clock SECONDS KIND`.

Everything in the process that asks Python for the time of day is told another one, libraries too.
"""

import sys
import time


def shift(seconds: float) -> None:
    """Let this process live `seconds` in the future, or in the past."""
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + seconds
    time.time_ns = lambda: now_ns() + round(seconds * 1e9)


if __name__ == "__main__":
    shift(float(sys.argv[1]))
    from pipeline.worker import main

    main(sys.argv[2])
