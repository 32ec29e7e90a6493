"""`python -m api.serve`: the API on uvicorn with uvloop, on HOST and PORT.

SIGTERM and Ctrl-C stop it gracefully: no new connections, live updates are closed with 1001,
running requests end (at most GRACE seconds), then PostgreSQL and Redis are closed.
"""

import contextlib
import logging
import socket
import sys
from typing import Any

import uvicorn
from litestar import Litestar
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.app import create_app
from api.protocol import HttpProtocol
from pipeline.logs import set_up_logs
from pipeline.settings import settings

log = logging.getLogger("api.serve")

GRACE = 10
"""Seconds running requests get at a stop."""
MAX_MESSAGE = 65_536
"""Bytes of a WebSocket message from a client: none has to send any."""
LAST_WORDS = 2.0
"""Seconds in which a client that does not read may still take the close frame."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that can be closed although its client does not read.

    The close frame does not wait for the client, and the connection is cut when it is not taken.
    """

    async def send(self, message: Any) -> None:
        closing = message["type"] == "websocket.close" and self.handshake_complete
        if closing:
            self.writable.set()
        await super().send(message)
        if closing:
            self.loop.call_later(LAST_WORDS, self.transport.abort)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(LAST_WORDS, self.transport.abort)


class Server(uvicorn.Server):
    """Ends the live updates before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, app: Litestar) -> None:
        super().__init__(config)
        self.litestar = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()  # or those who are told to connect again would do so here
        await self.litestar.state.live.stop()
        await super().shutdown(sockets)


def main() -> None:
    """Serve until a stop signal comes."""
    chosen = settings()
    set_up_logs()
    log.info("serving at http://%s:%d", chosen.host, chosen.port)
    app = create_app()
    config = uvicorn.Config(
        app,
        host=chosen.host,
        port=chosen.port,
        loop="uvloop",
        http=HttpProtocol,
        ws=SocketProtocol,
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,  # frames are small, and the same for many
        timeout_graceful_shutdown=GRACE,
        access_log=False,
        server_header=False,
        log_config=None,
    )
    server = Server(config, app)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)


if __name__ == "__main__":
    main()
