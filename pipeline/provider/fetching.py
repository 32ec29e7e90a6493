"""Fetching a file from an address that an answer names, without being led into our own network.

The endpoint's own host may be any host: it was chosen by whoever set it. Every other address has
to be https and public, is asked at the very address that was checked, without key or redirects.
"""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import httpx2

from pipeline.errors import AIProviderError
from pipeline.provider import failures
from pipeline.provider.endpoint import Endpoint


async def fetch(endpoint: Endpoint, url: str, most_bytes: int, timeout: float) -> bytes:
    """The file at `url`, within `timeout` seconds.

    Raises AIProviderError for an address we do not go to or a file of more than `most_bytes`,
    RetryLater when it cannot be had now.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _fetch(endpoint, url, most_bytes)
    except TimeoutError:
        raise failures.timed_out(endpoint, timeout) from None
    except (httpx2.HTTPError, OSError) as error:
        what = f"named an image at {_host(url)} that could not be fetched: {error}"
        raise failures.again(endpoint, what) from None
    except httpx2.InvalidURL:
        raise AIProviderError(f"{endpoint.host} named an image at no valid address") from None


async def _fetch(endpoint: Endpoint, url: str, most_bytes: int) -> bytes:
    headers, extensions, target = {}, {}, url
    own = _host(url) == endpoint.host
    if not own:
        host, address = await _public_address(endpoint, url)
        target = str(httpx2.URL(url).copy_with(host=address))
        headers, extensions = {"Host": _host(url)}, {"sni_hostname": host}
    async with (
        httpx2.AsyncClient(trust_env=not endpoint.is_local, follow_redirects=False) as client,
        client.stream("GET", target, headers=headers, extensions=extensions) as response,
    ):
        if response.status_code != 200:
            what = f"named an image at {_host(url)} that answers {response.status_code}"
            raise failures.again(endpoint, what)
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > most_bytes:
                raise AIProviderError(
                    f"{_host(url)} sent an image of more than {most_bytes:,} bytes"
                )
            parts.append(part)
        return b"".join(parts)


async def _public_address(endpoint: Endpoint, url: str) -> tuple[str, str]:
    """Host name and one address of it, when it is https and every address of it is public."""
    parts = urlsplit(url)
    refusal = f"{endpoint.host} named an image at an address we do not go to: {_host(url)}"
    if parts.scheme != "https" or not parts.hostname:
        raise AIProviderError(refusal)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise AIProviderError(refusal)
    return parts.hostname, addresses[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


def _host(url: str) -> str:
    """Host and port of an address, without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2]
