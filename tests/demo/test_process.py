"""The demo server as a process: its port file, its end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support import await_condition, start_module, stop

PROMPT = {
    "model": "demo-text+drip",
    "messages": [{"role": "user", "content": "Hello"}],
    "stream": True,
}


@contextmanager
def running(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    file, log = folder / "port", folder / "log"
    process = start_module("pipeline.demo", "--port", "0", "--port-file", str(file), log=log)
    try:
        await_condition(file.exists, process, log)
        yield process, f"http://127.0.0.1:{file.read_text()}"
    finally:
        stop(process)


def test_a_sigterm_ends_it_cleanly_even_with_an_open_stream(tmp_path: Path) -> None:
    with running(tmp_path) as (process, url):
        with (
            httpx2.Client(trust_env=False) as client,
            client.stream(
                "POST",
                f"{url}/v1/chat/completions",
                json=PROMPT,
                headers={"Authorization": "Bearer demo"},
            ) as response,
        ):
            assert next(response.iter_bytes())
            process.terminate()
            assert process.wait(10) == 0
        assert b"Traceback" not in (tmp_path / "log").read_bytes()


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.demo", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"cannot listen at 127.0.0.1:{port}: Address already in use" in done.stderr


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    file = tmp_path / "port"
    command = [sys.executable, "-m", "pipeline.demo", "--port", "0", "--port-file", str(file)]
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; p = subprocess.Popen(sys.argv[1:]); print(p.pid, flush=True);"
            "p.wait()",
            *command,
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    await_condition(file.exists, parent, tmp_path / "none")
    parent.kill()
    parent.wait()
    give_up = time.monotonic() + 10
    while is_alive(child):
        assert time.monotonic() < give_up, "it outlived its parent"
        time.sleep(0.02)


def is_alive(number: int) -> bool:
    try:
        os.kill(number, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{number}/stat").read_text().split(") ")[1][0] != "Z"
