"""The embedded servers: whatever was killed, the next start works and nothing of others is hurt."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
import redis

from pipeline.local import redis_server
from pipeline.local.processes import LocalError
from pipeline.local.servers import Busy, Servers
from pipeline.settings import settings
from tests.local.conftest import Launch, processes_of


def test_they_answer_and_leave_nothing_behind(folder: Path) -> None:
    with Servers(folder / "var", fast=True) as servers:
        assert remembered(servers) == (None, None)
    assert processes_of(folder) == []


def test_data_survives_a_stop(folder: Path) -> None:
    with Servers(folder / "var") as servers:
        remember(servers)
    with Servers(folder / "var") as servers:
        assert remembered(servers) == ("kept", b"kept")


def test_a_second_owner_is_told_who_owns_them(folder: Path, launch: Launch) -> None:
    first = launch()
    with pytest.raises(Busy, match=rf"already runs on {folder}/var \(process {first.pid}\)"):
        Servers(folder / "var").start()


def test_nothing_is_left_after_a_kill_of_the_owner(folder: Path, launch: Launch) -> None:
    launch().kill()
    until(lambda: processes_of(folder) == [])


def test_the_next_start_works_after_a_kill_of_the_owner(folder: Path, launch: Launch) -> None:
    owner = launch()
    remember(urls_of(folder))
    owner.kill()
    owner.wait()
    with Servers(folder / "var") as servers:  # at once: the old ones may still be stopping
        assert remembered(servers)[0] == "kept"


def test_orphans_are_stopped_and_their_data_kept(folder: Path, launch: Launch) -> None:
    owner = launch("orphans")
    remember(urls_of(folder))
    owner.kill()
    owner.wait()
    orphans = {process.pid for process in processes_of(folder)}
    assert orphans
    with Servers(folder / "var") as servers:
        assert remembered(servers) == ("kept", b"kept")
        assert not orphans & {process.pid for process in processes_of(folder)}


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_killed_server_is_started_again(folder: Path, name: str) -> None:
    with Servers(folder / "var") as servers:
        remember(servers)
        killed = servers.pid(name)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        until(lambda: servers.pid(name) is None)
        assert servers.revive() == [name]
        until(lambda: answers(servers) or servers.revive() == [name])  # may take a second try
        assert remembered(servers)[0] == "kept"


def test_a_start_killed_while_it_sets_up_is_begun_anew(folder: Path, launch: Launch) -> None:
    owner = launch(wait=False)
    until(lambda: any((folder / "var").glob("postgres.new.*/PG_VERSION")))
    owner.kill()
    owner.wait()
    with Servers(folder / "var") as servers:
        assert answers(servers)
    assert list((folder / "var").glob("postgres.new.*")) == []


def test_a_stale_pid_file_that_names_another_process_hurts_nobody(folder: Path) -> None:
    with Servers(folder / "var", fast=True):
        (lock,) = (folder / "var").glob("run/.s.PGSQL.*.lock")
        _, *rest = lock.read_text().splitlines(keepends=True)
        about = lock.parent.stat()
    other = subprocess.Popen(["/bin/sleep", "600"])
    try:
        pid_files = ("postgres/postmaster.pid", "redis/redis.pid")
        for name in pid_files:
            (folder / "var" / name).write_text(f"{other.pid}\n")
        lock.parent.mkdir(0o700)
        os.chown(lock.parent, about.st_uid, about.st_gid)
        lock.write_text("".join([f"{other.pid}\n", *rest]))
        with Servers(folder / "var", fast=True) as servers:
            assert answers(servers)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_path_too_long_for_sockets_works(folder: Path) -> None:
    data = folder / ("long" * 20) / ("longer" * 10) / "var"
    with Servers(data, fast=True) as servers:
        assert answers(servers)
        assert str(data) not in servers.urls["REDIS_URL"]


def test_one_of_them_alone_can_be_had(folder: Path) -> None:
    with Servers(folder / "var", fast=True, postgres=False) as servers:
        assert list(servers.urls) == ["REDIS_URL"]


def test_a_machine_without_redis_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LocalError, match="Install Redis or Valkey"):
        redis_server.find_binary()


def test_a_redis_binary_that_is_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_SERVER_BIN", str(tmp_path / "none"))
    settings.cache_clear()
    with pytest.raises(LocalError, match=f"REDIS_SERVER_BIN={tmp_path}/none"):
        redis_server.find_binary()
    monkeypatch.undo()
    settings.cache_clear()


def test_killed_tests_leave_no_servers(folder: Path) -> None:
    """What tests/conftest.py relies on: the kernel ends servers with their owner's process."""
    script = (
        "import sys, time; from pathlib import Path; from pipeline.local.servers import Servers\n"
        "Servers(Path(sys.argv[1]), fast=True).start(); print('up', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder / "var")], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    assert len(processes_of(folder)) >= 3
    process.kill()
    process.communicate()
    until(lambda: processes_of(folder) == [])


def until(condition: Callable[[], bool], limit: float = 180.0) -> None:
    """Return once the condition holds; fail after `limit` seconds."""
    give_up = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < give_up, "what was waited for did not happen"
        time.sleep(0.02)


def urls_of(folder: Path) -> dict[str, str]:
    """The URLs of servers that another process owns."""
    run = folder / "var" / "run"
    return {
        "DATABASE_URL": f"postgresql://postgres@/igny8?host={run}",
        "REDIS_URL": f"unix://{run}/redis.sock?db=0",
    }


def remember(servers: Servers | dict[str, str]) -> None:
    """Write one word into each."""
    urls = servers if isinstance(servers, dict) else servers.urls
    ask(urls["DATABASE_URL"], "create table word as select 'kept' as word")
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        client.set("word", "kept")


def remembered(servers: Servers) -> tuple[object, object]:
    """The words read back, None where there is none."""
    there = ask(servers.urls["DATABASE_URL"], "select to_regclass('word')")
    with redis.Redis.from_url(servers.urls["REDIS_URL"]) as client:
        kept = client.get("word")
    word = ask(servers.urls["DATABASE_URL"], "select word from word") if there else None
    return word, kept


def answers(servers: Servers) -> bool:
    """Whether both answer."""
    try:
        remembered(servers)
    except (OSError, asyncpg.PostgresError, redis.RedisError):
        return False
    return True


def ask(url: str, statement: str) -> object:
    """The single value of a statement's answer."""

    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())
