"""The embedded PostgreSQL: the wheel's binaries, started as a child of ours.

Its own `get_server()` is not used: it leaves servers running, ends processes that are not its own
and does not survive a kill in the middle of `initdb`.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from pipeline.local.places import Places
from pipeline.local.processes import (
    LocalError,
    die_with_parent,
    pid_in,
    run_as,
    stop_child,
    stop_orphan,
)

DATABASE = "igny8"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "log_checkpoints": "off",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One PostgreSQL server. `fast` gives up durability for speed, for tests."""

    name = "postgres"

    def __init__(self, at: Places, fast: bool = False) -> None:
        self.at, self.fast = at, fast
        self.log = at.data / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.at.run))}"

    def start(self) -> None:
        """Start the server, after making its database cluster and ending what was left behind."""
        if not (self.at.postgres / "PG_VERSION").exists():
            self._make_cluster()
        self._clear_pid_file()
        settings = {**SETTINGS, **(FAST if self.fast else {})}
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(  # noqa: S603 - our own arguments
                [self._binary("postgres"), "-D", self.at.postgres, "-k", self.at.run, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **run_as(self.at.account),
            )

    def wait(self, limit: float = 120.0) -> None:
        """Return when the server takes connections and has our database. Raises LocalError."""
        give_up = time.monotonic() + limit
        while self._ask("pg_isready", "-q").returncode:
            if not self.alive() or time.monotonic() > give_up:
                tail = self.log.read_text(errors="replace")[-1500:]
                raise LocalError(f"PostgreSQL did not start. The end of {self.log}:\n{tail}")
            time.sleep(0.02)
        known = f"select 1 from pg_database where datname = '{DATABASE}'"
        if not self._sql(known).strip():
            self._sql(f'create database "{DATABASE}"')

    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def stop(self) -> None:
        """Stop it: sessions are cut and a checkpoint is written; harder when that takes long."""
        stop_child(self.child, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def _make_cluster(self) -> None:
        """`initdb` beside the final place, then rename: a killed one never looks finished."""
        final = self.at.postgres
        for unfinished in final.parent.glob("postgres.new.*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        new = final.with_name(f"postgres.new.{os.getpid()}")
        new.mkdir(mode=0o700)
        if self.at.account:
            os.chown(new, *self.at.account)
        words = "--username=postgres --auth=trust --encoding=UTF8 --locale-provider=builtin"
        made = subprocess.run(  # noqa: S603 - our own arguments
            [
                self._binary("initdb"),
                f"--pgdata={new}",
                *words.split(),
                "--locale=C.UTF-8",
                *(["--no-sync"] if self.fast else []),
            ],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            check=False,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
            **run_as(self.at.account),
        )
        if made.returncode:
            raise LocalError(f"PostgreSQL could not set up {final}:\n{made.stderr[-1500:]}")
        new.rename(final)

    def _clear_pid_file(self) -> None:
        """Stop a server that an earlier owner left on this folder; forget ids of other processes.

        We hold the owner's lock, so no server on this folder is anybody else's.
        """
        file = self.at.postgres / "postmaster.pid"
        marks = ("postgres", str(self.at.postgres))
        if not stop_orphan(pid_in(file), marks, signal.SIGINT):
            file.unlink(missing_ok=True)
            for socket in self.at.run.glob(".s.PGSQL.*"):  # its lock names a process id as well
                socket.unlink(missing_ok=True)

    def _sql(self, statement: str) -> str:
        asked = self._ask("psql", "-qAtX", "-d", "postgres", "-c", statement)
        if asked.returncode:
            raise LocalError(f"PostgreSQL refused `{statement}`: {asked.stderr.strip()}")
        return asked.stdout

    def _ask(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own arguments
            [self._binary(program), "-h", self.at.run, "-U", "postgres", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith("PG")},
        )

    def _binary(self, program: str) -> Path:
        return self.at.binaries / program
