"""Which service is asked: its address, and an id that stands for address and key without either."""

import hashlib
import ipaddress
from urllib.parse import urlsplit

import msgspec

from pipeline.errors import AIAuthError
from pipeline.settings import Settings

DEFAULT_URL = "https://api.openai.com/v1"


class Endpoint(msgspec.Struct, frozen=True):
    """`host` is what people are shown; `id` names the endpoint and key in Redis."""

    url: str
    key: str
    host: str
    id: str
    is_local: bool

    def __repr__(self) -> str:
        return f"Endpoint({self.host}, {self.id})"


def endpoint_of(chosen: Settings) -> Endpoint:
    """The endpoint the settings name. Raises AIAuthError when they name none that can be asked."""
    url = chosen.openai_base_url or DEFAULT_URL
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AIAuthError("OPENAI_BASE_URL is not an http or https address")
    if not chosen.openai_api_key and not chosen.openai_base_url:
        raise AIAuthError("OPENAI_API_KEY is not set")
    key = chosen.openai_api_key or "none"  # servers at home take any
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise AIAuthError("OPENAI_BASE_URL has a port that is not a number") from None
    digest = hashlib.sha256(f"{url}\0{key}".encode()).hexdigest()[:20]
    return Endpoint(url, key, f"{parts.hostname}{port}", digest, is_loopback(parts.hostname))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
