"""What every command needs, wherever it comes from: the environment, `.env`, a running system.

`load()` completes the environment from `.env` (an own small reader: NAME=value lines) and makes
DATA_DIR absolute. `system()` adds the databases and the provider: those named in the environment,
those of a running `igny8 up` or of another command, or temporary ones that end with their users.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.local import usage
from pipeline.local.processes import LocalError
from pipeline.settings import settings

PATIENCE = 180.0
"""Seconds to wait for servers that another process is starting."""


def home() -> Path:
    """The project's folder: the checkout this code lies in, else the current directory."""
    checkout = Path(__file__).resolve().parents[2]
    return checkout if (checkout / "Procfile").exists() else Path.cwd()


def load() -> Path:
    """Complete the environment from `.env`; returns the data directory. Raises BadSetting."""
    file = home() / ".env"
    if file.exists():
        for name, value in read_env_file(file.read_text()).items():
            if not os.environ.get(name):
                os.environ[name] = value
    settings.cache_clear()
    data = (home() / settings().data_dir).resolve()
    os.environ["DATA_DIR"] = str(data)
    settings.cache_clear()
    return data


def read_env_file(text: str) -> dict[str, str]:
    """NAME=value lines; `#` begins a comment, quotes around a value and `export` are dropped."""
    found = {}
    for raw in text.splitlines():
        line = raw.strip().removeprefix("export ")
        name, equals, value = line.partition("=")
        if line.startswith("#") or not equals:
            continue
        value = value.strip()
        if value[:1] in ("'", '"') and value.find(value[0], 1) > 0:
            value = value[1 : value.index(value[0], 1)]
        else:
            value = value.split(" #", 1)[0].strip()
        found[name.strip()] = value
    return found


def is_demo() -> bool:
    """Whether no AI service is configured, so that the demo provider stands in."""
    return not settings().openai_api_key and not settings().openai_base_url


def running(data: Path) -> dict[str, str] | None:
    """What a ready owner of `data` has started, as environment variables; None without one."""
    if not usage.is_ready(data):
        return None
    try:
        found = json.loads((data / "servers.json").read_text())
    except (OSError, ValueError):
        return None
    environment: dict[str, str] = found["environment"]
    return environment


@contextlib.contextmanager
def system(*, workers: bool = False) -> Iterator[None]:
    """Have PostgreSQL and Redis (with `workers`: workers and keeper too) while this lasts.

    Sets DATABASE_URL, REDIS_URL, DATA_DIR and the provider's settings in os.environ. Uses what
    runs; starts what does not and stops it at the end, unless another command uses it by then.
    With both URLs set and no workers wanted it starts nothing. Raises LocalError with what is
    wrong and what to do, BadSetting.
    """
    before = dict(os.environ)
    data = load()
    started: list[subprocess.Popen[bytes]] = []
    try:
        with usage.use(data, workers):
            if workers or not (settings().database_url and settings().redis_url):
                _adopt(_find_or_start(data, started))
            elif (found := running(data)) is not None:
                _adopt(found)
            if workers and settings().provider_is_demo:
                _await_demo()
            yield
    finally:
        for owner in started:
            _wait_for_end(data, owner)
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def _adopt(found: dict[str, str]) -> None:
    """The provider of the running system, since its workers ask it; our own URLs where set."""
    for name, value in found.items():
        if name not in ("DATABASE_URL", "REDIS_URL") or not os.environ.get(name):
            os.environ[name] = value
    settings.cache_clear()


def _find_or_start(data: Path, started: list["subprocess.Popen[bytes]"]) -> dict[str, str]:
    """What a ready owner has started; starts an owner when there is none, or its end is met."""
    give_up = time.monotonic() + PATIENCE
    log, told = data / "local.log", 0
    while (found := running(data)) is None:
        if time.monotonic() > give_up:
            raise LocalError(f"The servers did not come up. See {data / 'local.log'}.")
        if not usage.owned(data):
            last = started[-1].poll() if started else 0
            if last == 0:
                told = log.stat().st_size if log.exists() else 0
                started.append(_start_owner(data))
            elif last is not None:
                said = log.read_bytes()[told:].decode(errors="replace").strip()
                raise LocalError(said[-2000:] or f"the servers ended with code {last}")
        time.sleep(0.02)
    return found


def _await_demo() -> None:
    """Return once the demo provider takes connections: it starts with the workers."""
    there = urlsplit(settings().openai_base_url)
    give_up = time.monotonic() + PATIENCE
    while not listens(there.hostname or "127.0.0.1", there.port or 80):
        if time.monotonic() > give_up:
            raise LocalError(f"The demo AI service at {there.netloc} did not come up.")
        time.sleep(0.02)


def listens(host: str, port: int) -> bool:
    """Whether something takes connections there."""
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


def _start_owner(data: Path) -> "subprocess.Popen[bytes]":
    """A temporary owner in a session of its own: Ctrl-C is for the command, not for its servers."""
    with (data / "local.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.local"],
            cwd=home(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_for_end(data: Path, owner: "subprocess.Popen[bytes]") -> None:
    """Wait for the owner we started, unless others use it: then it ends after them."""
    while owner.poll() is None and not usage.others_use(data):
        time.sleep(0.05)
