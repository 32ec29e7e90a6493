"""The client of this event loop, opened for the settings as they are."""

import asyncio
import weakref
from typing import TYPE_CHECKING

from pipeline.provider.endpoint import Endpoint, endpoint_of
from pipeline.settings import Settings, settings

if TYPE_CHECKING:
    from pipeline.provider.transport import Transport

_open: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Settings, "Transport"]]
_open = weakref.WeakKeyDictionary()
_endpoint: tuple[Settings, Endpoint] | None = None


def endpoint() -> Endpoint:
    """The endpoint of the present settings. Raises AIAuthError when they name none."""
    global _endpoint
    chosen = settings()
    if _endpoint is None or _endpoint[0] is not chosen:
        _endpoint = (chosen, endpoint_of(chosen))
    return _endpoint[1]


async def open_client() -> None:
    """Open this loop's client; calls open it by themselves, this takes the wait out of the first.

    Raises AIAuthError when the settings name no endpoint.
    """
    await transport()


async def transport() -> "Transport":
    """This loop's client, opened anew when the settings have changed."""
    loop, chosen = asyncio.get_running_loop(), settings()
    held = _open.get(loop)
    if held is not None and held[0] is chosen:
        return held[1]
    # Late, because it imports openai: see there.
    from pipeline.provider.transport import Transport  # noqa: PLC0415

    made = Transport(endpoint(), chosen.provider_timeout)
    _open[loop] = (chosen, made)
    if held is not None:
        await held[1].close()
    return made


async def close_client() -> None:
    """Close this loop's client; a second call does nothing."""
    held = _open.pop(asyncio.get_running_loop(), None)
    if held is not None:
        await held[1].close()


def is_demo() -> bool:
    """Whether answers come from the demo server, so that what they become is marked as demo."""
    return settings().provider_is_demo
