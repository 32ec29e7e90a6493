"""Who owns and who uses what runs: flocks, which the kernel frees however a process ends.

`in_use.lock` is held by every command while it needs the servers, `workers.lock` by those that
need work done. The owner asks whether it could have them alone; while it ends it keeps in_use.lock.
`owner.lock` is the owner's for its life, `ready.lock` while servers.json is true.
"""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipeline.local.places import make

_ending: list[IO[str]] = []


@contextlib.contextmanager
def use(data: Path, workers: bool) -> Iterator[None]:
    """Keep a temporary owner alive (with `workers`: working) while this lasts."""
    make(data, 0o755)
    with contextlib.ExitStack() as held:
        names = ["in_use.lock", *(["workers.lock"] if workers else [])]
        for name in names:
            file = held.enter_context((data / name).open("a+"))
            while not _lock(file, fcntl.LOCK_SH):  # an owner is just ending: wait for its end
                time.sleep(0.02)
        yield


def workers_wanted(data: Path) -> bool:
    """Whether some command needs work done."""
    return _is_held(data / "workers.lock")


def nobody_uses(data: Path) -> bool:
    """Whether no command uses the servers; if so, none can begin to until we have ended."""
    file = (data / "in_use.lock").open("a+")
    if _lock(file, fcntl.LOCK_EX):
        _ending.append(file)
        return True
    file.close()
    return False


def others_use(data: Path) -> bool:
    """Whether another command still uses the servers; False too when they are ending."""
    with (data / "in_use.lock").open("a+") as file:
        return _lock(file, fcntl.LOCK_SH) and not _lock(file, fcntl.LOCK_EX)


def hold_ready(data: Path) -> IO[str]:
    """Held by an owner from the moment its servers.json is true; a killed one's file is not."""
    file = (data / "ready.lock").open("a+")
    fcntl.flock(file, fcntl.LOCK_EX)  # at most an instant, while others look
    return file


def is_ready(data: Path) -> bool:
    """Whether the servers.json of `data` is true."""
    return _is_held(data / "ready.lock")


def owned(data: Path) -> bool:
    """Whether an owner runs on `data`."""
    return _is_held(data / "owner.lock")


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("a+") as file:
        return not _lock(file, fcntl.LOCK_EX)


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
