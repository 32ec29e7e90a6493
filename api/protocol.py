"""HTTP as uvicorn speaks it, with limits for clients that send too much or too slowly.

uvicorn itself bounds only idle connections. Bodies have their limits in the app; what is bounded
here is what comes before a handler runs: the request line, the headers, and the time for both.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_URL = 16_384
"""Bytes of an address: 200 ids and some filters are half of it."""
MAX_HEADERS = 32_768
"""Bytes of all header fields."""
HEAD_PATIENCE = 10.0
"""Seconds from the first byte of a request to the end of its headers."""
BODY_PATIENCE = 30.0
"""Seconds in which something of an unfinished body must arrive."""

REFUSALS = {
    408: b"Request Timeout",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
}


class TooLarge(Exception):
    """Stops the parser."""


class HttpProtocol(HttpToolsProtocol):
    """One connection, held to the limits; who breaks one is told and cut."""

    deadline: asyncio.TimerHandle | None = None
    reading_head = True
    head_size = 0
    refusal = 400

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(HEAD_PATIENCE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.reading_head:
            self.head_size += len(data)
        elif self.deadline is not None:
            self._expect(BODY_PATIENCE)
        super().data_received(data)
        # A header that never ends reaches no callback.
        if self.reading_head and self.head_size > MAX_URL + MAX_HEADERS and self.parser:
            self._refuse(431)

    def on_message_begin(self) -> None:
        self.reading_head = True
        self._expect(HEAD_PATIENCE)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.reading_head, self.head_size = False, 0
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if len(self.url) > MAX_URL or size > MAX_HEADERS:
            self.refusal = 414 if len(self.url) > MAX_URL else 431
            raise TooLarge
        self._expect(BODY_PATIENCE)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._expect(None)
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._expect(None)
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        if self.refusal == 400:
            super().send_400_response(msg)
        else:
            self._refuse(self.refusal)

    def _expect(self, seconds: float | None) -> None:
        """Give the client so long from now on; None for ever."""
        if self.deadline is not None:
            self.deadline.cancel()
        self.deadline = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self._refuse(408)
        else:
            self.transport.abort()

    def _refuse(self, status: int) -> None:
        reason = REFUSALS[status]
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % (status, reason)
        )
        self.transport.close()
