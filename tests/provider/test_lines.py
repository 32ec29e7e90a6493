"""Lines to the AI service: the kernel gives up those on which nothing comes back."""

import socket

import httpx2
import pytest

from pipeline.provider import lines

LIMITS = httpx2.Limits()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


async def test_an_open_line_is_watched_by_the_kernel(demo_server: str) -> None:
    transport = lines.transport(LIMITS, direct=True)
    async with (
        httpx2.AsyncClient(transport=transport, base_url=demo_server) as client,
        client.stream("GET", "/models") as response,
    ):
        line = response.extensions["network_stream"].get_extra_info("socket")
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        for level, name, value in lines.options()[1:]:
            assert line.getsockopt(level, name) == value


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_left_to_the_client(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "example.com")
    assert lines.transport(LIMITS, direct=False) is not None
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert lines.transport(LIMITS, direct=False) is None
    assert lines.transport(LIMITS, direct=True) is not None
