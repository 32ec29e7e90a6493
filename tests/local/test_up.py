"""`igny8 up`: one process that owns all; what is killed comes back; a stop leaves nothing."""

import contextlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx2
import psutil
import pytest

from pipeline.local.environment import listens
from pipeline.local.owner import free_port
from tests.local.conftest import processes_of, quiet
from tests.local.test_servers import ask, until
from tests.support import start_module, stop


class Up:
    """A running `igny8 up` on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.log = folder, folder / "var", folder / "log"
        self.port = free_port()
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        """`igny8 up` as a process; its port is ours alone."""
        environment = {**quiet(self.data), "PORT": str(self.port)}
        return start_module("api.cli", "up", log=self.log, environment=environment)

    def pid(self, words: str) -> int:
        """The process of ours whose command line holds `words`; waits for it."""
        found: list[psutil.Process] = []

        def look() -> bool:
            with contextlib.suppress(psutil.NoSuchProcess):  # one that ends as we look
                found[:] = [p for p in processes_of(self.folder) if words in " ".join(p.cmdline())]
            return bool(found)

        until(look)
        return found[0].pid

    def says(self, words: str) -> bool:
        return words in self.log.read_text()

    def answers(self) -> bool:
        """Whether web and PostgreSQL take connections."""
        try:
            url = json.loads((self.data / "servers.json").read_text())["environment"]
            return listens("127.0.0.1", self.port) and ask(url["DATABASE_URL"], "select 1") == 1
        except (OSError, ValueError, asyncpg.PostgresError):
            return False


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    running = Up(folder)
    until(running.answers)
    yield running
    stop(running.process, grace=30)


def test_it_says_where_it_is_and_how_to_sign_in(up: Up) -> None:
    until(lambda: up.says("Ctrl-C"))
    told = up.log.read_text()
    assert f"http://127.0.0.1:{up.port}" in told
    assert f"{up.data}/token" in told
    assert "automate examples/keywords.csv --out out" in told


def test_the_printed_link_signs_the_administrator_in_once(up: Up) -> None:
    until(lambda: up.says("Ctrl-C"))
    found = re.search(r"(http://\S+)/sign-in#token=(\S+)", up.log.read_text())
    assert found is not None
    with httpx2.Client(base_url=found[1], trust_env=False) as client:
        answer = client.post("/api/v1/session/link", json={"token": found[2]})
        assert answer.json()["user"]["role"] == "admin"
        assert client.get("/api/v1/session").status_code == 200
    again = httpx2.post(
        f"{found[1]}/api/v1/session/link", json={"token": found[2]}, trust_env=False
    )
    assert again.status_code == 401


def test_the_token_is_for_its_owner_only(up: Up) -> None:
    assert (up.data / "token").stat().st_mode & 0o777 == 0o600


def test_the_first_account_has_credits_that_add_up(up: Up) -> None:
    url = json.loads((up.data / "servers.json").read_text())["environment"]["DATABASE_URL"]
    total = "select sum(amount)::bigint from credit_entry"
    assert ask(url, "select balance from account") == ask(url, total) == 10_000


def test_a_second_one_is_told_that_it_runs_already(up: Up) -> None:
    second = up.start()
    assert second.wait(60) == 1
    assert up.says(f"port {up.port} of 127.0.0.1 is taken")
    assert up.answers()


@pytest.mark.parametrize("words", ["bin/postgres -D", "redis-server", "api.serve"])
def test_what_is_killed_comes_back_and_the_rest_stays(up: Up, words: str) -> None:
    keeper, killed = up.pid("pipeline.keeper"), up.pid(words)
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in {process.pid for process in processes_of(up.folder)})
    until(lambda: up.pid(words) != killed and up.answers())
    assert up.process.poll() is None
    assert up.pid("pipeline.keeper") == keeper


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_leaves_nothing(up: Up, number: signal.Signals) -> None:
    up.process.send_signal(number)
    assert up.process.wait(60) == 0
    assert processes_of(up.folder) == []
    assert not (up.data / "servers.json").exists()


def test_after_a_kill_nothing_is_left_and_the_next_one_starts(up: Up) -> None:
    up.process.kill()
    up.process.wait()
    until(lambda: processes_of(up.folder) == [])
    up.process = up.start()
    until(up.answers)


def test_commands_find_it(up: Up) -> None:
    before = {process.pid for process in processes_of(up.folder)}
    doctor = start_module(
        "api.cli", "doctor", log=up.folder / "doctor.log", environment=quiet(up.data)
    )
    doctor.wait(120)
    told = (up.folder / "doctor.log").read_text()
    assert f"runs on {up.data}" in told
    assert {p.pid for p in processes_of(up.folder)} >= {up.pid("bin/postgres -D")} & before
