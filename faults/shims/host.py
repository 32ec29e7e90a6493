"""A worker in a network namespace: `python -m faults.shims.host NAMESPACE KIND`."""

import ctypes
import os
import sys

CLONE_NEWNET = 0x40000000


def enter(namespace: str) -> None:
    """Move this process there, while it has one thread. Raises OSError where that fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    place = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(place, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    finally:
        os.close(place)


if __name__ == "__main__":
    enter(sys.argv[1])
    from pipeline.worker import main

    main(sys.argv[2])
