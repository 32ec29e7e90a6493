"""Who runs the servers: root, an ordinary user, and folders that the other may not pass."""

import email.parser  # noqa: F401 - redis asks for it late, when nobody may not reach it
import os
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from pipeline.local.places import passable, places
from pipeline.local.processes import LocalError
from pipeline.local.servers import Servers
from tests.local.test_servers import remember, remembered

NOBODY = (65534, 65534)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


@as_root
def test_an_ordinary_user_runs_both_as_themselves(folder: Path) -> None:
    os.chown(folder, *NOBODY)

    def start() -> str:
        with Servers(folder / "var", fast=True) as servers:
            remember(servers)
            return str(servers.pid("postgres") is not None)

    assert as_nobody(start) == "True"
    owners = {path.stat().st_uid for path in (folder / "var").iterdir()}
    assert owners == {NOBODY[0]}


@as_root
def test_root_runs_postgresql_as_another_account(folder: Path) -> None:
    with Servers(folder / "var", fast=True) as servers:
        pid = servers.pid("postgres")
        assert psutil.Process(pid).uids().effective == NOBODY[0]


@as_root
def test_root_goes_on_with_what_an_ordinary_user_began(folder: Path) -> None:
    os.chown(folder, *NOBODY)

    def start() -> str:
        with Servers(folder / "var") as servers:
            remember(servers)
        return "kept"

    assert as_nobody(start) == "kept"
    with Servers(folder / "var") as servers:
        assert remembered(servers) == ("kept", b"kept")
    owners = {path.stat().st_uid for path in (folder / "var").rglob("*")}
    assert owners == {NOBODY[0]}


@as_root
def test_root_in_a_closed_folder_keeps_the_database_elsewhere_and_says_so(folder: Path) -> None:
    folder.chmod(0o700)
    for _ in range(2):  # the second start finds the same place
        with Servers(folder / "var") as servers:
            assert f"other accounts cannot reach {folder}/var" in servers.note
            if remembered(servers)[0] is None:
                remember(servers)
    with Servers(folder / "var") as servers:
        assert remembered(servers) == ("kept", b"kept")


@as_root
def test_a_database_that_was_closed_off_is_not_passed_over(folder: Path) -> None:
    with Servers(folder / "var", fast=True):
        pass
    folder.chmod(0o700)
    with pytest.raises(LocalError, match=f"chmod o\\+x {folder}$"):
        Servers(folder / "var").start()


@as_root
def test_binaries_that_the_account_cannot_reach_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "var").mkdir()
    real = places(folder / "var").binaries
    monkeypatch.setattr(
        "pipeline.local.places.passable",
        lambda path, account: not path.is_relative_to(real) and passable(path, account),
    )
    copied = places(folder / "var").binaries
    assert copied != real
    try:
        with Servers(folder / "var", fast=True) as servers:
            assert remembered(servers) == (None, None)
    finally:
        shutil.rmtree(copied.parents[2])


@as_root
def test_a_folder_of_another_user_is_named(folder: Path) -> None:
    with Servers(folder / "var", fast=True):
        pass

    def start() -> str:
        try:
            Servers(folder / "var").start()
        except LocalError as error:
            return str(error)
        return "started"

    assert "var belongs to another user" in as_nobody(start)


def as_nobody(work: Callable[[], str]) -> str:
    """Run `work` in a forked process as nobody; returns what it returns or its traceback."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY[1])
            os.setuid(NOBODY[0])
            said = work()
        except BaseException:  # noqa: BLE001 - it is told to the parent
            said = traceback.format_exc()
        os.write(writing, said.encode()[:60_000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said
