"""A folder that any account can pass, whose processes are gone when the test ends."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support import await_condition, start_module, stop

Launch = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder; afterwards no process may still speak of it."""
    base = Path(tempfile.mkdtemp(prefix="igny8-local-", dir="/tmp"))
    base.chmod(0o755)
    yield base
    for process in processes_of(base):
        process.kill()
    for pointer in base.rglob("postgres.path"):
        shutil.rmtree(Path(pointer.read_text().strip()).parent, ignore_errors=True)
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def launch(folder: Path) -> Iterator[Launch]:
    """Starts `tests.local.launcher` on `folder / "var"` and waits until its servers are ready."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str, wait: bool = True) -> "subprocess.Popen[bytes]":
        data = folder / "var"
        data.mkdir(exist_ok=True)
        process = start_module(
            "tests.local.launcher", str(data), *words, log=folder / "log", environment=quiet(data)
        )
        started.append(process)
        if wait:
            await_condition((data / "ready").exists, process, folder / "log")
        return process

    yield start
    for process in started:
        stop(process)


def quiet(data: Path) -> dict[str, str]:
    """An environment in which nothing is configured but the data directory."""
    return {"DATA_DIR": str(data), "DATABASE_URL": "", "REDIS_URL": ""}


def processes_of(folder: Path) -> list[psutil.Process]:
    """Living processes that have the folder in their command line or in DATA_DIR."""
    found = []
    for process in psutil.process_iter():
        try:
            words = " ".join(process.cmdline())
            of_folder = str(folder) in words or str(folder) in process.environ().get("DATA_DIR", "")
            ended = process.status() == psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if of_folder and not ended and process.pid != os.getpid():
            found.append(process)
    return found
