"""What clients of PostgreSQL and Redis send, cut into requests, so that a proxy knows the moment.

Both protocols are plain enough: frames with a length, and texts in the clear. A request is whatever
the client sends before it waits for an answer.
"""

from collections.abc import Iterator

import msgspec

LENGTH = 4
BEGINS, ENDS = ("begin", "start transaction"), ("commit", "rollback")
WAITS_AFTER = b"SQHX"
"""Frames after which a client of PostgreSQL waits: Sync, Query, Flush, Terminate."""
READY_IDLE = b"Z\0\0\0\5I"
"""What PostgreSQL ends an answer with outside a transaction."""


class Request(msgspec.Struct, frozen=True):
    """The bytes of a request and the text in it: SQL in lower case, or the Redis command.

    `story` is the SQL of the transaction it belongs to, itself included; `parses` tells that it
    also prepares statements.
    """

    raw: bytes
    text: str = ""
    story: tuple[str, ...] = ()
    parses: bool = False

    @property
    def is_commit(self) -> bool:
        """Whether it asks PostgreSQL to commit."""
        return self.text.startswith("commit")


class Redis:
    """Requests to Redis: what came together is one, for our clients wait for each answer."""

    def feed(self, data: bytes) -> Iterator[Request]:
        """Requests that are complete with `data`."""
        yield Request(data, data[:200].decode(errors="replace"))


class Postgres:
    """Requests to PostgreSQL on one connection, with the statements that it has prepared."""

    def __init__(self) -> None:
        self.unread = self.pending = b""
        self.started = False
        self.statements: dict[bytes, str] = {}
        self.story: list[str] = []
        self.in_transaction = self.parses = False
        self.texts: list[str] = []

    def feed(self, data: bytes) -> Iterator[Request]:
        """Requests that are complete with `data`."""
        self.unread += data
        while (frame := self._next_frame()) is not None:
            self.pending += frame
            if not self.started:
                self.started = True
                yield self._request()
                continue
            self._note(frame[:1], frame[1 + LENGTH :])
            if frame[:1] in (bytes([kind]) for kind in WAITS_AFTER):
                yield self._request()

    def _next_frame(self) -> bytes | None:
        at = 1 if self.started else 0  # only the first frame has no letter before its length
        if len(self.unread) < at + LENGTH:
            return None
        size = at + int.from_bytes(self.unread[at : at + LENGTH], "big")
        if len(self.unread) < size:
            return None
        frame, self.unread = self.unread[:size], self.unread[size:]
        return frame

    def _note(self, kind: bytes, body: bytes) -> None:
        if kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self.statements[name] = sql.decode(errors="replace").strip().lower()
            self.parses = True
        elif kind == b"B":
            self.texts.append(self.statements.get(body.split(b"\0", 2)[1], ""))
        elif kind == b"Q":
            self.texts.append(body.rstrip(b"\0").decode(errors="replace").strip().lower())

    def _request(self) -> Request:
        raw, self.pending = self.pending, b""
        text, self.texts = "; ".join(self.texts), []
        parses, self.parses = self.parses, False
        if text.startswith(BEGINS):
            self.story, self.in_transaction = [], True
        if text and self.in_transaction:
            self.story.append(text)
        story = tuple(self.story) if self.in_transaction else (text,)
        if text.startswith(ENDS) and not text.startswith("rollback to"):
            self.in_transaction = False
        return Request(raw, text, story, parses)


def error(code: str, message: str) -> bytes:
    """An answer of PostgreSQL outside a transaction: the error with this SQLSTATE."""
    fields = (b"SERROR", b"VERROR", b"C" + code.encode(), b"M" + message.encode())
    body = b"\0".join(fields) + b"\0\0"
    return b"E" + (len(body) + LENGTH).to_bytes(4, "big") + body + READY_IDLE


def query(sql: str) -> bytes:
    """The frame that asks PostgreSQL this."""
    body = sql.encode() + b"\0"
    return b"Q" + (len(body) + LENGTH).to_bytes(4, "big") + body
