"""What a body must be before a handler sees it: JSON that says so, strict about its types.

Litestar would take the text "1" for the number 1; here it is refused, with every other fault named.
"""

from typing import Any

import msgspec
from litestar import Request
from litestar.enums import RequestEncodingType, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.types.asgi_types import ReceiveMessage

from api.explaining import FieldError, explain
from api.problems import Problem, faults

JSON = RequestEncodingType.JSON

DRAIN = 64_000_000
"""Bytes of a body nobody wants that are still read, so that the client comes to read its answer."""


async def check_body(request: Request[Any, Any, Any]) -> None:
    """Refuse a JSON body that does not fit the handler's struct. Raises Problem (400, 415)."""
    field = request.route_handler.parsed_data_field
    wanted = getattr(field and field.kwarg_definition, "media_type", None)
    if field is None or wanted not in (None, JSON):
        return
    raw = await request.body()
    kind = request.content_type[0]
    if raw and kind and kind != JSON and not kind.endswith("+json"):
        raise Problem(
            415,
            "unsupported_media_type",
            f"The body is {kind}; this needs JSON.",
            hint="Send it with the header `Content-Type: application/json`.",
        )
    if not raw:
        raise faults([FieldError("body", "A JSON object is needed.")])
    try:
        found = _faults_of(raw, field.annotation)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise faults([FieldError("body", f"This is not JSON: {error}.")]) from None
    if found:
        raise faults(found)


def _faults_of(raw: bytes, wanted: Any) -> list[FieldError]:
    """What does not fit. Raises msgspec.DecodeError where it is no JSON, behind a fault even."""
    try:
        msgspec.json.decode(raw, type=wanted)
    except msgspec.ValidationError as error:
        # A field that is given twice may fit the second time, which is the one that is read here.
        return explain(msgspec.json.decode(raw), wanted) or [FieldError("body", f"{error}.")]
    return []


class Draining:
    """Reads the rest of a refused body before the refusal is sent.

    A client that is still sending when the connection closes sees a reset instead of the answer.
    Bodies beyond `DRAIN`, and clients that wait for `100 Continue`, are answered at once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app, as ASGI."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        unread = not any(name == b"expect" for name, _ in scope["headers"])

        async def receiving() -> ReceiveMessage:
            nonlocal unread
            message = await receive()
            unread = unread and bool(message.get("more_body"))
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                left = DRAIN
                while unread and left > 0:
                    part: Any = await receiving()
                    left -= len(part.get("body", b""))
            await send(message)

        await self.app(scope, receiving, sending)
