"""The process that owns what runs on this machine: `igny8 up`, or a temporary one for a command.

It starts what the environment does not name (PostgreSQL, Redis, the demo provider), migrates,
makes the first account, publishes where all that is in servers.json, and keeps the Procfile's
processes running. A temporary owner (`python -m pipeline.local`) ends when no command uses it.
"""

import asyncio
import json
import os
import shlex
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import asyncpg

from db.engine import DatabaseAway
from db.migrate import MigrationFailed, migrate
from pipeline.connections import UNREACHABLE
from pipeline.local import usage
from pipeline.local.environment import home, is_demo, listens
from pipeline.local.first_account import make_first_account
from pipeline.local.processes import LocalError
from pipeline.local.servers import Servers
from pipeline.local.supervisor import Say, Supervisor
from pipeline.settings import settings

TURN = 0.25
"""Seconds between looks at the servers and at who uses us."""

WORKING = ("worker", "images", "keeper")
"""What a temporary owner runs for a command that needs work done."""

DEMO = ["python", "-m", "pipeline.demo", "--port"]


class Owner:
    """Everything of one data directory, for as long as `run` lasts."""

    def __init__(
        self, data: Path, say: Say, *, temporary: bool, ready: Callable[[], None] = lambda: None
    ) -> None:
        self.data, self.temporary = data, temporary
        self._say, self._ready = say, ready
        self._stops = 0
        self._demo_port = 0
        self.servers = Servers(
            data,
            postgres=not os.environ.get("DATABASE_URL"),
            redis=not os.environ.get("REDIS_URL"),
        )

    def run(self) -> None:
        """Start, keep running until asked to stop, stop. Raises LocalError, BadSetting."""
        wakeup, woken = socket.socketpair()
        for end in (wakeup, woken):
            end.setblocking(False)
        signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake up
        with self.servers:
            made = self._prepare()
            publish(self.data, made)
            ready = usage.hold_ready(self.data)
            supervisor = Supervisor(dict(os.environ), self._say)
            supervisor.watch(woken.fileno())
            try:
                self._work(supervisor)
            finally:
                ready.close()
                (self.data / "servers.json").unlink(missing_ok=True)
                supervisor.stop(hurry=lambda: self._stops > 1)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._stops += 1

    def _prepare(self) -> dict[str, str]:
        """Complete our own environment; returns what was added to it."""
        made = dict(self.servers.urls)
        if is_demo():
            self._demo_port = free_port()
            made |= demo_environment(self._demo_port)
        os.environ.update(made)
        settings.cache_clear()
        if self.servers.note:
            self._say("igny8", self.servers.note)
        asyncio.run(self._prepare_database())
        return made

    async def _prepare_database(self) -> None:
        try:
            for name in await migrate():
                self._say("igny8", f"migration {name} applied")
            await make_first_account(self.data)
        except (DatabaseAway, MigrationFailed, asyncpg.PostgresError) as error:
            raise LocalError(f"The database cannot be prepared: {error}") from error

    def _work(self, supervisor: Supervisor) -> None:
        commands = procfile(home() / "Procfile")
        told = self.temporary
        while not self._stops:
            if not self.temporary or usage.workers_wanted(self.data):
                self._start(supervisor, commands)
            supervisor.turn(TURN)
            for name in self.servers.revive():
                self._say("igny8", f"{name} died and was started again")
            if not told and listens(settings().host, settings().port):
                told = self._tell()
            if self.temporary and usage.nobody_uses(self.data):
                return

    def _tell(self) -> bool:
        """Whether it could be told that all is ready; not if PostgreSQL died in between."""
        try:
            self._ready()
        except UNREACHABLE:
            return False
        return True

    def _start(self, supervisor: Supervisor, commands: dict[str, list[str]]) -> None:
        if self._demo_port:
            supervisor.add("demo", python_words([*DEMO, str(self._demo_port)]))
        for name, words in commands.items():
            if not self.temporary or name in WORKING:
                supervisor.add(name, words)


def demo_environment(port: int) -> dict[str, str]:
    """Settings that point at the demo provider on `port`."""
    return {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "OPENAI_API_KEY": "demo",
        "TEXT_MODEL": "demo-text",
        "EMBEDDING_MODEL": "demo-embed",
        "IMAGE_MODEL": "demo-image",
        "PROVIDER_IS_DEMO": "1",
    }


def publish(data: Path, made: dict[str, str]) -> None:
    """Tell other commands where everything is. Holds no secret: only what was started here."""
    new = data / "servers.json.new"
    new.touch(mode=0o600)
    new.write_text(json.dumps({"owner": os.getpid(), "environment": made}, indent=2) + "\n")
    new.rename(data / "servers.json")


def procfile(file: Path) -> dict[str, list[str]]:
    """Names and commands of a Procfile. Raises LocalError if it is not there."""
    if not file.exists():
        raise LocalError(f"{file} is missing: run igny8 from a checkout of the project")
    lines = (line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
    return {name.strip(): python_words(shlex.split(rest)) for name, rest in lines}


def python_words(words: list[str]) -> list[str]:
    """The command with `python` meaning the one that runs us."""
    return [sys.executable, *words[1:]] if words[:1] == ["python"] else words


def free_port() -> int:
    """A TCP port of the loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
