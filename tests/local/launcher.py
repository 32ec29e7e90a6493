"""Owns the servers of a folder until SIGTERM: `python -m tests.local.launcher FOLDER [orphans]`.

With `orphans` its servers outlive a kill -9, as they do on systems other than Linux.
"""

import signal
import sys
import threading
from pathlib import Path

from pipeline.local import postgres, redis_server
from pipeline.local.processes import LocalError
from pipeline.local.servers import Servers

READY = "ready"


def main(folder: Path, *, orphans: bool) -> None:
    """Start, say so in the file `ready`, wait, stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if orphans:
        for module in (postgres, redis_server):
            setattr(module, "die_with_parent", lambda number: None)  # noqa: B010 - not exported
    try:
        with Servers(folder):
            (folder / READY).touch()
            stop.wait()
    except LocalError as error:
        sys.exit(str(error))
    finally:
        (folder / READY).unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), orphans="orphans" in sys.argv)
