"""Lines to the AI service: the kernel gives up those on which nothing comes back."""

import socket

import psutil
import pytest
import yarl

from pipeline.provider import lines


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


async def test_an_open_line_is_watched_by_the_kernel(demo_server: str) -> None:
    server = yarl.URL(demo_server)
    async with lines.session() as session, session.get(server / "models"):
        [there] = [
            found.fd
            for found in psutil.Process().net_connections("tcp")
            if found.raddr and found.raddr.port == server.port
        ]
        with socket.socket(fileno=socket.dup(there)) as line:
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            for level, name, value in lines.options()[1:]:
                assert line.getsockopt(level, name) == value


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines.proxy_of("https://ai.example/v1") == (None, {})
    monkeypatch.setenv(name, "http://me:secret@proxy.example:3128")
    proxy, headers = lines.proxy_of("https://ai.example/v1")
    assert str(proxy) == "http://proxy.example:3128"
    assert headers == {"Proxy-Authorization": "Basic bWU6c2VjcmV0"}


def test_a_proxy_may_be_named_without_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "proxy.example:3128")
    assert str(lines.proxy_of("http://ai.example/v1")[0]) == "http://proxy.example:3128"
    assert lines.proxy_of("https://ai.example/v1") == (None, {})


def test_a_host_that_is_excepted_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "ai.example")
    assert lines.proxy_of("https://ai.example/v1") == (None, {})
