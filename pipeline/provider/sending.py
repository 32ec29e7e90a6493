"""The SDK's requests sent by aiohttp, whose parsers are compiled: a call costs half the CPU.

The SDK brings such a transport too, but its sockets cannot be given options, and it tells of a
refused connection as one that was not made in time.
"""

import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx2
import yarl

from pipeline.provider import lines

TIMEOUT = aiohttp.ClientTimeout(total=None, connect=5.0)
"""Seconds to find the address, connect and agree on encryption. The caller bounds the rest."""


class Sending(httpx2.AsyncBaseTransport):
    """Lines to the service at `url`, opened with the first request; `direct` is by no proxy."""

    def __init__(self, url: str, *, direct: bool) -> None:
        self._proxy, self._to_proxy = (None, {}) if direct else lines.proxy_of(url)
        # Encrypted, a request is hidden from the proxy, which is asked for the line instead.
        self._beside = {} if url.startswith("https:") else self._to_proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one and give the response with its body unread. Raises httpx2's errors."""
        if self._session is None:
            self._session = lines.session()
        with _told_as_httpx():
            response = await self._session.request(
                request.method,
                yarl.URL(str(request.url), encoded=True).with_user(None),
                headers=[*request.headers.multi_items(), *self._beside.items()],
                data=await request.aread() or None,
                allow_redirects=False,
                timeout=TIMEOUT,
                proxy=self._proxy,
                proxy_headers=self._to_proxy,
            )
        return httpx2.Response(
            response.status, headers=response.raw_headers, stream=_Body(response), request=request
        )

    async def aclose(self) -> None:
        """Close all lines."""
        if self._session is not None:
            await self._session.close()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told_as_httpx():
            async for block in self._response.content.iter_any():
                yield block

    async def aclose(self) -> None:
        """Keep the line for another call if the body was read, else close it."""
        self._response.release()


@contextmanager
def _told_as_httpx() -> Iterator[None]:
    """What aiohttp raises as the error that the SDK knows, with a reason a person can read."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError:
        raise httpx2.ConnectTimeout("no connection in time") from None
    except (aiohttp.ClientHttpProxyError, aiohttp.ClientProxyConnectionError) as error:
        raise httpx2.ProxyError(f"the proxy refused: {_reason(error)}") from None
    except aiohttp.ClientConnectorError as error:
        raise httpx2.ConnectError(_reason(error)) from None
    except aiohttp.ClientError as error:
        raise httpx2.RemoteProtocolError(_reason(error)) from None


def _reason(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is not trusted: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "it ended before its end"
    if isinstance(error, aiohttp.ClientResponseError):
        return error.message
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, OSError) and not isinstance(cause, (ssl.SSLError, socket.gaierror)):
        return os.strerror(cause.errno) if cause.errno else str(cause)
    return str(cause) or type(cause).__name__
