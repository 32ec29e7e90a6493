"""Everything a measure runs on: embedded servers, AI service, workers and keeper as processes.

The servers are as durable as in use (fsync, AOF); all data lies in a temporary folder. Each
`system` starts with empty tables, an empty Redis and fresh processes.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import msgspec

from bench.cpu import seconds_of
from bench.service import Call
from db.migrate import migrate
from db.piccolo_app import APP_CONFIG
from piccolo_conf import DB
from pipeline import connections
from pipeline.local.processes import die_with_parent
from pipeline.local.servers import Servers
from pipeline.local.supervisor import Supervisor
from pipeline.settings import Settings, settings

DELETE_ALL = "set local session_replication_role = replica; " + "".join(
    f'delete from "{table._meta.tablename}"; ' for table in APP_CONFIG.table_classes
)
MODELS = {
    "OPENAI_API_KEY": "demo",
    "TEXT_MODEL": "demo-text",
    "EMBEDDING_MODEL": "demo-embed",
    "IMAGE_MODEL": "demo-image",
    "PROVIDER_IS_DEMO": "true",
    "RATE_LIMIT": "0",
    "LOG_LEVEL": "WARNING",
}
OURS = {
    "worker": (("-m", "pipeline.worker", "text"), "igny8:alive:text:*"),
    "images": (("-m", "pipeline.worker", "images"), "igny8:alive:images:*"),
    "keeper": (("-m", "pipeline.keeper"), "igny8:keeper"),
}
"""Our processes: how each is started, and the key in Redis that tells that it is at work."""

PATIENCE = 60.0


class Rig:
    """The servers of a bench, and one system of processes at a time."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.servers, self.folder = servers, folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.service = ""
        self.demo = False

    @property
    def sockets(self) -> tuple[str, str]:
        """The paths of the sockets of PostgreSQL and Redis."""
        urls = {name: urlsplit(url) for name, url in self.servers.urls.items()}
        folder = parse_qs(urls["DATABASE_URL"].query)["host"][0]
        return f"{folder}/.s.PGSQL.5432", urls["REDIS_URL"].path

    def start(self, name: str, *words: str) -> None:
        """Start `python words...` under `name`; its output goes to a file of that name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *words],
                env=dict(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def stop(self, *names: str) -> None:
        """End processes: politely, then not."""
        gone = [self.processes.pop(name) for name in names]
        for process in gone:
            process.terminate()
        for process in gone:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextlib.asynccontextmanager
    async def system(
        self, *, demo: bool = False, only: Sequence[str] = tuple(OURS), **environment: str
    ) -> AsyncIterator[None]:
        """Service (or demo provider), workers and keeper at work, nothing stored; settings too.

        `only` names those of OURS that are wanted.
        """
        await self._empty()
        before = dict(os.environ)
        try:
            os.environ.update(MODELS, OPENAI_BASE_URL=f"{self._start_service(demo)}/v1")
            os.environ.update(environment)
            settings.cache_clear()
            for name in only:
                self.start(name, *OURS[name][0])
            for name in only:
                await self.at_work(name)
            yield
        finally:
            self.stop(*self.processes)
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()

    @contextlib.asynccontextmanager
    async def supervising(
        self, name: str, *words: str, **environment: str
    ) -> AsyncIterator[Supervisor]:
        """One of our processes under the supervisor of `igny8 up`, while the block runs.

        It is started as `python words...`, where words are given, with further `environment`.
        What it says goes to a file.
        """
        log = self.folder / f"{name}.log"

        def say(_: str, line: str) -> None:
            with log.open("a") as file:
                file.write(f"{line}\n")

        supervisor = Supervisor({**os.environ, **environment}, say)
        supervisor.add(name, [sys.executable, *(words or OURS[name][0])])

        async def turn() -> None:
            while True:
                supervisor.turn(0)
                await asyncio.sleep(0.02)

        turning = asyncio.create_task(turn())
        try:
            yield supervisor
        finally:
            turning.cancel()
            # In a thread: a worker that ends says goodbye through proxies that live in this loop.
            await asyncio.to_thread(supervisor.stop)

    async def at_work(self, name: str) -> None:
        """Wait until one of our processes says that it lives."""
        give_up = time.monotonic() + PATIENCE
        while not await connections.state().keys(OURS[name][1]):
            if time.monotonic() > give_up:
                raise RuntimeError(f"{name} did not start: see {self.folder / name}.log")
            await asyncio.sleep(0.02)

    async def _empty(self) -> None:
        async with DB.transaction() as transaction:
            await transaction.connection.execute(DELETE_ALL)
        async with DB.connection() as connection:
            await connection.execute("vacuum analyze")
        await connections.state().flushall()

    def _start_service(self, demo: bool) -> str:
        file = self.folder / "port"
        file.unlink(missing_ok=True)
        module = "pipeline.demo" if demo else "bench.service"
        self.demo = demo
        self.start("service", "-m", module, "--port", "0", "--port-file", str(file))
        give_up = time.monotonic() + PATIENCE
        while not file.exists():
            if time.monotonic() > give_up:
                raise RuntimeError(f"the AI service did not start: see {self.folder}/service.log")
            time.sleep(0.02)
        self.service = f"http://127.0.0.1:{file.read_text().strip()}"
        return self.service

    async def answer(self, **ways: float | int) -> None:
        """Tell the service how to answer from now on, and to forget its calls: see `service`."""
        await self._control(f"set?{urlencode(ways)}")

    async def calls(self) -> list[Call]:
        """Every call the service has had since it was last told how to answer."""
        return msgspec.json.decode(await self._control("calls"), type=list[Call])

    async def _control(self, what: str) -> bytes:
        def get() -> bytes:
            with urlopen(f"{self.service}/control/{what}") as answer:
                body: bytes = answer.read()
                return body

        return await asyncio.to_thread(get)

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far of each process that runs, PostgreSQL and Redis among them."""
        pids: dict[str, int | None] = {name: p.pid for name, p in self.processes.items()}
        pids |= {name: self.servers.pid(name) for name in ("postgres", "redis")}
        return {name: seconds_of(pid) for name, pid in pids.items() if pid is not None}


@contextlib.contextmanager
def _servers(folder: Path) -> Iterator[Servers]:
    names = [name.upper() for name in Settings.__struct_fields__]
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        with Servers(folder / "var") as running:
            os.environ.update(running.urls, DATA_DIR=str(folder / "var"))
            settings.cache_clear()
            yield running
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)


def _new_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="igny8-bench-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    return folder


def _show_logs(folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        print(f"--- the end of {log.name}\n{log.read_text(errors='replace')[-3000:]}")


@contextlib.asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """Servers with our tables, in a folder that is removed afterwards."""
    folder = _new_folder()
    try:
        with _servers(folder) as running:
            await migrate()
            await connections.open_all()
            try:
                yield Rig(running, folder)
            except BaseException:
                _show_logs(folder)
                raise
            finally:
                await connections.close_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def spent(before: dict[str, float], after: dict[str, float]) -> dict[str, Any]:
    """CPU seconds between two readings."""
    return {name: after[name] - before[name] for name in after if name in before}
