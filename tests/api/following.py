"""The API as a process and clients that follow its live updates."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from pipeline.local.owner import free_port
from tests.support import await_condition, start_module, stop

Frame = dict[str, Any]


class Server:
    """An API process of our own."""

    def __init__(self, port: int, process: Any) -> None:
        self.port, self.process = port, process
        self.url = f"http://127.0.0.1:{port}/api/v1"

    @contextlib.asynccontextmanager
    async def socket(
        self, token: str, after: str | None = None, **options: Any
    ) -> AsyncIterator[ClientConnection]:
        """An open WebSocket of the token's user."""
        query = f"?after={after}" if after else ""
        address = f"{self.url.replace('http', 'ws', 1)}/events/socket{query}"
        headers = {"Authorization": f"Bearer {token}"}
        options = {"proxy": None, "ping_interval": None} | options
        async with connect(address, additional_headers=headers, **options) as socket:
            yield socket

    def client(self, token: str) -> httpx2.AsyncClient:
        """A client of the token's user."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=30)


@contextlib.contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Server]:
    """The API as a process, while the block runs."""
    port, log = free_port(), folder / "serve.log"
    process = start_module("api.serve", log=log, environment={"PORT": str(port)} | environment)
    server = Server(port, process)
    try:
        await_condition(lambda: _answers(server), process, log)
        yield server
    finally:
        stop(process)


def _answers(server: Server) -> bool:
    try:
        return httpx2.get(f"{server.url}/health/live", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture
def server(connections: None, tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


async def next_frame(socket: ClientConnection) -> Frame:
    """The next frame."""
    frame: Frame = json.loads(await socket.recv())
    return frame


async def events_until(socket: ClientConnection, *wanted: str) -> list[Frame]:
    """Events until each of these types came."""
    seen: list[Frame] = []
    while not {event["type"] for event in seen} >= set(wanted):
        seen += (await next_frame(socket)).get("events", [])
    return seen
