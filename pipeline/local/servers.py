"""The embedded servers as one: an owner's lock, both started, watched, restarted and stopped.

One process owns the servers of a data directory: it holds an flock, which the kernel frees however
the process ends, and the servers are its children, which the kernel stops with it.
"""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pipeline.local.places import make, places
from pipeline.local.postgres import Postgres
from pipeline.local.processes import LocalError
from pipeline.local.redis_server import Redis

REVIVAL_GAP = 1.0
"""Seconds between two attempts to start a server again that does not stay up."""


class Busy(LocalError):
    """Another process owns the servers of this data directory."""


class Servers:
    """PostgreSQL and Redis of one data directory, or the one of them that is wanted."""

    def __init__(
        self, data: Path, *, fast: bool = False, postgres: bool = True, redis: bool = True
    ) -> None:
        self.data = data.resolve()
        self.fast = fast
        self._wanted = (postgres, redis)
        self._lock: IO[str] | None = None
        self._run: Path | None = None
        self._running: list[Postgres | Redis] = []
        self._revived: dict[str, float] = {}
        self.note = ""

    @property
    def urls(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL of the servers started here."""
        names = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
        return {names[server.name]: server.url for server in self._running}

    def pid(self, name: str) -> int | None:
        """The process id of the server `name` ("postgres", "redis"), if it runs."""
        for server in self._running:
            if server.name == name and server.child is not None and server.alive():
                return server.child.pid
        return None

    def start(self) -> Self:
        """Become the owner and start what is wanted. Raises Busy or LocalError."""
        self._lock = take_lock(self.data)
        try:
            if any(self._wanted):
                self._choose()
            for server in self._running:
                server.start()
            for server in self._running:
                server.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def _choose(self) -> None:
        postgres, redis = self._wanted
        at = places(self.data, postgres=postgres)
        self.note, self._run = at.note, at.run
        if postgres:
            self._running.append(Postgres(at, self.fast))
        if redis:
            self._running.append(Redis(at, self.fast))

    def revive(self) -> list[str]:
        """Start again what has died; returns the names. Those who use it wait and reconnect."""
        now = time.monotonic()
        dead = [
            server
            for server in self._running
            if not server.alive() and now - self._revived.get(server.name, 0) > REVIVAL_GAP
        ]
        for server in dead:
            self._revived[server.name] = now
            server.start()
        return [server.name for server in dead]

    def stop(self) -> None:
        """Stop what runs and give up ownership; a second call does nothing."""
        for server in reversed(self._running):
            server.stop()
        self._running = []
        if self._lock is not None and self._run is not None:
            with contextlib.suppress(OSError):
                self._run.rmdir()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def take_lock(data: Path) -> IO[str]:
    """The owner's lock on `data`, held while the file is open. Raises Busy with the owner's id.

    Others hold it for an instant when they look whether there is an owner: hence the tries.
    """
    make(data, 0o755)
    try:
        file = (data / "owner.lock").open("a+")
    except PermissionError:
        raise LocalError(
            f"{data} belongs to another user: run as that user, or set DATA_DIR to another folder"
        ) from None
    for _ in range(10):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            time.sleep(0.03)
    else:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise Busy(f"igny8 already runs on {data} (process {owner})")
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
