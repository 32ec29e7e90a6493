"""The API as a process: it answers on its port and stops gracefully."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pipeline.local.owner import free_port
from pipeline.local.servers import Servers
from tests.support import await_condition, start_module


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(servers: Servers, port: int, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    log = tmp_path / "serve.log"
    process = start_module("api.serve", log=log, environment={"PORT": str(port)})
    try:
        await_condition(lambda: answers(port), process, log)
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        url = f"http://127.0.0.1:{port}/api/v1/health/live"
        return httpx2.get(url, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def test_it_answers_without_saying_what_it_runs_on(
    server: "subprocess.Popen[bytes]", port: int
) -> None:
    answer = httpx2.get(f"http://127.0.0.1:{port}/api/v1/runs", trust_env=False)
    assert answer.status_code == 401
    assert "server" not in answer.headers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_it(server: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    server.send_signal(number)
    assert server.wait(30) in (0, -number, 130)


def test_without_a_database_it_says_what_to_set() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "api.serve"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "DATABASE_URL is not set" in done.stderr
