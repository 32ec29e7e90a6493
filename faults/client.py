"""A client as `docs/live-updates.md` wants one: it follows by WebSocket, loads when it is told to.

What it has been told by the end has to equal what somebody loads who comes then for the first time.
"""

import asyncio
import random
from typing import Any
from uuid import UUID

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from api.frames import CreditsChanged, Event, ItemsMoved, RowsChanged, RunChanged, StageChanged
from bench.web import Web
from pipeline.events import STAGE_TABLE

SILENCE = 15.0
"""Seconds without a frame after which the line is dead."""
LONGEST_PAUSE = 1.0
QUEUES = ("pending", "processing", "completed", "failed", "cancelled")
AWAY = (OSError, WebSocketException, asyncio.IncompleteReadError, RuntimeError)
"""The API is away, or cannot answer at present."""


class Frame(msgspec.Struct):
    """A frame of any type."""

    type: str
    cursor: str
    events: list[Event] = []


class View(msgspec.Struct):
    """What a client shows: runs by id, items and counts by run and stage, the balance."""

    runs: dict[UUID, str] = {}
    items: dict[tuple[UUID, int], dict[UUID, str]] = {}
    counts: dict[tuple[UUID, int], tuple[int, ...]] = {}
    balance: int = 0

    def differences(self, other: "View") -> int:
        """How many things the two show differently."""
        wrong = sum(self.runs.get(run) != other.runs.get(run) for run in self.runs | other.runs)
        for place in self.items.keys() | other.items.keys():
            mine, theirs = self.items.get(place, {}), other.items.get(place, {})
            wrong += sum(mine.get(item) != theirs.get(item) for item in mine | theirs)
        wrong += sum(
            self.counts.get(place) != other.counts.get(place)
            for place in self.counts | other.counts
        )
        return wrong + (self.balance != other.balance)


async def load(web: Web) -> View:
    """Everything of the account anew. Raises what AWAY lists where the API cannot answer."""
    view = View(balance=(await web.ask("GET", "/credits")).json()["balance"])
    for run in (await web.ask("GET", "/runs?limit=500")).json()["items"]:
        name = UUID(run["id"])
        view.runs[name] = run["status"]
        for stage in range(run["first_stage"], run["last_stage"] + 1):
            await _load_stage(web, view, name, stage)
    return view


async def _load_stage(web: Web, view: View, run: UUID, stage: int) -> None:
    path = f"/runs/{run}/stages/{stage}/queues?limit=1000"
    answer = (await web.ask("GET", path)).json()
    items = view.items.setdefault((run, stage), {})
    view.counts[run, stage] = tuple(answer["counts"][name] for name in QUEUES)
    for name in QUEUES:
        rows: list[Any] = answer[name]
        after = answer["next"].get(name)
        while after:
            page = (await web.ask("GET", f"{path}&queue={name}&after={after}")).json()
            rows, after = rows + page[name], page["next"].get(name)
        status = "queued" if name == "pending" else name
        for row in rows:
            items[UUID((row["item"] if name == "failed" else row)["id"])] = status


class Client:
    """One tab: `follow` for ever, and `view` is what it shows."""

    def __init__(self, web: Web, rng: random.Random) -> None:
        self.web, self.rng = web, rng
        self.view = View()
        self.cursor: str | None = None
        self.stale = True
        """What is shown has to be loaded anew."""
        self.connected = self.resyncs = self.frames = 0

    async def follow(self) -> None:
        """Follow through outages, coming back as a browser would."""
        pause = 0.05
        while True:
            try:
                await self._follow_once()
                pause = 0.05
            except AWAY:
                pause = min(LONGEST_PAUSE, pause * 2)
            await asyncio.sleep(self.rng.uniform(0.5, 1) * pause)

    async def _follow_once(self) -> None:
        after = f"?after={self.cursor}" if self.cursor else ""
        address = f"ws://127.0.0.1:{self.web.port}/api/v1/events/socket{after}"
        headers = {"Authorization": f"Bearer {self.web.token}"}
        options: dict[str, Any] = {"proxy": None, "ping_interval": None, "open_timeout": 10}
        async with connect(address, additional_headers=headers, **options) as socket:
            self.connected += 1
            while True:
                async with asyncio.timeout(SILENCE):
                    text = await socket.recv()
                self._take(msgspec.json.decode(text, type=Frame))
                if self.stale:
                    self.view, self.stale = await load(self.web), False

    def _take(self, frame: Frame) -> None:
        self.frames += 1
        self.resyncs += frame.type == "resync"
        self.stale |= frame.type == "resync" or self.cursor is None
        for event in frame.events:
            self._apply(event)
        self.cursor = frame.cursor

    def _apply(self, event: Event) -> None:
        match event:
            case RunChanged(run, status, _):
                self.stale |= run not in self.view.runs
                self.view.runs[run] = status.value
            case StageChanged(run, stage, counts, _):
                self.view.counts[run, stage] = msgspec.structs.astuple(counts)
            case ItemsMoved(run, stage, status, items, counts):
                self.view.counts[run, stage] = msgspec.structs.astuple(counts)
                known = self.view.items.setdefault((run, stage), {})
                known.update(dict.fromkeys(items, status.value))
            case RowsChanged(table=table, many=True):
                self.stale |= table in STAGE_TABLE.values()
            case CreditsChanged(balance):
                self.view.balance = balance
            case _:
                pass

    async def differs(self, patience: float) -> int:
        """How much this client shows otherwise than a fresh load, after `patience` s at most."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + patience
        while True:
            try:
                wrong = self.view.differences(await load(self.web))
            except AWAY:
                wrong = 1
            if not wrong or loop.time() > give_up:
                return wrong
            await asyncio.sleep(0.2)
