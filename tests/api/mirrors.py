"""A client's picture of an account, kept true by events as docs/live-updates.md says.

Frames come over the network; rows are read straight from PostgreSQL, as any endpoint would.
"""

import asyncio
import contextlib
import json
import random
from typing import Any
from uuid import UUID

import httpx2
from websockets.exceptions import ConnectionClosed, InvalidStatus

from piccolo_conf import DB
from pipeline import credits, progress
from pipeline.events import STAGE_TABLE
from tests.api.following import Frame, Server

ROWS = {
    "cluster": "select id, generation_status, name as text from cluster",
    "idea": "select id, generation_status, title as text from content_idea",
    "task": "select id, generation_status, title as text from task",
    "content": "select id, generation_status, status as text from content",
    "image": "select id, generation_status, path as text from image",
}
DROPPED = (ConnectionClosed, InvalidStatus, OSError, httpx2.TransportError, TimeoutError)


class Picture:
    """Rows, runs, counts, balance and progress as a client knows them."""

    def __init__(self, account: UUID) -> None:
        self.account = account
        self.rows: dict[str, dict[str, tuple[str, str]]] = {}
        self.runs: dict[str, tuple[int, str]] = {}
        self.counts: dict[tuple[str, int], dict[str, int]] = {}
        self.shown: dict[str, str] = {}
        self.balance = 0

    async def load(self) -> None:
        """Everything anew."""
        for table in ROWS:
            self.rows[table] = await self._read(table)
        self.balance = await credits.balance(self.account)
        async with DB.connection() as connection:
            runs = await connection.fetch(
                "select id, version, status from automation_run where account_id = $1",
                self.account,
            )
        for run, version, status in runs:
            self.runs[str(run)] = version, status
            now = await progress.read(self.account, run)
            assert now is not None
            self.shown[str(run)] = now.status.value
            for stage in now.stages:
                names = ("pending", "processing", "completed", "failed", "cancelled")
                counts = {name: getattr(stage, name) for name in names}
                self.counts[str(run), stage.stage] = counts

    async def _read(self, table: str, ids: list[str] | None = None) -> dict[str, tuple[str, str]]:
        async with DB.connection() as connection:
            rows = await connection.fetch(
                f"{ROWS[table]} where account_id = $1 and ($2::uuid[] is null or id = any($2))",
                self.account,
                ids,
            )
        return {str(row[0]): (row[1], row[2]) for row in rows}

    async def apply(self, frame: Frame) -> None:
        """What a frame says."""
        if frame["type"] == "resync":
            self.runs, self.counts, self.shown = {}, {}, {}
            await self.load()
        for event in frame.get("events", []):
            await getattr(self, f"_{event['type']}")(event)

    async def _run(self, event: Frame) -> None:
        known = self.runs.get(event["run"], (0, ""))
        self.runs[event["run"]] = max(known, (event["version"], event["status"]))

    async def _stage(self, event: Frame) -> None:
        self.counts[event["run"], event["stage"]] = event["counts"]

    async def _items(self, event: Frame) -> None:
        await self._stage(event)
        table = STAGE_TABLE[event["stage"]]
        mine = self.rows[table]
        for item in event["items"]:
            if item in mine:
                mine[item] = event["status"], mine[item][1]
        done = event["status"] == "completed"
        unknown = [item for item in event["items"] if done or item not in mine]
        mine |= await self._read(table, unknown)

    async def _rows(self, event: Frame) -> None:
        table = event["table"]
        if event["many"]:
            if table in ROWS:
                self.rows[table] = await self._read(table)
            return
        for row in event["ids"]:
            self.rows[table].pop(row, None)
        self.rows[table] |= await self._read(table, event["ids"])

    async def _progress(self, event: Frame) -> None:
        self.shown[event["run"]] = event["progress"]["status"]

    async def _credits(self, event: Frame) -> None:
        self.balance = event["balance"]

    async def _workers(self, event: Frame) -> None:
        pass

    def state(self) -> dict[str, Any]:
        """All of it, for comparing."""
        opened = {place: counts for place, counts in self.counts.items() if any(counts.values())}
        return {
            "rows": self.rows,
            "runs": {run: status for run, (_, status) in self.runs.items()},
            "counts": opened,
            "shown": self.shown,
            "balance": self.balance,
        }


class Client:
    """Keeps a picture by one of the three ways, and drops its connection at random."""

    def __init__(self, way: str, server: Server, token: str, account: UUID) -> None:
        self.way, self.server, self.token = way, server, token
        self.picture = Picture(account)
        self.cursor: str | None = None
        self.drops = 0
        self.resyncs = 0
        self.chance = random.Random(f"{way}{id(self)}")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(*DROPPED):
                await getattr(self, self.way)(self.chance.randint(1, 5))
            self.drops += 1
            await asyncio.sleep(self.chance.uniform(0, 0.3))

    async def _take(self, raw: str | bytes) -> None:
        frame = json.loads(raw)
        self.resyncs += frame["type"] == "resync"
        if self.cursor is None:
            await self.picture.load()
        await self.picture.apply(frame)
        self.cursor = frame["cursor"]

    async def socket(self, frames: int) -> None:
        """So many frames by WebSocket."""
        async with self.server.socket(self.token, self.cursor) as socket:
            for _ in range(frames):
                await self._take(await socket.recv())
            socket.transport.abort()

    async def sse(self, frames: int) -> None:
        """So many frames as server-sent events."""
        query = {} if self.cursor is None else {"after": self.cursor}
        async with (
            self.server.client(self.token) as client,
            client.stream("GET", "/events", params=query) as answer,
        ):
            async for line in answer.aiter_lines():
                if line.startswith("data: ") and frames:
                    frames -= 1
                    await self._take(line.removeprefix("data: "))
                if not frames:
                    return

    async def polling(self, frames: int) -> None:
        """So many frames by asking for them."""
        async with self.server.client(self.token) as client:
            for _ in range(frames):
                query = {} if self.cursor is None else {"after": self.cursor}
                answer = await client.get("/events/list", params=query)
                if answer.status_code == 200:
                    await self._take(answer.content)
                await asyncio.sleep(0.2)
